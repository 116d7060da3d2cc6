//! `dirigent machine list | show | versions`.

use serde_json::{Value, json};

use super::{Show, Versions};
use crate::client::json::{list as items, text};
use crate::client::{Client, PAGE, document_out, line, times};
use crate::look::{Align, Table, fields};

pub(super) fn list(client: &Client) -> anyhow::Result<()> {
    let machines = pages(client, "ListStateMachines", "stateMachines", json!({}))?;
    if client.json {
        return document_out(machines.into());
    }
    if machines.is_empty() {
        eprintln!("There are no state machines. Create one: dirigent machine create NAME --definition FILE");
        return Ok(());
    }
    let mut table = Table::new(&[("NAME", Align::Left), ("TYPE", Align::Left), ("CREATED", Align::Left)]);
    for machine in &machines {
        let created = times::ago(&machine["creationDate"]);
        table.row([text(machine, "name").into(), text(machine, "type").into(), created.into()]);
    }
    Ok(table.write(&mut std::io::stdout(), client.look)?)
}

pub(super) fn show(client: &Client, args: &Show) -> anyhow::Result<()> {
    let arn = client.machine_arn(&args.machine)?;
    let machine = client.host.aws("DescribeStateMachine", &json!({ "stateMachineArn": arn }))?;
    if args.definition {
        let definition = text(&machine, "definition");
        return line(definition.strip_suffix('\n').unwrap_or(definition));
    }
    if client.json {
        return document_out(machine);
    }
    let mut tags = client.host.aws("ListTagsForResource", &json!({ "resourceArn": arn }))?;
    let tags = items(&mut tags, "tags");
    let definition: Value = serde_json::from_str(text(&machine, "definition")).unwrap_or_default();
    let states = definition["States"].as_object().map(|states| states.keys().cloned().collect::<Vec<_>>());
    let mut rows = vec![
        ("name", text(&machine, "name").to_owned()),
        ("arn", text(&machine, "stateMachineArn").to_owned()),
        ("type", text(&machine, "type").to_owned()),
        ("status", text(&machine, "status").to_owned()),
        ("created", times::with_age(&machine["creationDate"])),
        ("revision", text(&machine, "revisionId").to_owned()),
        ("role", text(&machine, "roleArn").to_owned()),
        ("description", text(&machine, "description").to_owned()),
        ("comment", text(&definition, "Comment").to_owned()),
        ("states", states.unwrap_or_default().join(", ")),
    ];
    rows.extend(tags.iter().map(|tag| ("tag", format!("{}={}", text(tag, "key"), text(tag, "value")))));
    Ok(fields(&mut std::io::stdout(), rows)?)
}

pub(super) fn versions(client: &Client, args: &Versions) -> anyhow::Result<()> {
    let arn = client.machine_arn(&args.machine)?;
    let params = json!({ "stateMachineArn": arn });
    let versions = pages(client, "ListStateMachineVersions", "stateMachineVersions", params)?;
    if client.json {
        return document_out(versions.into());
    }
    if versions.is_empty() {
        eprintln!("{0} has no versions. Publish one: dirigent machine publish {0}", args.machine);
        return Ok(());
    }
    let mut table = Table::new(&[("VERSION", Align::Right), ("CREATED", Align::Left), ("ARN", Align::Left)]);
    for version in &versions {
        let arn = text(version, "stateMachineVersionArn");
        let number = arn.rsplit(':').next().unwrap_or_default();
        table.row([number.into(), times::ago(&version["creationDate"]).into(), arn.into()]);
    }
    Ok(table.write(&mut std::io::stdout(), client.look)?)
}

/// All pages of a list.
fn pages(client: &Client, action: &str, list: &str, mut params: Value) -> anyhow::Result<Vec<Value>> {
    params["maxResults"] = PAGE.into();
    let mut all = Vec::new();
    loop {
        let mut page = client.host.aws(action, &params)?;
        all.extend(items(&mut page, list));
        match page["nextToken"].take() {
            Value::Null => return Ok(all),
            token => params["nextToken"] = token,
        }
    }
}

//! `dirigent machine create | update | delete | publish`.

use std::path::Path;

use anyhow::anyhow;
use dirigent_asl::{Program, Severity};
use serde_json::{Value, json};

use super::{Create, Delete, MachineType, Publish, Update};
use crate::client::host::HostError;
use crate::client::json::text;
use crate::client::{Client, confirm};
use crate::input;
use crate::validate;

pub(super) fn create(client: &Client, args: &Create) -> anyhow::Result<()> {
    let definition = input::file("definition", &args.definition)?;
    let machine_type = match args.machine_type {
        MachineType::Standard => "STANDARD",
        MachineType::Express => "EXPRESS",
    };
    let tags: Vec<Value> =
        args.tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    let params = json!({
        "name": args.name, "definition": definition, "roleArn": args.role, "type": machine_type, "tags": tags,
        "publish": args.publish,
    });
    let answer = client.host.aws("CreateStateMachine", &params);
    let created = answer.map_err(|error| with_places(error, &args.definition, &definition))?;
    let arn = if args.publish { "stateMachineVersionArn" } else { "stateMachineArn" };
    let arn = text(&created, arn).to_owned();
    client.print(created, || arn)
}

pub(super) fn update(client: &Client, args: &Update) -> anyhow::Result<()> {
    let definition = input::file("definition", &args.definition)?;
    let arn = client.machine_arn(&args.machine)?;
    let params = json!({ "stateMachineArn": arn, "definition": definition, "publish": args.publish });
    let answer = client.host.aws("UpdateStateMachine", &params);
    let updated = answer.map_err(|error| with_places(error, &args.definition, &definition))?;
    let said = match text(&updated, "stateMachineVersionArn") {
        "" => match text(&updated, "revisionId") {
            // A state machine has an id of its revision as soon as it was changed once.
            "" => format!("{} has this definition already", args.machine),
            revision => format!("updated {}, revision {revision}", args.machine),
        },
        version => version.to_owned(),
    };
    client.print(updated, || said)
}

pub(super) fn delete(client: &Client, args: &Delete) -> anyhow::Result<()> {
    let arn = client.machine_arn(&args.machine)?;
    // AWS answers well for one that is not there, which would hide a slip of the pen.
    client.host.aws("DescribeStateMachine", &json!({ "stateMachineArn": arn }))?;
    confirm(&format!("delete {arn}"), args.yes)?;
    client.host.aws("DeleteStateMachine", &json!({ "stateMachineArn": arn }))?;
    let said = format!("deleted {}", args.machine);
    client.print(json!({ "stateMachineArn": arn }), || said)
}

pub(super) fn publish(client: &Client, args: &Publish) -> anyhow::Result<()> {
    let arn = client.machine_arn(&args.machine)?;
    let mut params = json!({ "stateMachineArn": arn });
    if let Some(description) = &args.description {
        params["description"] = description.as_str().into();
    }
    let published = client.host.aws("PublishStateMachineVersion", &params)?;
    let version = text(&published, "stateMachineVersionArn").to_owned();
    client.print(published, || version)
}

/// A refused definition's problems with their lines and columns, which the host cannot know.
fn with_places(error: HostError, file: &Path, definition: &str) -> anyhow::Error {
    if !matches!(&error, HostError::Refused { code, .. } if code == "InvalidDefinition") {
        return error.into();
    }
    let (_, diagnostics) = Program::compile_text(definition);
    if !diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return error.into();
    }
    let lines = validate::report(&file.display().to_string(), definition, &diagnostics);
    lines.iter().for_each(|line| eprintln!("{line}"));
    anyhow!("{} does not compile", file.display())
}

//! `dirigent serve`: how it starts, how it ends, and when it refuses to start.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use dirigent_tests::client::text;
use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use dirigent_tests::process::Finished;
use redb::{Database, TableDefinition};
use serde_json::json;

use crate::home::Home;

/// Where a data directory says its format. Source: host/store/README.md.
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
const FILE: &str = "dirigent.redb";

/// Starts a host that should refuse to.
#[track_caller]
fn refused(home: &Home, listen: &str, data: &Path) -> Finished {
    let data = data.to_string_lossy();
    let ran = home.dirigent(["serve", "--listen", listen, "--data", &data]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
    ran
}

#[test]
fn it_ends_in_good_order_and_goes_on_where_it_was() {
    let registry = Registry::empty();
    let mut host = Setup::new().registry(registry.path()).start();
    assert_eq!(host.get("/healthz").unwrap().status, 200);
    assert_eq!(host.get("/readyz").unwrap().status, 200);
    let wait = json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 2, "End": true } } });
    let machine = host.create("wait", &wait);
    let execution = host.start(&machine, &json!({ "n": 1 }));
    let status = host.terminate();
    assert!(status.success(), "{status}\n{}", host.log());
    host.restart();
    assert_eq!(host.output(&execution), json!({ "n": 1 }));
}

#[test]
fn arns_have_the_account_and_the_region_that_were_asked_for() {
    let registry = Registry::empty();
    let setup = Setup::new().registry(registry.path());
    let setup = setup.argument("--account=123456789012").argument("--region=eu-central-1");
    let host = setup.start();
    let pass = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } });
    let machine = host.create("pass", &pass);
    assert_eq!(machine, "arn:aws:states:eu-central-1:123456789012:stateMachine:pass");
    let execution = host.start(&machine, &json!({}));
    assert!(execution.starts_with("arn:aws:states:eu-central-1:123456789012:execution:pass:"), "{execution}");
}

#[test]
fn the_quotas_are_a_switch() {
    let registry = Registry::empty();
    let host = Setup::new().registry(registry.path()).argument("--limits=off").start();
    let pass = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } });
    let machine = host.create("pass", &pass);
    let input = json!("x".repeat(1 << 20));
    assert_eq!(host.output(&host.start(&machine, &input)), input);
}

#[test]
fn an_address_that_others_can_reach() {
    let home = Home::new();
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let data = home.path().join("data");
        let ran = refused(&home, listen, &data);
        assert!(ran.stderr.contains("--insecure"), "{}", ran.stderr);
        assert!(!data.exists(), "it touched the data directory");
    }
}

#[test]
fn a_port_in_use() {
    let home = Home::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let data = home.path().join("data");
    let ran = refused(&home, &address, &data);
    assert!(ran.stderr.contains(&format!("cannot listen on {address}")), "{}", ran.stderr);
    assert!(!data.exists(), "it touched the data directory");
}

#[test]
fn a_data_directory_in_use() {
    let registry = Registry::empty();
    let host = Setup::new().registry(registry.path()).start();
    let ran = refused(&Home::new(), "127.0.0.1:0", host.data());
    let message = format!("the data directory {} is in use by another process", host.data().display());
    assert!(ran.stderr.contains(&message), "{}", ran.stderr);
    // And the first one is none the worse for it.
    assert_eq!(host.get("/readyz").unwrap().status, 200);
}

#[test]
fn a_data_directory_of_a_newer_version() {
    let registry = Registry::empty();
    let mut host = Setup::new().registry(registry.path()).start();
    let pass = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } });
    let machine = host.create("pass", &pass);
    host.terminate();
    let file = host.data().join(FILE);
    let known = set_format(&file, 99);
    let before = fs::read(&file).unwrap();
    let ran = refused(&Home::new(), "127.0.0.1:0", host.data());
    let message = format!("the data directory {} has format 99", host.data().display());
    assert!(ran.stderr.contains(&message), "{}", ran.stderr);
    assert!(before == fs::read(&file).unwrap(), "the file was changed");
    // It was refused for the number alone.
    set_format(&file, known);
    host.restart();
    let described = host.must("DescribeStateMachine", json!({ "stateMachineArn": machine }));
    assert_eq!(text(&described["name"]), "pass");
}

/// Sets the format, and returns what it was.
fn set_format(file: &Path, format: u64) -> u64 {
    let database = Database::open(file).unwrap();
    let transaction = database.begin_write().unwrap();
    let before = {
        let mut meta = transaction.open_table(META).unwrap();
        let before = meta.insert("format", format).unwrap();
        before.expect("the store has a format").value()
    };
    transaction.commit().unwrap();
    before
}

#[test]
fn a_data_directory_that_is_none() {
    let home = Home::new();
    let cases: [(&str, &[u8]); 2] = [("text", b"This is a diary. "), ("zeros", &[0; 64])];
    for (name, content) in cases {
        let data = home.path().join(name);
        fs::create_dir(&data).unwrap();
        let content = content.repeat(1_000);
        fs::write(data.join(FILE), &content).unwrap();
        let ran = refused(&home, "127.0.0.1:0", &data);
        assert!(ran.stderr.contains(&data.join(FILE).display().to_string()), "{name}: {}", ran.stderr);
        assert!(content == fs::read(data.join(FILE)).unwrap(), "{name}: the file was changed");
    }
    let file = home.write("file", "not a directory");
    let ran = refused(&home, "127.0.0.1:0", &file);
    assert!(ran.stderr.contains(&file.display().to_string()), "{}", ran.stderr);
}

//! `dirigent doctor`: what it says of a directory that is sound, of one that is not, and of what is none.

use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use redb::{Database, TableDefinition};
use serde_json::{Value, json};

use crate::home::Home;

/// Where histories lie. Source: host/store/README.md.
const HISTORY: TableDefinition<'_, &[u8; 16], &[u8]> = TableDefinition::new("history");
const FILE: &str = "dirigent.redb";

#[test]
fn what_it_says() {
    let registry = Registry::empty();
    let mut host = Setup::new().registry(registry.path()).start();
    let pass = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } });
    let machine = host.create("pass", &pass);
    host.output(&host.start(&machine, &json!({ "n": 1 })));
    let wait = json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 3600, "End": true } } });
    let machine = host.create("wait", &wait);
    host.start(&machine, &json!({}));
    let home = Home::new();
    let data = host.data().to_string_lossy().into_owned();
    let doctor = |json: bool| {
        home.dirigent(["doctor", "--data", data.as_str()].into_iter().chain(json.then_some("--json")))
    };

    let in_use = doctor(false);
    assert_eq!((in_use.code, in_use.stdout.as_str()), (Some(2), ""));
    assert!(in_use.stderr.contains("is in use by another process"), "{}", in_use.stderr);

    // Killed, so that there is something to repair; and examined twice, since nothing is changed.
    host.kill9();
    let file = host.data().join(FILE);
    let before = std::fs::read(&file).unwrap();
    for _ in 0..2 {
        let sound = doctor(false);
        assert_eq!(sound.code, Some(0), "{}", sound.stderr);
        assert!(
            sound.stdout.starts_with("executions  2 (1 running, 1 succeeded, 0 failed"),
            "{}",
            sound.stdout
        );
        assert!(sound.stdout.ends_with("nothing is wrong\n"), "{}", sound.stdout);
    }
    let report: Value = serde_json::from_str(&doctor(true).stdout).unwrap();
    assert_eq!(report["executions"]["running"], 1, "{report}");
    assert_eq!(report["fileBytes"], before.len(), "{report}");
    assert!(before == std::fs::read(&file).unwrap(), "the file was changed");

    let database = Database::open(&file).unwrap();
    let writing = database.begin_write().unwrap();
    writing.open_table(HISTORY).unwrap().retain(|_, _| false).unwrap();
    writing.commit().unwrap();
    drop(database);
    let unsound = doctor(false);
    assert_eq!(unsound.code, Some(1), "{}", unsound.stderr);
    for part in [
        "its record says Succeeded, and its history ends with nothing",
        "Restore the data directory",
        "problems",
    ] {
        assert!(unsound.stdout.contains(part), "{part}: {}", unsound.stdout);
    }
    let report: Value = serde_json::from_str(&doctor(true).stdout).unwrap();
    assert_eq!(report["problems"][0]["kind"], "payloadMissing", "{report}");
}

#[test]
fn what_is_no_data_directory() {
    let home = Home::new();
    let said = home.dirigent(["doctor", "--data", "nowhere"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
    assert!(
        said.stderr.contains("there is no Dirigent database in nowhere; name the directory"),
        "{}",
        said.stderr
    );
    assert!(!home.path().join("nowhere").exists(), "it made the directory");
    home.write(FILE, &"something else".repeat(1_000));
    let said = home.dirigent(["doctor", "--data", "."]);
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("is not a Dirigent database"), "{}", said.stderr);
}

/// What `--retention` deletes is gone for clients and for the doctor.
#[test]
fn what_retention_deletes() {
    let registry = Registry::empty();
    let mut host = Setup::new().registry(registry.path()).argument("--retention=1s").start();
    let pass = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } });
    let machine = host.create("pass", &pass);
    let execution = host.start(&machine, &json!({ "n": 1 }));
    let gone = dirigent_tests::wait::eventually("it is deleted", || {
        host.call("DescribeExecution", json!({ "executionArn": execution })).err()
    });
    assert_eq!(gone.code, "ExecutionDoesNotExist");
    let list = host.must("ListExecutions", json!({ "stateMachineArn": machine }));
    assert_eq!(list["executions"], json!([]));
    host.kill9();
    let report = host.examined();
    assert_eq!((report["executions"]["succeeded"].as_u64(), report["events"].as_u64()), (Some(0), Some(0)));
}

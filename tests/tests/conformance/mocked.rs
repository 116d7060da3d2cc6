//! The cases whose tasks have mocked responses: the configurations of all of them as one, for one host, and the cases with
//! the names that are in it.

use std::fs;
use std::path::{Path, PathBuf};

use dirigent_tests::places;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::lambda::{files, with_uid};

/// Where the replay of a case finds its state machine.
const REGION: &str = "us-east-1";
const ACCOUNT: &str = "000000000000";

/// A mock configuration, and the cases that use it.
pub(crate) struct Mocked {
    folder: TempDir,
    cases: TempDir,
}

impl Mocked {
    /// Reads all cases below `recordings`.
    pub(crate) fn prepare(recordings: &Path) -> Mocked {
        let mocked = Mocked { folder: places::scratch(), cases: places::scratch() };
        let mut all = Configuration::default();
        for (number, file) in files(recordings).iter().enumerate() {
            let case = all.add(&fs::read_to_string(file).unwrap(), number);
            fs::write(mocked.cases.path().join(format!("{number}.json")), case).unwrap();
        }
        fs::write(mocked.configuration(), all.text()).unwrap();
        mocked
    }

    pub(crate) fn configuration(&self) -> PathBuf {
        self.folder.path().join("MockConfigFile.json")
    }

    pub(crate) fn cases(&self) -> &Path {
        self.cases.path()
    }
}

/// The configurations of many cases.
#[derive(Default)]
struct Configuration {
    machines: Map<String, Value>,
    responses: Map<String, Value>,
}

impl Configuration {
    /// Adds that of a recording, and returns the case with the name of the state machine that has it. `number` makes
    /// this name, and those of its responses, different from those of all others.
    fn add(&mut self, recorded: &str, number: usize) -> String {
        let text = with_uid(recorded, number, 1);
        let case: Value = serde_json::from_str(&text).unwrap();
        let own = case["mock_config"].to_string().replace("${region}", REGION).replace("${account}", ACCOUNT);
        let own: Value = serde_json::from_str(&own).unwrap();
        let renamed = |name: &str| format!("{number}-{name}");
        for (name, response) in own["MockedResponses"].as_object().unwrap() {
            self.responses.insert(renamed(name), response.clone());
        }
        for (name, machine) in own["StateMachines"].as_object().unwrap() {
            let mut machine = machine.clone();
            for case in machine["TestCases"].as_object_mut().unwrap().values_mut() {
                for response in case.as_object_mut().unwrap().values_mut() {
                    *response = renamed(response.as_str().unwrap()).into();
                }
            }
            self.machines.insert(name.clone(), machine);
        }
        with_role_as_recorded(case).to_string()
    }

    fn text(&self) -> String {
        json!({ "StateMachines": self.machines, "MockedResponses": self.responses }).to_string()
    }
}

/// Where names of resources were replaced in a recording, the role's name was one of them, and the replacement of its whole
/// ARN, which came after that, found nothing. The replay knows the second one only.
fn with_role_as_recorded(mut case: Value) -> Value {
    let Some(transformers) = case["transformers"].as_array_mut() else { return case };
    if transformers.iter().any(|transformer| transformer["fn"] == "_resource_name_transformer") {
        transformers.retain(|transformer| transformer["regex"] != "${role}");
    }
    case
}

#[test]
fn roles_are_replaced_as_recorded() {
    let role = json!({ "regex": "${role}" });
    let names = json!({ "fn": "_resource_name_transformer" });
    for (before, after) in [
        (json!([role]), json!([role])),
        (json!([names, role]), json!([names])),
        (json!([names, { "regex": "${uid1}" }]), json!([names, { "regex": "${uid1}" }])),
    ] {
        assert_eq!(with_role_as_recorded(json!({ "transformers": before }))["transformers"], after);
    }
}

#[test]
fn configurations_become_one() {
    let case = |response: &Value| {
        json!({
            "mock_config": {
                "StateMachines": { "m_${uid1}": { "TestCases": { "C": { "S": "r" } } } },
                "MockedResponses": { "r": { "0": { "Return": response } } }
            },
            "calls": [{ "op": "CreateStateMachine", "params": { "name": "m_${uid1}" } }]
        })
        .to_string()
    };
    let mut all = Configuration::default();
    for (number, response) in [json!("${region}"), json!(2)].iter().enumerate() {
        let prepared: Value = serde_json::from_str(&all.add(&case(response), number)).unwrap();
        assert_eq!(prepared["calls"][0]["params"]["name"], format!("m_000{number}0001"));
    }
    let wanted = json!({
        "StateMachines": {
            "m_00000001": { "TestCases": { "C": { "S": "0-r" } } },
            "m_00010001": { "TestCases": { "C": { "S": "1-r" } } }
        },
        "MockedResponses": { "0-r": { "0": { "Return": "us-east-1" } }, "1-r": { "0": { "Return": 2 } } }
    });
    assert_eq!(serde_json::from_str::<Value>(&all.text()).unwrap(), wanted);
}

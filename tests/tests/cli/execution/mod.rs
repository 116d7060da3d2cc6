//! `dirigent execution`: a story with one execution, and each command's answers to people and to programs.

mod many;
mod reading;
mod story;

use serde_json::{Value, json};

use crate::asked::Asked;

const ARN: &str = "arn:aws:states:us-east-1:000000000000:execution:";

const LIST: [&str; 5] = ["EXECUTION", "STATUS", "STARTED", "TOOK", "ERROR"];

fn say() -> Value {
    json!({
        "StartAt": "Echo",
        "States": {
            "Echo": { "Type": "Task", "Resource": "plugin:echo", "Next": "Check" },
            "Check": {
                "Type": "Choice",
                "Choices": [{ "Variable": "$.bad", "IsPresent": true, "Next": "No" }],
                "Default": "Done",
            },
            "No": { "Type": "Fail", "Error": "No.Way", "Cause": "as\nasked" },
            "Done": { "Type": "Succeed" },
        },
    })
}

/// A host with these state machines: `say` says its input again, or fails on `{"bad": …}`; `sleep` waits for an hour;
/// `quick` is Express.
fn asked() -> Asked {
    let asked = Asked::new();
    let sleep =
        json!({ "StartAt": "S", "States": { "S": { "Type": "Wait", "Seconds": 3_600, "End": true } } });
    for (name, machine_type, definition) in
        [("say", "standard", &say()), ("sleep", "standard", &sleep), ("quick", "express", &say())]
    {
        asked.home.machine(definition);
        let create = ["machine", "create", name, "--definition", "machine.asl.json", "--type", machine_type];
        asked.text(&create);
    }
    asked
}

impl Asked {
    #[track_caller]
    fn start(&self, machine: &str, name: &str, input: &str) {
        let printed = self.text(&["execution", "start", machine, "--name", name, "--input", input]);
        assert_eq!(printed, format!("{ARN}{machine}:{name}\n"));
    }

    /// EXECUTION and STATUS of what a list shows.
    #[track_caller]
    fn listed(&self, arguments: &[&str]) -> Vec<String> {
        let rows = self.table(&[&["execution", "list"], arguments].concat(), &LIST);
        rows.iter().map(|row| format!("{} {}", row[0], row[1])).collect()
    }
}

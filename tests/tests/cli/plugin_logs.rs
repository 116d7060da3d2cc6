//! `dirigent plugin logs`: what plugins logged, asked of a running host.

use dirigent_tests::host::Setup;
use dirigent_tests::plugins::Registry;
use serde_json::{Value, json};

use crate::home::Home;

const DEFINITION: &str =
    r#"{"StartAt": "Say", "States": {"Say": {"Type": "Task", "Resource": "plugin:caller", "End": true}}}"#;

#[test]
fn lines_of_a_plugin_are_shown_for_people_and_for_programs() {
    let registry = Registry::with(&["caller", "echo"]);
    let host = Setup::new().registry(registry.path()).start();
    let home = Home::new();
    let dirigent = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("DIRIGENT_ENDPOINT", host.url());
        dirigent_tests::process::run(&mut command, "", std::time::Duration::from_secs(120))
    };
    let nothing = dirigent(&["plugin", "logs", "caller"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(0), ""));
    assert!(nothing.stderr.contains("caller has logged nothing lately"), "{}", nothing.stderr);

    home.write("say.asl.json", DEFINITION);
    dirigent(&["machine", "create", "say", "--definition", "say.asl.json"]).success();
    for message in ["first", "second\u{1b}[31m"] {
        let input = json!({"operations": [{"do": "log", "message": message}]}).to_string();
        dirigent(&[
            "execution",
            "start",
            "say",
            "--name",
            &format!("run-{}", &message[..3]),
            "--input",
            &input,
            "--wait",
        ])
        .success();
    }
    let text = dirigent(&["plugin", "logs", "caller", "--since", "1h"]).success();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].ends_with(" info  run-fir Say: first"), "{text}");
    assert!(lines[1].ends_with(" info  run-sec Say: second\\u{1b}[31m"), "{text}");
    assert_eq!(dirigent(&["plugin", "logs", "echo"]).success(), "");

    let text = dirigent(&["plugin", "logs", "caller@1.0.0", "--json"]).success();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!((&lines[0]["message"], &lines[0]["plugin"]), (&"first".into(), &"caller@1.0.0".into()));
    let error = dirigent(&["plugin", "logs", "caller", "--since", "soon"]);
    assert_eq!(error.code, Some(2), "{}", error.stderr);
}

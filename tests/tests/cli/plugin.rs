//! `dirigent plugin`: what a registry holds.

use dirigent_tests::plugins::Registry;
use dirigent_tests::process::Finished;
use serde_json::Value;

use crate::home::Home;

const MANIFEST: &str = r#"
    description = "Says it again"
    serves = ["arn:aws:states:::sqs:sendMessage"]
    [limits]
    memory = "64MiB"
    [asks]
    http = ["https://api.example.com"]
"#;

fn registry() -> Registry {
    let registry = Registry::with(&["hostile"]);
    registry.install("echo", "1.2.0", "echo", MANIFEST);
    registry.install("echo", "1.10.0", "echo", "");
    registry.put("rubbish", "0.1.0", b"no component", "");
    registry
}

#[track_caller]
fn plugin(registry: &Registry, arguments: &[&str]) -> Finished {
    let home = Home::new();
    let registry = registry.path().to_string_lossy().into_owned();
    let first = ["plugin", "--registry", &registry, "--cache", "cache"];
    home.dirigent([&first, arguments].concat())
}

#[test]
fn list_shows_every_version_and_its_state() {
    let registry = registry();
    let text = plugin(&registry, &["list"]).success();
    for (name, state) in [
        ("echo@1.10.0", "ready"),
        ("echo@1.2.0", "ready"),
        ("hostile@1.0.0", "ready"),
        ("rubbish@0.1.0", "broken"),
    ] {
        let row = text.lines().find(|line| line.split_whitespace().next() == Some(name));
        let row = row.unwrap_or_else(|| panic!("{name} is not in\n{text}"));
        assert_eq!(row.split_whitespace().nth(1), Some(state), "{row}");
    }
    let file = registry.path().join("rubbish/0.1.0/plugin.wasm");
    let reason = format!("rubbish@0.1.0 is broken: {}: ", file.display());
    assert!(text.contains(&reason), "`{reason}` is not in\n{text}");

    let list: Value = serde_json::from_str(&plugin(&registry, &["list", "--json"]).success()).unwrap();
    let row = |plugin: &Value| {
        [&plugin["name"], &plugin["version"], &plugin["state"]["state"]]
            .map(|value| value.as_str().unwrap().to_owned())
            .join(" ")
    };
    let mut rows: Vec<String> = list.as_array().unwrap().iter().map(row).collect();
    rows.sort_unstable();
    assert_eq!(
        rows,
        ["echo 1.10.0 ready", "echo 1.2.0 ready", "hostile 1.0.0 ready", "rubbish 0.1.0 broken"]
    );
}

#[test]
fn inspect_shows_what_a_plugin_is_and_asks_for() {
    let registry = registry();
    let text = plugin(&registry, &["inspect", "echo@1.2.0"]).success();
    let file = registry.path().join("echo/1.2.0/plugin.wasm").display().to_string();
    for (key, value) in [
        ("plugin", "echo@1.2.0"),
        ("description", "Says it again"),
        ("state", "ready"),
        ("digest", "sha256:"),
        ("file", &file),
        ("resource", "plugin:echo"),
        ("serves", "arn:aws:states:::sqs:sendMessage"),
        ("asks for", "api.example.com"),
        ("imports", "dirigent:task/"),
    ] {
        let found = text.lines().any(|line| line.starts_with(key) && line.contains(value));
        assert!(found, "{key}: {value} is not in\n{text}");
    }
    let json: Value =
        serde_json::from_str(&plugin(&registry, &["inspect", "echo@1.2.0", "--json"]).success()).unwrap();
    assert_eq!((&json["name"], &json["version"]), (&"echo".into(), &"1.2.0".into()));
    assert_eq!(json["asks"]["http"][0], "https://api.example.com");
    // Without a version: the one that `plugin:echo` reaches.
    let json: Value =
        serde_json::from_str(&plugin(&registry, &["inspect", "echo", "--json"]).success()).unwrap();
    assert_eq!(json["version"], "1.10.0");
    let broken = plugin(&registry, &["inspect", "rubbish"]).success();
    assert!(broken.lines().any(|line| line.starts_with("broken ")), "{broken}");
}

#[test]
fn what_is_not_there_is_status_2() {
    let registry = registry();
    let absent = plugin(&registry, &["inspect", "absent"]);
    let no_version = plugin(&registry, &["inspect", "echo@9.9.9"]);
    let no_registry = Home::new().dirigent(["plugin", "list", "--registry", "nowhere"]);
    for (ran, message) in [
        (absent, "there is no plugin absent"),
        (no_version, "there is no plugin echo@9.9.9"),
        (no_registry, "there is no registry directory nowhere"),
    ] {
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{message}");
        assert!(ran.stderr.contains(message), "{message} is not in {}", ran.stderr);
    }
}

#[test]
fn an_empty_registry_says_what_to_do() {
    let text = plugin(&Registry::empty(), &["list"]).success();
    assert!(text.contains("NAME/VERSION/plugin.wasm"), "{text}");
}

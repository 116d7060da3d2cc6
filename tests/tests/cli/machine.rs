//! `dirigent machine`: state machines of a running host.

use serde_json::{Value, json};

use crate::asked::{Asked, failed};
use crate::home::Home;

const HELLO: &str =
    r#"{ "Comment": "Says it", "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } }"#;

const ARN: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:";

fn asked() -> Asked {
    let asked = Asked::new();
    asked.home.write("hello.asl.json", HELLO);
    asked
}

#[test]
fn the_life_of_a_state_machine() {
    let asked = asked();
    let create = ["machine", "create", "hello", "--definition", "hello.asl.json", "--tag", "team=shop"];
    assert_eq!(asked.text(&create), format!("{ARN}hello\n"));
    let express =
        ["machine", "create", "quick", "--definition", "hello.asl.json", "--type", "express", "--publish"];
    assert_eq!(asked.text(&express), format!("{ARN}quick:1\n"));
    let rows = asked.table(&["machine", "list"], &["NAME", "TYPE", "CREATED"]);
    let rows: Vec<_> =
        rows.iter().map(|row| (row[0].as_str(), row[1].as_str(), row[2].ends_with(" ago"))).collect();
    assert_eq!(rows, [("hello", "STANDARD", true), ("quick", "EXPRESS", true)]);

    let shown = asked.text(&["machine", "show", "hello"]);
    for (name, value) in [
        ("name", "hello"),
        ("arn", &format!("{ARN}hello")),
        ("type", "STANDARD"),
        ("status", "ACTIVE"),
        ("comment", "Says it"),
        ("states", "P"),
        ("tag", "team=shop"),
    ] {
        let found = shown
            .lines()
            .any(|line| line.split_once(' ').is_some_and(|(key, rest)| key == name && rest.trim() == value));
        assert!(found, "{name} {value} is not in\n{shown}");
    }
    for name in ["hello".to_owned(), format!("{ARN}hello")] {
        assert_eq!(asked.text(&["machine", "show", &name, "--definition"]), format!("{HELLO}\n"));
    }

    asked.home.write("new.asl.json", &HELLO.replace("\"P\"", "\"Q\""));
    let updated = asked.text(&["machine", "update", "hello", "--definition", "new.asl.json"]);
    assert!(updated.starts_with("updated hello, revision "), "{updated}");
    let version = asked.text(&["machine", "publish", "hello", "--description", "with Q"]);
    assert_eq!(version, format!("{ARN}hello:1\n"));
    let update = ["machine", "update", "hello", "--definition", "hello.asl.json", "--publish"];
    assert_eq!(asked.text(&update), format!("{ARN}hello:2\n"));
    let rows = asked.table(&["machine", "versions", "hello"], &["VERSION", "CREATED", "ARN"]);
    let rows: Vec<_> = rows.iter().map(|row| (row[0].as_str(), row[2].as_str())).collect();
    assert_eq!(rows, [("2", &*format!("{ARN}hello:2")), ("1", &*format!("{ARN}hello:1"))]);
    let first = asked.text(&["machine", "show", "hello:1"]);
    assert!(first.contains("with Q") && first.contains("states       Q\n"), "{first}");

    let delete = ["machine", "delete", "hello"];
    asked.fails(2, &delete, "say --yes");
    assert_eq!(asked.text(&[&delete[..], &["--yes"]].concat()), "deleted hello\n");
    asked.fails(2, &[&delete[..], &["--yes"]].concat(), "StateMachineDoesNotExist");
    let names = asked.json(&["machine", "list"]);
    assert_eq!(
        names.as_array().unwrap().iter().map(|machine| &machine["name"]).collect::<Vec<_>>(),
        ["quick"]
    );
}

#[test]
fn documents_for_programs() {
    let asked = asked();
    let from_input =
        asked.run_with(HELLO, &["machine", "create", "hello", "--definition", "-", "--publish", "--json"]);
    let created: Value = serde_json::from_str(&from_input.success()).unwrap();
    let arn = format!("{ARN}hello");
    // What each command prints: a member, and its value; of times, that they are RFC 3339.
    let cases: [(&[&str], &str, Value); 8] = [
        (&["list"], "/0/name", json!("hello")),
        (&["list"], "/0/stateMachineArn", json!(arn)),
        (&["show", "hello"], "/definition", json!(HELLO)),
        (&["show", "hello:1"], "/stateMachineArn", json!(format!("{arn}:1"))),
        (&["versions", "hello"], "/0/stateMachineVersionArn", json!(format!("{arn}:1"))),
        (&["publish", "hello"], "/stateMachineVersionArn", json!(format!("{arn}:1"))),
        (&["update", "hello", "--definition", "hello.asl.json"], "/stateMachineVersionArn", json!(null)),
        (&["delete", "hello", "--yes"], "/stateMachineArn", json!(arn)),
    ];
    assert_eq!(created["stateMachineVersionArn"], format!("{arn}:1"));
    assert!(is_time(&created["creationDate"]), "{created}");
    for (arguments, pointer, expected) in cases {
        let document = asked.json(&[&["machine"], arguments].concat());
        let found = document.pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(found, expected, "{arguments:?}: {document}");
        let first = document.get(0).unwrap_or(&document);
        let time = ["creationDate", "updateDate"].iter().find_map(|name| first.get(name));
        assert!(time.is_none_or(is_time), "{arguments:?}: {document}");
    }
}

/// `2026-11-23T07:22:01.123Z`
fn is_time(value: &Value) -> bool {
    let shape = value.as_str().unwrap_or_default().replace(|c: char| c.is_ascii_digit(), "9");
    shape == "9999-99-99T99:99:99.999Z"
}

#[test]
fn a_definition_that_does_not_compile_is_refused_with_places() {
    let asked = asked();
    asked.home.write(
        "bad.asl.json",
        "{\n  \"StartAt\": \"No\",\n  \"States\": { \"P\": { \"Type\": \"Pass\", \"End\": true } }\n}",
    );
    asked.text(&["machine", "create", "hello", "--definition", "hello.asl.json"]);
    for command in [["machine", "create", "bad"], ["machine", "update", "hello"]] {
        let arguments = [&command[..], &["--definition", "bad.asl.json"]].concat();
        asked.fails(2, &arguments, "bad.asl.json:2:3: error MISSING_TRANSITION_TARGET");
        asked.fails(2, &arguments, "dirigent: bad.asl.json does not compile\n");
    }
}

#[test]
fn what_cannot_be_done_says_why() {
    let asked = asked();
    asked.fails(2, &["machine", "show", "hello"], "has none. Create one with `dirigent machine create`");
    let none = asked.run(&["machine", "list"]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""));
    assert!(none.stderr.contains("dirigent machine create NAME --definition FILE"), "{}", none.stderr);
    assert_eq!(asked.json(&["machine", "list"]), json!([]));
    asked.text(&["machine", "create", "hello", "--definition", "hello.asl.json"]);
    let cases: [(&[&str], &str); 7] = [
        (&["show", "other"], "`dirigent machine list` shows those there are"),
        (&["show", "hello:7"], "StateMachineDoesNotExist"),
        (&["show", "arn:aws:nothing"], "InvalidArn"),
        (&["versions", "other"], "`dirigent machine list` shows those there are"),
        (&["create", "a b", "--definition", "hello.asl.json"], "InvalidName"),
        (&["create", "new", "--definition", "absent.json"], "cannot read the definition absent.json"),
        (
            &["create", "hello", "--definition", "hello.asl.json", "--type", "express"],
            "`dirigent machine update`",
        ),
    ];
    for (arguments, message) in cases {
        asked.fails(2, &[&["machine"], arguments].concat(), message);
    }
}

#[test]
fn no_host() {
    // Nobody listens on port 1.
    let home = Home::new();
    for (endpoint, message) in [
        ("http://127.0.0.1:1", "no host answers at http://127.0.0.1:1 (Connection refused"),
        (
            "http://127.0.0.1:1",
            "Start one with `dirigent serve`, or say where it is with --endpoint or DIRIGENT_ENDPOINT",
        ),
        ("127.0.0.1:1", "write it like http://127.0.0.1:8083"),
        ("https://127.0.0.1:1", "a host speaks http"),
    ] {
        let arguments = ["machine", "list", "--endpoint", endpoint];
        failed(&home.dirigent(arguments), 2, &arguments, message);
    }
}

#[test]
fn something_else_at_the_endpoint() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        use std::io::{Read, Write};
        for _ in 0..2 {
            let (mut socket, _) = listener.accept().unwrap();
            let mut head = [0; 4096];
            let _ = socket.read(&mut head).unwrap();
            write!(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>").unwrap();
        }
    });
    let home = Home::new();
    for json in [&["--json"][..], &[]] {
        let arguments = [&["machine", "list", "--endpoint", &endpoint], json].concat();
        failed(&home.dirigent(&arguments), 2, &arguments, "is no Dirigent host, or one of another version");
    }
    serving.join().unwrap();
}

//! `dirigent plugin new`, `build` and `publish`, and what they say when they cannot work.

use std::fs;
use std::time::Duration;

use dirigent_tests::places;
use dirigent_tests::plugins;
use dirigent_tests::process;
use serde_json::Value;

use crate::home::Home;

/// How long a build may take that has everything to compile, on a busy machine.
const BUILD: Duration = Duration::from_secs(900);

/// A folder with the component of `echo` and this manifest.
fn prebuilt(manifest: &str) -> Home {
    let home = Home::new();
    fs::create_dir(home.path().join("again")).unwrap();
    home.write("again/plugin.toml", manifest);
    fs::write(home.path().join("again/plugin.wasm"), plugins::component("echo")).unwrap();
    home.write(
        "again/workflow.asl.json",
        r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "plugin:again", "End": true}}}"#,
    );
    home
}

#[test]
fn from_nothing_to_a_rust_plugin_that_runs_in_a_workflow() {
    let home = Home::new();
    let run = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        // One for all runs of this test: what the template depends on is compiled once.
        command.env("CARGO_TARGET_DIR", places::root().join("target/plugin-author"));
        process::run(&mut command, "", BUILD).success()
    };
    let made = run(&["plugin", "new", "hello", "--lang", "rust"]);
    assert!(made.contains("next: dirigent plugin publish hello"), "{made}");
    run(&["plugin", "publish", "hello"]);
    let greeted = run(&["run", "hello/workflow.asl.json", "--input", r#"{"name": "Ada"}"#]);
    let greeted: Value = serde_json::from_str(&greeted).unwrap();
    assert_eq!(greeted["greeting"], "Hello, Ada!");
    let tested = run(&["plugin", "test", "hello"]);
    assert!(tested.contains(" 0 failed"), "{tested}");
}

#[test]
fn a_component_that_is_there_is_published_as_it_is() {
    let home = prebuilt("name = \"again\"\nversion = \"1.2.0\"");
    let told = home.dirigent(["plugin", "publish", "again"]).success();
    assert_eq!(told, "published again@1.2.0 to .dirigent/registry\n");
    let place = home.path().join(".dirigent/registry/again/1.2.0");
    let mut files: Vec<_> = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort_unstable();
    assert_eq!(files, ["plugin.toml", "plugin.wasm"]);
    let output = home.dirigent(["run", "again/workflow.asl.json", "--input", "[1]"]).success();
    assert_eq!(output, "[1]\n");
}

#[test]
fn a_component_is_inspected_where_it_lies() {
    let home = prebuilt("name = \"again\"\nversion = \"1.2.0\"\n[asks]\nkeyvalue = [\"orders\"]");
    for (what, name) in [("again", "again@1.2.0"), ("again/plugin.wasm", "component@0.0.0")] {
        let text = home.dirigent(["plugin", "inspect", what]).success();
        for (key, value) in [
            ("plugin", name),
            ("state", "ready"),
            ("file", "again/plugin.wasm"),
            ("world", "task"),
            ("exports", "dirigent:task/handler@1.0.0"),
        ] {
            let found = text.lines().any(|line| line.starts_with(key) && line.contains(value));
            assert!(found, "{key}: {value} is not in\n{text}");
        }
        assert_eq!(text.contains("orders"), name.starts_with("again"), "{text}");
    }
    // Looking leaves nothing behind.
    assert!(!home.path().join(".dirigent").exists());
}

#[test]
fn what_cannot_be_made_built_or_published_is_status_2_and_says_what_to_do() {
    let sound = "name = \"again\"\nversion = \"1.2.0\"";
    for (manifest, arguments, message) in [
        (
            sound,
            vec!["new", "again", "--lang", "rust"],
            "again is there already. Choose another folder with --dir",
        ),
        (
            sound,
            vec!["new", "2fast", "--lang", "rust"],
            "`2fast` is no plugin's name: it begins with a letter",
        ),
        (sound, vec!["new", "x", "--lang", "cobol"], "[possible values: rust, js, ts, python, go, c]"),
        (
            sound,
            vec!["build", "nowhere"],
            "there is no nowhere/plugin.toml. Name the plugin's folder, or make one: dirigent plugin new",
        ),
        (
            sound,
            vec!["build", "again"],
            "again/plugin.toml does not say what the plugin is written in: add [build] language = ",
        ),
        (sound, vec!["build", "--lambda", "absent.py"], "there is no handler absent.py"),
        (sound, vec!["build", "--lambda", "again/plugin.toml"], "it ends in .py, .js, .mjs or .cjs"),
        (sound, vec!["build", "--handler", "x"], "--lambda"),
        (
            "version = \"1.2.0\"",
            vec!["publish", "again"],
            "again/plugin.toml: it does not say the name: add name = ",
        ),
        (
            "name = \"again\"\nversion = \"1\"",
            vec!["publish", "again"],
            "version `1` is none; write it like 1.2.0",
        ),
        (
            "name = \"again\"\nversion = \"1.2.0\"\nnaem = 1",
            vec!["publish", "again"],
            "again/plugin.toml: line 3: unknown field `naem`",
        ),
        (
            sound,
            vec!["publish", "again", "--registry", "oci://x"],
            "oci://x names no repository: write oci://HOST/REPOSITORY:TAG",
        ),
        (
            sound,
            vec!["install", "again"],
            "again is no place in an OCI registry: write oci://HOST/REPOSITORY:TAG",
        ),
        (sound, vec!["install", "oci://127.0.0.1:1/hello"], "oci://127.0.0.1:1/hello says no version"),
        (
            sound,
            vec!["install", "oci://127.0.0.1:1/hello:1.0.0"],
            "cannot pull oci://127.0.0.1:1/hello:1.0.0",
        ),
    ] {
        let home = prebuilt(manifest);
        let ran = home.dirigent([&["plugin"], arguments.as_slice()].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{arguments:?}: {message} is not in {}", ran.stderr);
    }
}

#[test]
fn what_is_no_component_is_not_published() {
    for (bytes, message) in [
        (b"\0asm\x01\0\0\0".as_slice(), "again/plugin.wasm: it is a core WebAssembly module"),
        (b"#!/bin/sh", "again/plugin.wasm: it is no WebAssembly component"),
    ] {
        let home = prebuilt("name = \"again\"\nversion = \"1.2.0\"");
        fs::write(home.path().join("again/plugin.wasm"), bytes).unwrap();
        let ran = home.dirigent(["plugin", "publish", "again"]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{message} is not in {}", ran.stderr);
        assert!(!home.path().join(".dirigent").exists(), "nothing was published");
    }
}

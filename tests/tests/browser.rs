//! The console in a browser: Debian's Chromium, driven by playwright-core, on the real binary.
//!
//! What it does and checks is in `browser/*.mjs`. Pictures of every view are kept in `target/browser`, to be looked at.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use dirigent_tests::host::Setup;
use dirigent_tests::report::say;
use dirigent_tests::story::tell;
use dirigent_tests::{places, process};

/// Installing downloads some 60 MB.
const INSTALL: Duration = Duration::from_secs(900);
/// The longest looks at each view four times, and takes a minute or two; all of them run at once.
const STORY: Duration = Duration::from_secs(900);

#[test]
fn failed_order() {
    browse("failed_order.mjs", &[], 10);
}

#[test]
fn actions() {
    browse("actions.mjs", &[], 20);
}

#[test]
fn data_flow() {
    browse("data_flow.mjs", &[], 29);
}

#[test]
fn views() {
    browse("views.mjs", &[], 89);
}

#[test]
fn studio() {
    browse("studio.mjs", &[], 55);
}

#[test]
fn code() {
    browse("code.mjs", &[], 7);
}

#[test]
fn drafts() {
    browse("drafts.mjs", &[], 11);
}

#[test]
fn aliases() {
    browse("aliases.mjs", &[], 7);
}

#[test]
fn large() {
    browse("large.mjs", &["--limits", "off"], 5);
}

#[test]
fn sign_in() {
    let home = places::scratch();
    let mut configuration = String::new();
    let mut tokens = Vec::new();
    for (name, variable, role) in [("ada", "DIRIGENT_TOKEN", "admin"), ("eve", "DIRIGENT_READER", "read")] {
        let (file, token) = (home.path().join(name), format!("the-token-of-{name}"));
        fs::write(&file, &token).unwrap();
        configuration += &format!("[token.{name}]\nsecret = {{ file = {file:?} }}\nrole = \"{role}\"\n");
        tokens.push((variable, token));
    }
    let file = home.path().join("dirigent.toml");
    fs::write(&file, configuration).unwrap();
    browse_as("sign_in.mjs", &["--config", &file.display().to_string()], &tokens, 27);
}

/// Runs a story in a browser, on a host of its own, and counts its steps.
fn browse(story: &str, arguments: &[&str], least: usize) {
    browse_as(story, arguments, &[], least);
}

/// The same, with tokens in the environment of the story.
fn browse_as(story: &str, arguments: &[&str], tokens: &[(&str, String)], least: usize) {
    packages();
    let setup = arguments.iter().fold(Setup::new(), |setup, argument| setup.argument(argument));
    let host = setup.start();
    assert!(
        host.get("/").unwrap().body.contains("<div id=\"root\">"),
        "the host was built without its console: npm --prefix host/console ci, npm --prefix host/console run build, and \
         build the host"
    );
    let mut node = Command::new("node");
    node.arg(places::root().join("tests/browser").join(story))
        .arg(host.url())
        .arg(places::root().join("target/browser"))
        .env("NO_PROXY", "127.0.0.1")
        .env_remove("DIRIGENT_TOKEN")
        .envs(tokens.iter().map(|(name, token)| (name, token)));
    tell(story, &mut node, STORY, least);
}

/// What the console's `package-lock.json` names, the browser's driver among it.
fn packages() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let console = places::root().join("host/console");
        if console.join("node_modules/playwright-core").is_dir() {
            return;
        }
        say("browser: install the console's packages");
        let mut npm = Command::new("npm");
        npm.args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(console);
        process::run(&mut npm, "", INSTALL).success();
    });
}

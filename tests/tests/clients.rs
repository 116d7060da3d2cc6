//! Clients against the real binary, in environments that this suite makes: boto3, the AWS CLI, the SDKs for JavaScript and
//! Rust, and one that the service model drives.
//!
//! What they do and check is in the files `*_story.*` of `clients`, and in `clients/rust` and `clients/model_driven`. `DIRIGENT_REQUESTS` is how many
//! requests that one sends, and `DIRIGENT_SEED` makes it send those of another run again.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::report::say;
use dirigent_tests::story::tell;
use dirigent_tests::{places, process};
use serde_json::json;
use tempfile::TempDir;

/// Installing downloads some 30 MB; the SDK for Rust takes a minute or two to compile.
const INSTALL: Duration = Duration::from_secs(900);
const STORY: Duration = Duration::from_secs(300);
/// Its requests take a minute or two; each of them has a limit of its own.
const MODEL_DRIVEN: Duration = Duration::from_secs(900);

/// What every client signs with; a host without access keys takes any.
const KEY: &str = "tests";
const KEY_SECRET: &str = "tests-of-some-length";
/// The secret of the other keys, as their story has it.
const SECRET: &str = "a-secret/of+the.tests=and-of-nobody-else";

const JAVASCRIPT: &str = "javascript_story.mjs";
const RUST: &str = "target/rust-story";

#[test]
fn boto3() {
    let registry = Registry::with(&["echo"]);
    let host = Setup::new().registry(registry.path()).start();
    let mut python = client("python");
    tell("boto3", python.arg(story("boto3_story.py")).arg(host.url()), STORY, 24);
}

#[test]
fn boto3_with_access_keys() {
    let registry = Registry::empty();
    let (host, _configuration) = signed(&registry);
    tell("access keys", client("python").arg(story("access_keys_story.py")).arg(host.url()), STORY, 9);
}

#[test]
fn aws_cli() {
    let registry = Registry::with(&["echo"]);
    let (host, _configuration) = signed(&registry);
    let mut python = client("python");
    tell("aws", python.arg(story("aws_cli_story.py")).arg(host.url()), STORY, 49);
}

#[test]
fn javascript() {
    let registry = Registry::with(&["echo"]);
    let (host, _configuration) = signed(&registry);
    let packages = node_packages();
    let mut node = alone(Command::new("node"));
    tell("javascript", node.arg(packages.join(JAVASCRIPT)).arg(host.url()), STORY, 15);
}

#[test]
fn rust() {
    let registry = Registry::with(&["echo"]);
    let (host, _configuration) = signed(&registry);
    let mut story = alone(Command::new(rust_story()));
    tell("rust", story.arg(host.url()), STORY, 16);
}

/// A host that verifies signatures: of the key that every client has here, and of one for each role.
fn signed(registry: &Registry) -> (Host, TempDir) {
    let home = places::scratch();
    let mut configuration = String::new();
    for (id, secret, role) in [
        (KEY, KEY_SECRET, "admin"),
        ("ADMIN", SECRET, "admin"),
        ("RUNNER", SECRET, "run"),
        ("READER", SECRET, "read"),
    ] {
        let file = home.path().join(id);
        fs::write(&file, secret).unwrap();
        configuration += &format!("[access_key.{id}]\nsecret = {{ file = {file:?} }}\nrole = \"{role}\"\n");
    }
    let file = home.path().join("dirigent.toml");
    fs::write(&file, configuration).unwrap();
    let setup =
        Setup::new().registry(registry.path()).argument("--config").argument(&file.display().to_string());
    (setup.start(), home)
}

/// SDKs put `sync-` before the name of the host for two actions. Where such a name leads here, it is answered.
#[test]
fn a_host_by_any_name() {
    let host = Setup::new().registry(Registry::empty().path()).start();
    let port = host.url().rsplit(':').next().unwrap();
    let params = json!({ "definition": r#"{"Type":"Pass","End":true}"#, "input": r#"{"a":1}"# });
    for name in
        ["localhost", "sync-localhost", "sync-127.0.0.1", "sync-dirigent.localhost", "sync-states.test"]
    {
        for name in [name.to_owned(), format!("{name}:{port}")] {
            let headers = [
                ("Host", name.as_str()),
                ("Content-Type", "application/x-amz-json-1.0"),
                ("X-Amz-Target", "AWSStepFunctions.TestState"),
            ];
            let answer = host.post("/", &headers, &params.to_string()).unwrap();
            assert_eq!(
                (answer.status, &answer.json()["output"]),
                (200, &json!(r#"{"a":1}"#)),
                "{name}: {answer:?}"
            );
        }
    }
}

#[test]
fn model_driven_sees_what_is_wrong() {
    process::run(client("python").arg(story("model_driven/test_judge.py")), "", STORY).success();
}

#[test]
fn model_driven() {
    let registry = Registry::empty();
    let host = Setup::new().registry(registry.path()).start();
    let mut python = client("python");
    python.arg(story("model_driven")).arg(host.url());
    for (option, variable) in [("--requests", "DIRIGENT_REQUESTS"), ("--seed", "DIRIGENT_SEED")] {
        if let Some(value) = std::env::var_os(variable) {
            python.arg(option).arg(value);
        }
    }
    let told = process::run(&mut python, "", MODEL_DRIVEN).success();
    say(told.trim_end());
}

fn story(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(file)
}

/// A program of the virtual environment.
fn client(program: &str) -> Command {
    alone(Command::new(environment().join("bin").join(program)))
}

/// A program that sees no configuration and no credentials of this machine.
fn alone(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let none = places::root().join("target/no-such-file");
    command
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", KEY_SECRET)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_CONFIG_FILE", &none)
        .env("AWS_SHARED_CREDENTIALS_FILE", &none)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_PAGER", "")
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The virtual environment with the pinned clients.
fn environment() -> &'static Path {
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let pins = story("requirements.txt");
        install("target/venv", &pins, "boto3 and the AWS CLI", |place| {
            let mut make = Command::new("python3");
            process::run(make.args(["-m", "venv", "--clear"]).arg(place), "", INSTALL).success();
            let mut pip = Command::new(place.join("bin/python"));
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
                .arg(&pins);
            process::run(&mut pip, "", INSTALL).success();
        })
    })
}

/// The folder with the pinned packages of npm, and the story beside them, where Node.js looks for packages.
fn node_packages() -> PathBuf {
    let place =
        install("target/node", &story("javascript/package-lock.json"), "the JavaScript SDK", |place| {
            fs::create_dir_all(place).unwrap();
            for file in ["package.json", "package-lock.json"] {
                fs::copy(story("javascript").join(file), place.join(file)).unwrap();
            }
            let mut npm = Command::new("npm");
            npm.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(place);
            process::run(&mut npm, "", INSTALL).success();
        });
    fs::copy(story("javascript").join(JAVASCRIPT), place.join(JAVASCRIPT)).unwrap();
    place
}

/// The story in Rust, compiled with the SDK at the versions of its `Cargo.lock`.
fn rust_story() -> PathBuf {
    let target = places::root().join(RUST);
    if !target.is_dir() {
        say(format!("clients: compile the Rust SDK in {RUST}"));
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(story("rust/Cargo.toml"));
    // What this suite was compiled with is no concern of the story's.
    for variable in ["RUSTC", "RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(variable);
    }
    process::run(cargo.arg("--target-dir").arg(&target), "", INSTALL).success();
    target.join("debug").join(format!("rust-story{}", std::env::consts::EXE_SUFFIX))
}

/// Fills a folder of the checkout with what `pins` says. Done once, and anew when the pins change.
fn install(place: &str, pins: &Path, what: &str, fill: impl FnOnce(&Path)) -> PathBuf {
    let folder = places::root().join(place);
    let installed = folder.join("installed.txt");
    let wanted = fs::read_to_string(pins).unwrap();
    if fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return folder;
    }
    say(format!("clients: install {what} in {place}"));
    fill(&folder);
    // Last, so that an installation that was cut short is not taken for a whole one.
    fs::write(&installed, wanted).unwrap();
    folder
}

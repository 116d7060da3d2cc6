//! Commands that ask a host which wants to know who they are, and how such a host starts.

use std::fs;

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::process::{self, Finished};
use dirigent_tests::wait::PATIENCE;

use crate::home::Home;

const ADMIN: &str = "the-admins-token-of-these-tests";
const READER: &str = "the-readers-token-of-these-tests";

/// A host with a token for an admin and one for a reader.
fn host(home: &Home, registry: &Registry) -> Host {
    let (admin, reader) = (home.write("admin", ADMIN), home.write("reader", READER));
    let configuration = home.write(
        "dirigent.toml",
        &format!(
            "[token.ada]\nsecret = {{ file = {admin:?} }}\nrole = \"admin\"\n\
             [token.eve]\nsecret = {{ file = {reader:?} }}\nrole = \"read\"\n"
        ),
    );
    let setup = Setup::new().registry(registry.path());
    setup.argument("--config").argument(&configuration.display().to_string()).start()
}

#[track_caller]
fn says(ran: &Finished, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}{}", ran.stdout, ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "{part} is not in {}", ran.stderr);
    }
    for secret in [ADMIN, READER] {
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(secret), "{}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn commands_say_who_they_are() {
    let (home, registry) = (Home::new(), Registry::empty());
    let host = host(&home, &registry);
    home.write("pass.json", r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#);
    let at = ["--endpoint", host.url()];
    let ask = |arguments: &[&str]| home.dirigent([arguments, &at[..]].concat());
    let create = ["machine", "create", "m", "--definition", "pass.json"];
    says(&ask(&create), 2, &["MissingAuthenticationTokenException", "--token or DIRIGENT_TOKEN"]);
    says(
        &ask(&[&create[..], &["--token", "another-token-of-these-tests"]].concat()),
        2,
        &["UnrecognizedClientException", "[token.NAME]"],
    );
    says(
        &ask(&[&create[..], &["--token", "@reader"]].concat()),
        2,
        &["AccessDeniedException", "states:CreateStateMachine", "its role is read", "another role"],
    );
    says(&ask(&[&create[..], &["--token", "@admin"]].concat()), 0, &[]);
    says(&ask(&["execution", "start", "m", "--token", "@admin", "--wait"]), 0, &[]);
    says(&ask(&["backup", "all.backup"]), 2, &["MissingAuthenticationTokenException"]);
    says(
        &ask(&["backup", "all.backup", "--token", "@reader"]),
        2,
        &["AccessDeniedException", "POST /api/backup"],
    );
    says(&ask(&["backup", "all.backup", "--token", "@admin"]), 0, &[]);
    says(&ask(&["plugin", "logs", "echo", "--token", "@reader"]), 0, &[]);

    let mut command = home.command(["execution", "list", "--endpoint", host.url()]);
    let listed = process::run(command.env("DIRIGENT_TOKEN", READER), "", PATIENCE);
    says(&listed, 0, &[]);
    assert!(listed.stdout.contains("m/"), "{}", listed.stdout);
    // Help shows no token, and a variable that is empty is none.
    let mut help = home.command(["execution", "list", "--help"]);
    says(&process::run(help.env("DIRIGENT_TOKEN", READER), "", PATIENCE), 0, &[]);
    let mut empty = home.command(["execution", "list", "--endpoint", host.url()]);
    let refused = process::run(empty.env("DIRIGENT_TOKEN", ""), "", PATIENCE);
    says(&refused, 2, &["MissingAuthenticationTokenException"]);
    let log = host.log();
    assert!(log.contains("a request was turned away"), "{log}");
    assert!(!log.contains(ADMIN) && !log.contains(READER), "{log}");
}

#[test]
fn a_host_that_others_can_reach_wants_to_know_who_asks() {
    let home = Home::new();
    // No packet leaves: it refuses before it listens.
    let ran = home.dirigent(["serve", "--listen", "0.0.0.0:0", "--data", "data"]);
    says(
        &ran,
        2,
        &["0.0.0.0:0 can be reached by others", "[token.NAME]", "data/dirigent.toml", "dirigent token new"],
    );
    home.write("dirigent.toml", "[token.ada]\nsecret = { file = \"none\" }\nrole = \"admin\"\n");
    let ran =
        home.dirigent(["serve", "--listen", "127.0.0.1:0", "--data", "data", "--config", "dirigent.toml"]);
    says(&ran, 2, &["token.ada.secret", "the file none cannot be read"]);
    assert!(!home.path().join("data").exists(), "it has touched no data");
}

#[test]
fn new_secrets_are_good_ones() {
    let home = Home::new();
    let secrets: Vec<String> = (0..2).map(|_| home.dirigent(["token", "new"]).success()).collect();
    assert_ne!(secrets[0], secrets[1]);
    for secret in &secrets {
        let plain =
            secret.trim_end().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        assert!(plain && secret.trim_end().len() == 43, "{secret}");
    }
    // And as they come they are the secret of a token.
    fs::write(home.path().join("ada"), &secrets[0]).unwrap();
    let registry = Registry::empty();
    let configuration = home
        .write("dirigent.toml", "[token.ada]\nsecret = { command = [\"cat\", \"ADA\"] }\nrole = \"read\"\n");
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, text.replace("ADA", &home.path().join("ada").display().to_string())).unwrap();
    let setup = Setup::new().registry(registry.path()).argument("--config");
    let host = setup.argument(&configuration.display().to_string()).start();
    let ran = home.dirigent(["machine", "list", "--endpoint", host.url(), "--token", "@ada"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

//! Access keys, tokens and sessions in the whole program, and that none of their secrets is anywhere else.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::path::Path;

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use dirigent_tests::{leaks, places};
use serde_json::json;

const TOKEN: &str = "t0ken+of/the-tests=and-nobody";
const KEY: &str = "s3cret/of+the.tests=and-nobody";
/// What somebody tries who has none of these.
const WRONG: &str = "wr0ng/token+of.somebody-else";

/// The secrets as they are, in hexadecimal digits, in base64, and percent-encoded. A text that has half of one has it.
fn forms() -> Vec<String> {
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let percent = |text: &str| text.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let secrets = [TOKEN, KEY, WRONG];
    let whole = secrets.iter().flat_map(|secret| [hex(&secret[..14]), percent(secret)[..14].to_owned()]);
    let base64 = ["dDBrZW4rb2YvdGhlLXRlc3RzPWFuZC1ub2JvZH", "czNjcmV0L29mK3RoZS50ZXN0cz1hbmQtbm9ib2R5"];
    secrets
        .iter()
        .map(|secret| secret[..14].to_owned())
        .chain(whole)
        .chain(base64.map(str::to_owned))
        .collect()
}

/// All that there is to log, but what compiling plugins says.
const LOG: &str = "--log=trace,cranelift=off,regalloc2=off,wasmtime=off";

fn host(home: &Path, registry: &Registry) -> Host {
    let (token, key) = (home.join("token"), home.join("key"));
    fs::write(&token, TOKEN).unwrap();
    fs::write(&key, KEY).unwrap();
    let configuration = format!(
        "[token.ada]\nsecret = {{ file = {token:?} }}\nrole = \"run\"\n\
         [access_key.KEY]\nsecret = {{ file = {key:?} }}\nrole = \"admin\"\n"
    );
    let file = home.join("dirigent.toml");
    fs::write(&file, configuration).unwrap();
    let setup = Setup::new().registry(registry.path()).argument(LOG);
    setup.argument("--config").argument(&file.display().to_string()).start()
}

#[test]
fn no_secret_is_in_what_is_left_of_requests() {
    let (home, registry) = (places::scratch(), Registry::empty());
    let mut host = host(home.path(), &registry);
    let json_body = ("content-type", "application/json");
    let target = ("x-amz-target", "AWSStepFunctions.ListStateMachines");
    let bearer = |token: &str| format!("Bearer {token}");
    let (good, wrong) = (bearer(TOKEN), bearer(WRONG));
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/states/aws4_request, SignedHeaders={TOKEN}, Signature={WRONG}"
    );
    let session = |token: &str| json!({ "token": token }).to_string();
    let mut answers = Vec::new();
    for (path, headers, body, status) in [
        ("/", vec![target, ("authorization", &*good)], "{}".to_owned(), 200),
        ("/", vec![target, ("authorization", &wrong)], "{}".to_owned(), 400),
        // Everything in the place of something else.
        ("/", vec![target, ("authorization", &signed), ("x-amz-date", TOKEN)], "{}".to_owned(), 400),
        ("/", vec![target, ("authorization", TOKEN)], "{}".to_owned(), 400),
        ("/api/backup", vec![json_body, ("authorization", &good)], String::new(), 403),
        ("/api/executions", vec![json_body, ("authorization", &wrong)], "{}".to_owned(), 401),
        ("/session", vec![json_body], session(TOKEN), 200),
        ("/session", vec![json_body], session(WRONG), 401),
    ] {
        let answer = host.post(path, &headers, &body).unwrap();
        assert_eq!(answer.status, status, "{path} {headers:?}: {}", answer.body);
        answers.push(answer.body);
    }
    answers.push(host.get("/session").unwrap().body);
    host.terminate();
    let log = host.log();
    assert!(log.contains("TRACE") && log.contains("a request was turned away"), "{log:.2000}");
    answers.push(log);
    for answer in &answers {
        leaks::assert_clean("an answer or the log", answer.as_bytes(), &forms());
    }
    assert!(leaks::search(host.data(), &forms()) > 0, "nothing was searched");
}

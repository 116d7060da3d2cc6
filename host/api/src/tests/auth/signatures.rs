//! Access keys: what is signed, by whom, when and for what. Signatures are those of AWS's own signer.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::{BOUND, OTHER, OWN, SECRET, Site, pass};

/// A signed request, and how it differs from a good one.
pub(super) struct Signed {
    key: &'static str,
    secret: &'static str,
    region: &'static str,
    service: &'static str,
    /// Seconds from now.
    at: i64,
    action: &'static str,
    /// Headers besides, which are signed.
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl Default for Signed {
    fn default() -> Signed {
        Signed {
            key: "KEYadmin",
            secret: SECRET,
            region: "us-east-1",
            service: "states",
            at: 0,
            action: "ListStateMachines",
            headers: Vec::new(),
            body: "{}".into(),
        }
    }
}

impl Signed {
    pub(super) fn request(&self) -> Request<Body> {
        let now = SystemTime::now();
        let shift = Duration::from_secs(self.at.unsigned_abs());
        let time = if self.at < 0 { now - shift } else { now + shift };
        let identity = Credentials::from_keys(self.key, self.secret, None).into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(time)
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let target = format!("AWSStepFunctions.{}", self.action);
        let mut headers = vec![
            ("host", "127.0.0.1:8083"),
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", target.as_str()),
        ];
        headers.extend(&self.headers);
        let body = SignableBody::Bytes(self.body.as_bytes());
        let signable =
            SignableRequest::new("POST", "http://127.0.0.1:8083/", headers.iter().copied(), body).unwrap();
        let (instructions, _) = sign(signable, &SigningParams::V4(params)).unwrap().into_parts();
        let mut request = Request::builder().method("POST").uri("/");
        for (name, value) in headers.into_iter().chain(instructions.headers()) {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.clone())).unwrap()
    }
}

#[tokio::test]
async fn signatures() {
    let site = Site::new().await;
    let good = Signed::default;
    for (name, signed, expected) in [
        ("as it should be", good(), ""),
        ("again, with the signing key that was kept", good(), ""),
        ("a body", Signed { body: json!({ "maxResults": 5 }).to_string(), ..good() }, ""),
        ("nothing", Signed { body: String::new(), ..good() }, ""),
        (
            "more headers",
            Signed { headers: vec![("x-amz-user-agent", "a  b "), ("accept", "x/y")], ..good() },
            "",
        ),
        ("several of one", Signed { headers: vec![("x-amz-x", "1"), ("x-amz-x", " 2  3")], ..good() }, ""),
        ("almost too old", Signed { at: -14 * 60, ..good() }, ""),
        ("almost too early", Signed { at: 14 * 60, ..good() }, ""),
        ("too old", Signed { at: -16 * 60, ..good() }, "InvalidSignatureException Signature expired: "),
        (
            "too early",
            Signed { at: 16 * 60, ..good() },
            "InvalidSignatureException Signature not yet current: ",
        ),
        (
            "yesterday's key again",
            Signed { at: -86_400, ..good() },
            "InvalidSignatureException Signature expired: ",
        ),
        (
            "another secret",
            Signed { secret: "another", ..good() },
            "InvalidSignatureException The request signature we calculated does not match",
        ),
        (
            "another key's",
            Signed { key: "KEYnone", ..good() },
            "UnrecognizedClientException The security token included in the request is invalid.",
        ),
        (
            "another region",
            Signed { region: "eu-west-1", ..good() },
            "InvalidSignatureException Credential should be scoped to a valid region",
        ),
        (
            "another service",
            Signed { service: "s3", ..good() },
            "InvalidSignatureException Credential should be scoped to correct service: 'states'.",
        ),
        ("an unknown action", Signed { action: "Nothing", ..good() }, "UnknownOperationException "),
        (
            "temporary credentials",
            Signed { headers: vec![("x-amz-security-token", "t")], ..good() },
            "UnrecognizedClientException The security token included in the request is invalid: this host issues no",
        ),
    ] {
        let answer = site.ask(signed.request()).await;
        let told = format!("{} {}", answer.code(), answer.message());
        if expected.is_empty() {
            assert_eq!(answer.status, 200, "{name}: {told}");
        } else {
            assert_eq!(answer.status, 400, "{name}: {told}");
            assert!(told.starts_with(expected), "{name}: {told}");
        }
        assert!(answer.headers.contains_key("x-amzn-requestid"), "{name}");
        assert!(!told.contains(SECRET), "{name}: {told}");
    }
}

#[tokio::test]
async fn what_was_signed_cannot_be_changed() {
    let site = Site::new().await;
    for (name, wanted) in [
        ("body", "InvalidSignatureException"),
        ("host", "InvalidSignatureException"),
        ("x-amz-target", "InvalidSignatureException"),
        ("x-amz-date", "InvalidSignatureException"),
        ("query", "IncompleteSignatureException"),
        ("a header that is not there any more", "InvalidSignatureException"),
        ("the host is not signed", "InvalidSignatureException"),
        ("the signature is cut off", "InvalidSignatureException"),
        ("the signature is not there", "IncompleteSignatureException"),
        ("the scope is cut off", "IncompleteSignatureException"),
        ("the date is not there", "IncompleteSignatureException"),
        ("it is there twice", "IncompleteSignatureException"),
    ] {
        let (mut head, mut body) = Signed::default().request().into_parts();
        let authorization = head.headers["authorization"].to_str().unwrap().to_owned();
        let changed = match name {
            "the host is not signed" => authorization.replace(";host;", ";"),
            "the signature is cut off" => authorization[..authorization.len() - 1].to_owned(),
            "the signature is not there" => authorization.split(", Signature").next().unwrap().to_owned(),
            "the scope is cut off" => authorization.replace("/aws4_request", ""),
            _ => authorization.clone(),
        };
        head.headers.insert("authorization", changed.parse().unwrap());
        match name {
            "body" => body = Body::from("{ }"),
            "host" => drop(head.headers.insert("host", "127.0.0.1:8084".parse().unwrap())),
            "x-amz-target" => {
                drop(
                    head.headers
                        .insert("x-amz-target", "AWSStepFunctions.CreateStateMachine".parse().unwrap()),
                );
            }
            "x-amz-date" => {
                let date = head.headers["x-amz-date"].to_str().unwrap();
                let other = if date.ends_with("0Z") { "1Z" } else { "0Z" };
                let date = format!("{}{other}", &date[..14]);
                head.headers.insert("x-amz-date", date.parse().unwrap());
            }
            "query" => head.uri = "/?a=b".parse().unwrap(),
            "a header that is not there any more" => drop(head.headers.remove("content-type")),
            "the date is not there" => drop(head.headers.remove("x-amz-date")),
            "it is there twice" => drop(head.headers.append("authorization", authorization.parse().unwrap())),
            _ => assert_ne!(changed, authorization, "{name}"),
        }
        let answer = site.ask(Request::from_parts(head, body)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, wanted), "{name}: {}", answer.message());
    }
}

/// Each character of the header counts: another one in its place is refused.
#[tokio::test]
async fn no_character_of_the_header_can_be_changed() {
    let site = Site::new().await;
    let (head, _) = Signed::default().request().into_parts();
    let good = head.headers["authorization"].to_str().unwrap().to_owned();
    for at in 0..good.len() {
        for other in ["0", "Z", ","] {
            let changed = format!("{}{other}{}", &good[..at], &good[at + 1..]);
            if changed == good {
                continue;
            }
            let mut head = head.clone();
            head.headers.insert("authorization", changed.parse().unwrap());
            let answer = site.ask(Request::from_parts(head, Body::from("{}"))).await;
            assert_eq!(answer.status, 400, "{changed}: {}", answer.body);
        }
    }
    let answer = site.ask(Request::from_parts(head, Body::from("{}"))).await;
    assert_eq!(answer.status, 200, "as it was: {}", answer.body);
}

#[tokio::test]
async fn access_keys_act_in_their_accounts() {
    let site = Site::new().await;
    let params = json!({ "name": "m", "definition": pass(json!(1)).to_string(), "roleArn": "arn:aws:iam::000000000000:role/r" });
    for (key, account) in [("KEYadmin", OWN), ("ELSEWHERE", OTHER)] {
        let signed =
            Signed { key, action: "CreateStateMachine", body: params.to_string(), ..Signed::default() };
        let answer = site.ask(signed.request()).await;
        let arn = format!("arn:aws:states:us-east-1:{account}:stateMachine:m");
        assert_eq!(answer.body["stateMachineArn"], arn, "{}", answer.body);
    }
    let key = "KEYread";
    let body =
        json!({ "stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m", "name": "e" });
    let answer = site
        .ask(Signed { key, action: "StartExecution", body: body.to_string(), ..Signed::default() }.request())
        .await;
    assert_eq!(answer.code(), "AccessDeniedException");
    assert_eq!(
        answer.message(),
        "User: arn:aws:iam::000000000000:user/KEYread is not authorized to perform: states:StartExecution on resource: \
         arn:aws:states:us-east-1:000000000000:stateMachine:m because its role is read, and this takes the role run"
    );
}

#[tokio::test]
async fn nobody_unknown_makes_the_host_wait_for_a_body() {
    let site = Site::new().await;
    let long = (1 << 20).to_string();
    let wrong = [("authorization", "Bearer another-token-of-some-length")];
    let (mut signed, _) = Signed { key: "KEYnone", ..Signed::default() }.request().into_parts();
    signed.headers.insert("content-length", long.parse().unwrap());
    let mut requests = vec![(Request::from_parts(signed, never()), "UnrecognizedClientException")];
    for (path, headers, code) in [
        ("/", vec![], "MissingAuthenticationTokenException"),
        ("/", wrong.to_vec(), "UnrecognizedClientException"),
        ("/api/executions", wrong.to_vec(), "UnrecognizedClientException"),
    ] {
        let mut request = Request::post(path).header("content-length", &long);
        request = request.header("x-amz-target", "AWSStepFunctions.ListStateMachines");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        requests.push((request.body(never()).unwrap(), code));
    }
    for (request, code) in requests {
        let shown = format!("{request:?}");
        let answer = tokio::time::timeout(BOUND, site.ask(request)).await;
        assert_eq!(answer.unwrap_or_else(|_| panic!("it waits: {shown}")).code(), code, "{shown}");
    }
    let json = [("content-type", "application/json")];
    let answer = site.send("POST", "/session", &json, &"x".repeat(33 << 10)).await;
    assert_eq!(answer.status, 413, "{}", answer.body);
    assert!(answer.message().contains("has at most 32768 bytes"), "{}", answer.body);
}

/// A body that never comes.
fn never() -> Body {
    Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>())
}

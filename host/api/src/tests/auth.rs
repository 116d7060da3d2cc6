//! Who may come in, over the whole router: signatures, tokens, roles. Signatures are those of AWS's own signer.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;
use zeroize::Zeroizing;

use super::rest::OnePlugin;
use super::{BOUND, OWN, World, pass};
use crate::{Callers, Gate, Host, Role};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const OTHER: &str = "000000000002";

/// Tokens, as `NAME-token-NAME`, of each role.
fn token(role: Role) -> String {
    format!("{role}-token-of-some-length")
}

struct Site {
    world: World,
    gate: Arc<Gate>,
    router: axum::Router,
}

fn callers() -> Callers {
    let mut callers = Callers::default();
    for role in Role::ALL {
        callers.add_token(role.word(), &token(role), role).unwrap();
        let id = format!("KEY{}", role.word());
        callers.add_access_key(&id, Zeroizing::new(SECRET.into()), role, None).unwrap();
    }
    callers
        .add_access_key("ELSEWHERE", Zeroizing::new(SECRET.into()), Role::Admin, Some(OTHER.into()))
        .unwrap();
    callers
}

/// An answer: its status, its headers, and its body.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["__type"].as_str().or(self.body["error"].as_str()).unwrap_or_default()
    }

    fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

impl Site {
    async fn new() -> Site {
        let world = World::new().await;
        let gate = Arc::new(Gate::new(callers()));
        let host = Host::new(world.engine.clone(), Arc::new(OnePlugin)).with_gate(gate.clone());
        Site { world, gate, router: crate::router(host) }
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    /// A request with headers.
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// An action with a token.
    async fn act(&self, role: Role, action: &str, params: Value) -> Answer {
        let target = format!("AWSStepFunctions.{action}");
        let bearer = format!("Bearer {}", token(role));
        self.send("POST", "/", &[("x-amz-target", &target), ("authorization", &bearer)], &params.to_string())
            .await
    }

    fn refused(&self, reason: &str) -> u64 {
        self.gate.refusals().find(|(name, _)| *name == reason).unwrap().1
    }
}

/// A signed request, and how it differs from a good one.
struct Signed {
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
    fn request(&self) -> Request<Body> {
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
async fn tokens_and_roles() {
    let site = Site::new().await;
    let machine = site.world.create_as(OWN, "m", pass(json!(1))).await;
    let start = json!({ "stateMachineArn": machine });
    let role = "arn:aws:iam::000000000000:role/r";
    let task = r#"{"Type":"Task","Resource":"plugin:echo","End":true}"#;
    let mocked = json!({ "definition": task, "roleArn": role, "mock": { "result": "{}" } });
    for (action, params, least) in [
        ("ListStateMachines", json!({}), Role::Read),
        ("DescribeStateMachine", start.clone(), Role::Read),
        ("StartExecution", start.clone(), Role::Run),
        ("TestState", mocked, Role::Read),
        // Without a role no Task runs.
        ("TestState", json!({ "definition": r#"{"Type":"Pass","End":true}"#, "roleArn": null }), Role::Read),
        (
            "TestState",
            json!({ "definition": r#"{"Type":"Pass","End":true}"#, "roleArn": role, "mock": null }),
            Role::Admin,
        ),
        ("DeleteStateMachine", start, Role::Admin),
    ] {
        for role in Role::ALL {
            let answer = site.act(role, action, params.clone()).await;
            let told = format!("{action} as {role}: {} {}", answer.status, answer.body);
            if role < least {
                assert_eq!(answer.code(), "AccessDeniedException", "{told}");
            } else {
                assert_eq!(answer.status, 200, "{told}");
            }
        }
    }
    for (path, headers, status) in [
        ("/healthz", vec![], 200),
        ("/readyz", vec![], 200),
        ("/", vec![], 200),
        ("/executions/x", vec![("accept", "text/html")], 200),
        ("/api/plugins", vec![], 401),
        ("/api/openapi.json", vec![], 401),
        ("/metrics", vec![], 401),
        ("/session", vec![], 401),
        ("/api/plugins", vec![("authorization", "Bearer read-token-of-some-length")], 200),
        ("/api/plugins", vec![("authorization", "bearer  read-token-of-some-length")], 200),
        ("/metrics", vec![("authorization", "Bearer read-token-of-some-length")], 200),
        ("/api/plugins", vec![("authorization", "Bearer read-token-of-some-lengt")], 401),
        ("/api/plugins", vec![("authorization", "Bearer ")], 401),
        ("/api/plugins", vec![("authorization", "Basic cmVhZA==")], 401),
        ("/api/plugins", vec![("authorization", "AWS4-HMAC-SHA256 Credential=KEYread/x")], 401),
        ("/api/nothing", vec![], 404),
    ] {
        let answer = site.send("GET", path, &headers, "").await;
        assert_eq!(answer.status, status, "{path} {headers:?}: {}", answer.body);
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{path} {headers:?}");
    }
    let denied =
        site.send("POST", "/api/backup", &[("authorization", "Bearer run-token-of-some-length")], "").await;
    assert_eq!((denied.status.as_u16(), denied.code()), (403, "AccessDeniedException"), "{}", denied.body);
    assert_eq!(
        denied.message(),
        "`run` is not authorized to perform: POST /api/backup because its role is run, and this takes the role admin"
    );
    let put =
        site.send("PUT", "/api/plugins", &[("authorization", "Bearer admin-token-of-some-length")], "").await;
    assert_eq!(put.status, 403, "what is in no table is refused to everybody");
    assert!(site.refused("role") > 5 && site.refused("unknown_token") == 2 && site.refused("missing") == 4);
}

#[tokio::test]
async fn callers_are_replaced_while_the_host_runs() {
    let site = Site::new().await;
    let bearer = [("authorization", "Bearer read-token-of-some-length")];
    assert_eq!(site.send("GET", "/api/plugins", &bearer, "").await.status, 200);
    let mut others = Callers::default();
    others.add_token("read", "another-token-of-some-length", Role::Read).unwrap();
    site.gate.replace(others);
    assert_eq!(site.send("GET", "/api/plugins", &bearer, "").await.status, 401);
    assert_eq!(site.ask(Signed::default().request()).await.code(), "UnrecognizedClientException");
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
}

/// A body that never comes.
fn never() -> Body {
    Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>())
}

#[tokio::test]
async fn streams_end_with_what_they_were_opened_by() {
    let site = Site::new().await;
    let json = ("content-type", "application/json");
    let sign_in = json!({ "token": token(Role::Read) }).to_string();
    let opened = site.send("POST", "/session", &[json], &sign_in).await;
    let cookie = opened.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let bearer = format!("Bearer {}", token(Role::Read));
    let open = |name: &'static str, value: &str| {
        let request = Request::get("/api/events").header(name, value).body(Body::empty()).unwrap();
        site.router.clone().oneshot(request)
    };
    let by_session = open("cookie", &cookie).await.unwrap().into_body();
    let by_token = open("authorization", &bearer).await.unwrap().into_body();
    let mut by_token = Box::pin(ended(by_token));
    // The same callers again are no reason.
    site.gate.replace(callers());
    assert!(ends_not(&mut by_token).await, "the token is still known");
    site.send("DELETE", "/session", &[("cookie", &cookie), OWN_PAGE], "").await;
    tokio::time::timeout(BOUND, ended(by_session)).await.expect("signing out ends the session's streams");
    assert!(ends_not(&mut by_token).await, "that was another one");
    site.gate.replace(Callers::default());
    tokio::time::timeout(BOUND, by_token).await.expect("a token that is gone ends its streams");
}

/// Resolves when a stream has ended.
async fn ended(body: Body) {
    axum::body::to_bytes(body, 1 << 20).await.unwrap();
}

/// Whether a stream goes on after everybody else had their turn.
async fn ends_not(stream: &mut (impl Future<Output = ()> + Unpin)) -> bool {
    for _ in 0..100 {
        if futures_util::FutureExt::now_or_never(&mut *stream).is_some() {
            return false;
        }
        tokio::task::yield_now().await;
    }
    true
}

/// A page's headers.
const OWN_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");

#[tokio::test]
async fn sessions() {
    let site = Site::new().await;
    let json = ("content-type", "application/json");
    let token_of = |role| json!({ "token": token(role) }).to_string();
    for (headers, body, status) in [
        (vec![json], json!({ "token": "no" }).to_string(), 401),
        (vec![json], "{}".into(), 400),
        (vec![], token_of(Role::Run), 400),
        (vec![json, ("origin", "http://other.site"), ("host", "127.0.0.1:8083")], token_of(Role::Run), 403),
    ] {
        let answer = site.send("POST", "/session", &headers, &body).await;
        assert_eq!(answer.status, status, "{headers:?} {body}: {}", answer.body);
        assert!(!answer.headers.contains_key("set-cookie"), "{headers:?} {body}");
        assert!(!answer.body.to_string().contains("-token-of-"), "{}", answer.body);
    }
    let answer = site.send("POST", "/session", &[json, OWN_PAGE], &token_of(Role::Run)).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body["name"], &answer.body["role"]),
        (200, &json!("run"), &json!("run"))
    );
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict") && !cookie.contains("token"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();

    let start = ("x-amz-target", "AWSStepFunctions.StartExecution");
    let no_machine = r#"{"stateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m"}"#;
    let with = |more: &[(&'static str, &'static str)]| [more, &[("cookie", cookie)]].concat();
    for (method, path, headers, body, status, code) in [
        ("GET", "/session", with(&[OWN_PAGE]), "", 200, ""),
        ("GET", "/api/plugins", with(&[]), "", 200, ""),
        ("GET", "/api/plugins", with(&[("sec-fetch-site", "same-site")]), "", 403, "AccessDeniedException"),
        ("POST", "/", with(&[start, OWN_PAGE]), no_machine, 400, "StateMachineDoesNotExist"),
        ("POST", "/", with(&[start]), no_machine, 400, "AccessDeniedException"),
        (
            "POST",
            "/",
            with(&[start, ("sec-fetch-site", "cross-site")]),
            no_machine,
            400,
            "AccessDeniedException",
        ),
        ("POST", "/api/backup", with(&[json, OWN_PAGE]), "", 403, "AccessDeniedException"),
        (
            "GET",
            "/api/plugins",
            vec![("cookie", "dirigent-session=forged")],
            "",
            401,
            "UnrecognizedClientException",
        ),
        ("DELETE", "/session", with(&[("sec-fetch-site", "cross-site")]), "", 403, "AccessDeniedException"),
        ("DELETE", "/session", with(&[OWN_PAGE]), "", 204, ""),
        ("DELETE", "/session", with(&[OWN_PAGE]), "", 204, ""),
        ("GET", "/session", with(&[OWN_PAGE]), "", 401, "UnrecognizedClientException"),
    ] {
        let answer = site.send(method, path, &headers, body).await;
        let told = format!("{method} {path} {headers:?}: {}", answer.body);
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{told}");
    }
    // A token that is taken away ends its sessions.
    let answer = site.send("POST", "/session", &[json], &token_of(Role::Read)).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(site.send("GET", "/session", &[("cookie", &cookie)], "").await.status, 200);
    site.gate.replace(Callers::default());
    assert_eq!(site.send("GET", "/session", &[("cookie", &cookie)], "").await.status, 401);
}

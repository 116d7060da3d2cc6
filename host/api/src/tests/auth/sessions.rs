//! Browsers that sign in with a token, and streams that end with what they were opened by.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tower::ServiceExt;

use super::{BOUND, Callers, Role, Site, callers, token};

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

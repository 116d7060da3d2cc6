//! OAuth tokens: when they are fetched, and by which request.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Connections, SECRET, Setting, request, send, server::Server};

/// A server that hands out `token-1`, `token-2` … at `/token`, and elsewhere takes the tokens that `valid` says.
async fn server(lifetime: &'static str, valid: fn(&str) -> bool) -> Server {
    Server::new(move |number, seen| match seen.path() {
        "/token" => (
            "200 OK",
            String::new(),
            format!("{{\"access_token\":\"token-{number}\",\"expires_in\":{lifetime}}}"),
        ),
        _ if valid(seen.header("authorization")) => ("200 OK", String::new(), "done".into()),
        _ => ("401 Unauthorized", String::new(), "no".into()),
    })
    .await
}

fn connections(setting: &Setting, more: &str) -> Connections {
    setting.connections(&format!(
        "[one]\nhosts = [\"URL\"]\noauth2 = {{ token_url = \"URL/token\", client_id = \"me & co\", client_secret = SECRET{more} }}"
    ))
}

#[tokio::test]
async fn what_is_asked_for() {
    let server = server("3600", |_| true).await;
    let setting = Setting::new(&server.url);
    let encoded = "s3cr%2Fet%2Bva%3Flue%3D42";
    let header = format!("Basic {}", STANDARD.encode(format!("me%20%26%20co:{encoded}")));
    let form = "grant_type=client_credentials";
    for (more, authorization, body) in [
        ("", &*header, form.to_owned()),
        (
            ", scopes = [\"a\", \"b\"], parameters = { audience = \"x/y\" }",
            &*header,
            format!("{form}&scope=a%20b&audience=x%2Fy"),
        ),
        (", client_auth = \"body\"", "", format!("{form}&client_id=me%20%26%20co&client_secret={encoded}")),
    ] {
        let connections = connections(&setting, more);
        let response =
            send(&connections, connections.get("one").unwrap(), request(&server.url)).await.unwrap();
        assert_eq!(response.status(), 200);
        let seen = server.seen();
        let [.., token, then] = &*seen else { panic!("{seen:?}") };
        assert_eq!(
            (token.path(), token.header("authorization"), &*token.body),
            ("/token", authorization, &*body)
        );
        assert_eq!(then.header("authorization"), format!("Bearer token-{}", seen.len() - 2));
    }
}

#[tokio::test]
async fn one_token_for_many_requests() {
    for (lifetime, requests, fetches) in [("3600", 20, 1), ("20", 20, 20)] {
        let server = server(lifetime, |_| true).await;
        let setting = Setting::new(&server.url);
        let connections = connections(&setting, "");
        let connection = connections.get("one").unwrap();
        let all = (0..requests).map(|_| send(&connections, connection, request(&server.url)));
        for response in futures_util::future::join_all(all).await {
            assert_eq!(response.unwrap().status(), 200);
        }
        let asked = server.seen().iter().filter(|seen| seen.path() == "/token").count();
        assert_eq!(asked, fetches, "valid for {lifetime} s");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_fetched_anew_once() {
    for (valid, status, paths) in [
        // The first token is the answer to request 0, the second one to request 2.
        ((|token| token == "Bearer token-2") as fn(&str) -> bool, 200, vec!["/token", "/x", "/token", "/x"]),
        (|_| false, 401, vec!["/token", "/x", "/token", "/x"]),
        (|_| true, 200, vec!["/token", "/x"]),
    ] {
        let server = server("3600", valid).await;
        let setting = Setting::new(&server.url);
        let connections = connections(&setting, "");
        let request = request(&format!("{}/x", server.url));
        let response = send(&connections, connections.get("one").unwrap(), request).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(server.seen().iter().map(super::server::Seen::path).collect::<Vec<_>>(), paths);
    }
}

#[tokio::test]
async fn a_refusal_to_others_than_tokens_is_final() {
    let server = server("3600", |_| false).await;
    let setting = Setting::new(&server.url);
    let connections =
        setting.connections("[one]\nhosts = [\"URL\"]\nbasic = { username = \"me\", password = SECRET }");
    let response = send(&connections, connections.get("one").unwrap(), request(&server.url)).await.unwrap();
    assert_eq!((response.status().as_u16(), server.seen().len()), (401, 1));
    assert!(server.seen()[0].header("authorization").contains(&STANDARD.encode(format!("me:{SECRET}"))));
}

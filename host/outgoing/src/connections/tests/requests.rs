//! What connections make of requests, and which of them a request goes through.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, Method};

use super::{super::ChoiceError, SECRET, Setting, request, send, server::Server};
use crate::Request;

async fn echo() -> Server {
    Server::new(|_, seen| ("200 OK", String::new(), seen.head.clone())).await
}

#[tokio::test]
async fn what_a_server_gets() {
    let server = echo().await;
    let basic = format!("Basic {}", STANDARD.encode(format!("anna:{SECRET}")));
    let encoded = "s3cr%2Fet%2Bva%3Flue%3D42";
    for (config, path, header, value, body) in [
        (
            "header = { name = \"X-Api-Key\", value = SECRET }",
            "/v1/x?a=b",
            "x-api-key",
            SECRET.to_owned(),
            "{}".to_owned(),
        ),
        (
            "header = { name = \"Authorization\", value = SECRET }",
            "/v1/x?a=b",
            "authorization",
            SECRET.to_owned(),
            "{}".to_owned(),
        ),
        (
            "basic = { username = \"anna\", password = SECRET }",
            "/v1/x?a=b",
            "authorization",
            basic,
            "{}".to_owned(),
        ),
        (
            "query = { key = SECRET, a = \"c\" }",
            &format!("/v1/x?a=c&key={encoded}"),
            "authorization",
            "the guest's own".to_owned(),
            "{}".to_owned(),
        ),
        (
            "headers = { x-tenant = \"acme\", x-key = SECRET }\nbody = { key = SECRET }",
            "/v1/x?a=b",
            "x-tenant",
            "acme".to_owned(),
            format!("{{\"key\":\"{SECRET}\"}}"),
        ),
        ("endpoint = \"URL/to\"", "/to/v1/x?a=b", "accept-encoding", "identity".to_owned(), "{}".to_owned()),
    ] {
        let setting = Setting::new(&server.url);
        let connections = setting.connections(&format!("[one]\nhosts = [\"URL/v1/*\"]\n{config}"));
        let mut request = request(&format!("{}/v1/x?a=b", server.url));
        request.headers.insert("dirigent-connection", "one".parse().unwrap());
        request.headers.insert("host", "elsewhere.example".parse().unwrap());
        let response = send(&connections, connections.get("one").unwrap(), request).await.unwrap();
        assert_eq!(response.status(), 200, "{config}");
        let seen = server.seen().pop().unwrap();
        assert_eq!((seen.path(), seen.header(header), &*seen.body), (path, &*value, &*body), "{config}");
        assert_eq!(seen.header("dirigent-connection"), "", "{config}");
        assert_eq!(seen.header("host"), server.url.trim_start_matches("http://"), "{config}");
    }
}

#[tokio::test]
async fn a_signature_is_for_what_is_sent() {
    let server = echo().await;
    let setting = Setting::new(&server.url);
    let connections = setting.connections(
        "[s3]\nhosts = [\"https://bucket.s3.amazonaws.com\"]\nendpoint = \"URL\"\nquery = { versionId = \"7\" }\n\
         [s3.sigv4]\nservice = \"s3\"\nregion = \"eu-central-1\"\naccess_key_id = SECRET\nsecret_access_key = SECRET\nsession_token = SECRET",
    );
    let request = request("https://bucket.s3.amazonaws.com/a%20b");
    assert!(send(&connections, connections.get("s3").unwrap(), request).await.is_ok());
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.path(), "/a%20b?versionId=7");
    let authorization = seen.header("authorization");
    let signed =
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=";
    assert!(authorization.starts_with(&format!("AWS4-HMAC-SHA256 Credential={SECRET}/")), "{authorization}");
    assert!(
        authorization.contains("/eu-central-1/s3/aws4_request") && authorization.contains(signed),
        "{authorization}"
    );
    assert_eq!(seen.header("x-amz-security-token"), SECRET);
    // The digest of `{}`.
    let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert_eq!(seen.header("x-amz-content-sha256"), digest);
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let server =
        Server::new(|_, _| ("302 Found", "location: http://127.0.0.1:9/\r\n".into(), String::new())).await;
    let setting = Setting::new(&server.url);
    let connections =
        setting.connections("[one]\nhosts = [\"URL\"]\nheader = { name = \"x-key\", value = SECRET }");
    let response = send(&connections, connections.get("one").unwrap(), request(&server.url)).await.unwrap();
    assert_eq!((response.status().as_u16(), server.seen().len()), (302, 1));
}

#[test]
fn which_connection_a_request_goes_through() {
    let setting = Setting::new("");
    let connections = setting.connections(
        "[a]\nhosts = [\"https://a.org/v1/*\"]\nheader = { name = \"x-key\", value = SECRET }\n\
         [b]\nhosts = [\"https://*.a.org\", \"https://a.org\"]\nheader = { name = \"x-key\", value = SECRET }",
    );
    let unknown = "there is no connection `c`: the host's configuration needs [connection.c]";
    let refused = "the connection `b` is not granted";
    let elsewhere = "the connection `a` is not for b.org: its `hosts` say where its credentials may go";
    let several = "the header Dirigent-Connection has to be the name of one connection";
    for (uri, header, granted, expected) in [
        ("https://a.org/v1/x", vec![], vec!["a", "b"], Ok(Some("a"))),
        ("https://a.org/v1/x", vec![], vec!["c", "b"], Ok(Some("b"))),
        ("https://a.org/v1/../x", vec![], vec!["a"], Ok(None)),
        ("https://a.org/v2", vec![], vec!["a"], Ok(None)),
        ("https://a.org/v1/x", vec![], vec![], Ok(None)),
        ("http://a.org/v1/x", vec![], vec!["a", "b"], Ok(None)),
        ("https://x.a.org/", vec!["b"], vec!["a", "b"], Ok(Some("b"))),
        ("https://a.org/v1/x", vec!["b"], vec!["a"], Err(refused)),
        ("https://a.org/v1/x", vec!["c"], vec!["c"], Err(unknown)),
        ("https://b.org/v1/x", vec!["a"], vec!["a"], Err(elsewhere)),
        ("https://a.org/v1/x", vec!["a", "b"], vec!["a", "b"], Err(several)),
    ] {
        let mut request = Request::new(Method::GET, uri.parse().unwrap());
        for name in &header {
            request.headers.append("Dirigent-Connection", HeaderValue::from_static(name));
        }
        let chosen = connections.choose(&mut request, |name| granted.contains(&name));
        let chosen = chosen
            .map(|one| one.map(super::Connection::name))
            .map_err(|error: ChoiceError| error.to_string());
        assert_eq!(chosen, expected.map_err(str::to_owned), "{uri} {header:?} {granted:?}");
        assert!(request.headers.is_empty(), "{uri}: the header stays in the host");
    }
}

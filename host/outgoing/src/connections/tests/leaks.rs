//! No secret in any message, log or answer: every way to fail is gone with known secrets, and all texts are searched.

use std::{
    io,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tracing_subscriber::fmt::MakeWriter;

use super::{super::encode, Connections, SECRET, Setting, request, send, server::Server};

/// The token that the server of these tests hands out.
const TOKEN: &str = "t0ken/of+the?server";

/// All that was traced, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// That no form of a secret is in a text.
fn assert_clean(what: &str, text: &str) {
    for secret in [SECRET, TOKEN] {
        let inner = STANDARD.encode(format!("anna:{secret}"));
        let json = secret.replace('/', "\\/");
        for form in [secret, &encode::percent(secret), &STANDARD.encode(secret), &inner, &json] {
            assert!(!text.contains(form), "{what} shows `{form}`: {text}");
        }
    }
}

/// A server that fails in the way that the path says, and shows whatever it got.
async fn server() -> Server {
    Server::new(|_, seen| {
        let shown = format!("{}\n{}", seen.head, seen.body);
        match seen.path().split('?').next().unwrap_or_default() {
            "/token" => {
                ("200 OK", String::new(), format!("{{\"access_token\":\"{TOKEN}\",\"expires_in\":3600}}"))
            }
            "/no-token" => ("400 Bad Request", String::new(), shown),
            "/odd-token" => ("200 OK", String::new(), shown),
            "/mac" => (
                "200 OK",
                String::new(),
                format!("{{\"access_token\":\"{TOKEN}\",\"token_type\":\"{SECRET}\"}}"),
            ),
            "/large" => ("200 OK", String::new(), shown.repeat(1 << 13)),
            "/packed" => ("200 OK", "content-encoding: gzip\r\n".into(), shown),
            "/broken" => ("200 OK", "transfer-encoding: chunked\r\n".into(), shown),
            "/unauthorized" => ("401 Unauthorized", String::new(), shown),
            _ => {
                let header = format!(
                    "x-echo: {}\r\nx-echo: {}\r\n",
                    seen.header("authorization"),
                    seen.header("x-key")
                );
                (
                    "200 OK",
                    header,
                    format!("{shown}\n{}\n{}", STANDARD.encode(&shown), encode::percent(&shown)),
                )
            }
        }
    })
    .await
}

/// Credentials of every kind, and parameters of every kind.
const KINDS: [&str; 7] = [
    "header = { name = \"x-key\", value = SECRET }",
    "basic = { username = \"anna\", password = SECRET }",
    "oauth2 = { token_url = \"URL/token\", client_id = \"anna\", client_secret = SECRET }",
    "oauth2 = { token_url = \"URL/token\", client_id = \"anna\", client_secret = SECRET, client_auth = \"body\" }",
    "sigv4 = { service = \"s3\", region = \"r\", access_key_id = SECRET, secret_access_key = SECRET, session_token = SECRET }",
    "query = { key = SECRET }\nbody = { key = SECRET }\nheaders = { authorization = SECRET }",
    "query = { key = SECRET }\nsigv4 = { service = \"sqs\", region = \"r\", access_key_id = SECRET, secret_access_key = SECRET }",
];

#[tokio::test]
async fn no_secret_comes_out() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // For all threads: what a place traces is decided when it is first passed, by whichever test does.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let server = server().await;
    let setting = Setting::new(&server.url);
    let mut answers = 0;
    for kind in KINDS {
        let connections = setting.connections(&format!("[one]\nhosts = [\"URL\"]\n{kind}"));
        for path in ["/", "/large", "/packed", "/broken", "/unauthorized"] {
            answers += usize::from(try_out(&connections, &format!("{}{path}", server.url)).await);
        }
    }
    // The server got what it was to get, and showed it.
    assert!(server.seen().iter().any(|seen| seen.header("x-key") == SECRET));
    assert!(server.seen().iter().any(|seen| seen.header("authorization") == format!("Bearer {TOKEN}")));
    assert_eq!(answers, 2 * KINDS.len(), "`/` and `/unauthorized` are answers, the rest are errors");
    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    // What hyper-util traces shows that tracing was heard at all.
    assert!(text.contains("TRACE"), "nothing was traced");
    assert_clean("the log", &text);
}

/// Send a request and search what comes of it. Says whether it was a response.
async fn try_out(connections: &Connections, url: &str) -> bool {
    let connection = connections.get("one").unwrap();
    assert_clean("Debug", &format!("{connections:?} {connection:?}"));
    match send(connections, connection, request(url)).await {
        Ok(response) => {
            assert_clean("the response's head", &format!("{:?}", response.headers()));
            assert_clean("the response's body", &String::from_utf8_lossy(response.body()));
            true
        }
        Err(error) => {
            assert_clean("the error", &format!("{error} {error:?}"));
            false
        }
    }
}

#[tokio::test]
async fn no_secret_is_in_errors_of_looking_it_up_and_of_tokens() {
    let server = server().await;
    let setting = Setting::new(&server.url);
    let file = |name: &str, text: &str| {
        let path = setting.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("{{ file = {path:?} }}")
    };
    let lines = file("lines", &format!("{SECRET}\n{SECRET}\n"));
    let long = file("long", &SECRET.repeat(1000));
    let printed =
        format!("{{ command = [\"sh\", \"-c\", \"echo '{SECRET}'; echo '{SECRET}' >&2; exit 1\"] }}");
    let endless = format!("{{ command = [\"sh\", \"-c\", \"while :; do echo '{SECRET}'; done\"] }}");
    let header = |source: &str| format!("header = {{ name = \"x-key\", value = {source} }}");
    let oauth2 = |url: &str| {
        format!(
            "oauth2 = {{ token_url = \"{url}\", client_id = \"anna\", client_secret = SECRET, client_auth = \"body\" }}"
        )
    };
    for (kind, part) in [
        (header(&lines), "something other than one line of printable ASCII"),
        (header(&long), "more than the 16 KiB"),
        (header(&printed), "the command sh ended with exit status: 1"),
        (header(&endless), "the command sh printed more than 16386 bytes"),
        (oauth2("URL/no-token"), "no access token: the server answered 400 Bad Request"),
        (oauth2("URL/odd-token"), "no access token: the server's answer is not JSON with an `access_token`"),
        (oauth2("URL/mac"), "a type other than Bearer"),
        (oauth2("http://127.0.0.1:1/"), "no access token: cannot connect"),
        (
            "body = { key = SECRET }\nheaders = { content-type = \"text/plain\" }".into(),
            "body parameters fit only",
        ),
    ] {
        let connections = setting.connections(&format!("[one]\nhosts = [\"URL\"]\n{kind}"));
        let mut request = request(&server.url);
        request.body = "no JSON".into();
        let error = send(&connections, connections.get("one").unwrap(), request).await.unwrap_err();
        assert!(error.to_string().contains(part), "{kind}: {error}");
        assert_clean("the error", &format!("{error} {error:?}"));
    }
}

#[test]
fn what_is_searched_for_is_found() {
    for text in [SECRET, &encode::percent(TOKEN), &STANDARD.encode(format!("anna:{SECRET}"))] {
        assert!(std::panic::catch_unwind(|| assert_clean("this", text)).is_err(), "{text}");
    }
}

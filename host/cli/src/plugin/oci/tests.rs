//! Places, and a plugin's way into a registry on loopback and back.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use dirigent_runtime::{LimitOverrides, PluginState};
use parking_lot::Mutex;

use super::*;

/// How long a test waits.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn places() {
    for (url, version, expected) in [
        ("oci://ghcr.io/me/hello:1.0.0", None, Ok("ghcr.io/me/hello:1.0.0")),
        ("oci://ghcr.io/me/hello", Some("1.0.0"), Ok("ghcr.io/me/hello:1.0.0")),
        ("oci://127.0.0.1:5000/hello", Some("1.0.0+x"), Ok("127.0.0.1:5000/hello:1.0.0_x")),
        ("oci://127.0.0.1:5000/hello:canary", Some("1.0.0"), Ok("127.0.0.1:5000/hello:canary")),
        ("oci://ghcr.io/me/hello", None, Err("says no version")),
        ("oci://hello:1.0.0", None, Err("names no repository")),
        ("oci://ghcr.io/Me/hello:1", None, Err("is no place in an OCI registry")),
    ] {
        match (Remote::new(url, version), expected) {
            (Ok(remote), Ok(expected)) => assert_eq!(remote.reference.whole(), expected),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error:#}"),
            (Ok(remote), Err(_)) => panic!("{url} is {}", remote.reference),
            (Err(error), Ok(_)) => panic!("{url}: {error:#}"),
        }
    }
}

#[test]
fn only_loopback_speaks_http() {
    for (registry, http) in [
        ("localhost:5000", true),
        ("127.0.0.1:5000", true),
        ("[::1]:5000", true),
        ("localhost.example", false),
        ("ghcr.io", false),
        ("10.0.0.1:5000", false),
    ] {
        assert_eq!(is_loopback(registry), http, "{registry}");
    }
}

/// A registry in memory: blobs by digest, what is being uploaded by number, manifests by reference.
#[derive(Clone, Default)]
struct Registry(Arc<Mutex<Contents>>);

#[derive(Default)]
struct Contents {
    blobs: HashMap<String, Vec<u8>>,
    uploads: HashMap<String, Vec<u8>>,
    manifests: HashMap<String, Vec<u8>>,
    authorizations: Vec<String>,
}

impl Registry {
    /// Serves on loopback until the test ends. Returns `HOST:PORT`.
    async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

/// What of the OCI Distribution Specification a client needs to push and pull.
async fn answer(
    State(registry): State<Registry>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut contents = registry.0.lock();
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    contents.authorizations.extend(authorization.map(str::to_owned));
    let path = uri.path();
    if path == "/v2/" {
        return StatusCode::OK.into_response();
    }
    let last = path.rsplit('/').next().unwrap().to_owned();
    let digest = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("digest=")));
    match (method.as_str(), path) {
        ("POST", path) if path.ends_with("/blobs/uploads/") => {
            let number = contents.uploads.len().to_string();
            contents.uploads.insert(number.clone(), Vec::new());
            (StatusCode::ACCEPTED, [(header::LOCATION, format!("{path}{number}"))]).into_response()
        }
        ("PATCH", path) => {
            contents.uploads.get_mut(&last).unwrap().extend_from_slice(&body);
            let end = contents.uploads[&last].len() - 1;
            let headers = [(header::LOCATION, path.to_owned()), (header::RANGE, format!("0-{end}"))];
            (StatusCode::ACCEPTED, headers).into_response()
        }
        ("PUT", path) if path.contains("/blobs/uploads/") => {
            let digest = digest.unwrap().replace("%3A", ":");
            let blob = [contents.uploads[&last].clone(), body.to_vec()].concat();
            contents.blobs.insert(digest.clone(), blob);
            let place = path.replace(&format!("uploads/{last}"), &digest);
            (StatusCode::CREATED, [(header::LOCATION, place)]).into_response()
        }
        ("PUT", path) => {
            contents.manifests.insert(last, body.to_vec());
            (StatusCode::CREATED, [(header::LOCATION, path.to_owned())]).into_response()
        }
        ("GET" | "HEAD", path) => {
            let there = if path.contains("/manifests/") { &contents.manifests } else { &contents.blobs };
            match there.get(&last) {
                Some(bytes) => {
                    let kind = "application/vnd.oci.image.manifest.v1+json";
                    ([(header::CONTENT_TYPE, kind)], bytes.clone()).into_response()
                }
                None => StatusCode::NOT_FOUND.into_response(),
            }
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

const MANIFEST: &str = "# A plugin\n\tname = \"hello\"\nversion = \"1.0.0\" # \\ \u{e9}\n";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

fn plugin() -> PluginInfo {
    PluginInfo {
        name: "hello".into(),
        version: "1.0.0".into(),
        description: "Says\nhello".into(),
        digest: None,
        path: "plugin.wasm".into(),
        serves: Vec::new(),
        component_bytes: 0,
        compiled_bytes: None,
        limits: LimitOverrides::default(),
        asks: dirigent_runtime::Asks::default(),
        imports: vec!["dirigent:task/host@1.0.0".into()],
        exports: vec!["dirigent:task/handler@1.0.0".into()],
        state: PluginState::Ready,
        aliases: Vec::new(),
    }
}

async fn pushed() -> (Registry, Remote) {
    let registry = Registry::default();
    let url = format!("oci://{}/plugins/hello", registry.serve().await);
    let remote = Remote::new(&url, Some("1.0.0")).unwrap();
    tokio::time::timeout(PATIENCE, remote.push(&plugin(), COMPONENT.to_vec(), MANIFEST))
        .await
        .unwrap()
        .unwrap();
    (registry, remote)
}

#[tokio::test]
async fn what_is_pushed_is_laid_out_as_other_tools_expect_it_and_comes_back() {
    let (registry, remote) = pushed().await;
    let image: serde_json::Value = serde_json::from_slice(&registry.0.lock().manifests["1.0.0"]).unwrap();
    assert_eq!(image["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(image["layers"].as_array().unwrap().len(), 1);
    assert_eq!(image["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(image["annotations"]["org.opencontainers.image.version"], "1.0.0");
    let config = image["config"]["digest"].as_str().unwrap();
    let config: serde_json::Value = serde_json::from_slice(&registry.0.lock().blobs[config]).unwrap();
    assert_eq!((&config["architecture"], &config["os"]), (&"wasm".into(), &"wasip2".into()));
    assert_eq!(config["layerDigests"][0], image["layers"][0]["digest"]);
    assert_eq!(config["component"]["exports"], json!(["dirigent:task/handler@1.0.0"]));

    let pulled = tokio::time::timeout(PATIENCE, remote.pull()).await.unwrap().unwrap();
    assert_eq!((pulled.component.as_slice(), pulled.manifest.as_str()), (COMPONENT, MANIFEST));
}

#[tokio::test]
async fn what_cannot_be_pulled_says_why() {
    type Change = fn(&mut Contents);
    let changes: [(Change, &str); 4] = [
        (|contents| contents.manifests.clear(), "cannot pull oci://"),
        (|contents| contents.blobs.clear(), "cannot pull oci://"),
        (
            // Another component under the same digest.
            |contents| {
                contents.blobs.values_mut().for_each(|blob| blob.iter_mut().for_each(|byte| *byte ^= 1))
            },
            "digest",
        ),
        (
            |contents| {
                for manifest in contents.manifests.values_mut() {
                    *manifest =
                        String::from_utf8_lossy(manifest).replace("dev.dirigent", "dev.other").into_bytes();
                }
            },
            "was not published by dirigent",
        ),
    ];
    for (change, expected) in changes {
        let (registry, remote) = pushed().await;
        change(&mut registry.0.lock());
        let refused = tokio::time::timeout(PATIENCE, remote.pull()).await.unwrap();
        let error = format!("{:#}", refused.err().unwrap()).to_lowercase();
        assert!(error.contains(expected), "{expected} is not in {error}");
    }
}

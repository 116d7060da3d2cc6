//! The console: the files of its build, served at every path that is nothing else's.
//!
//! Files whose names have a hash of what is in them may be kept for good. The page itself is asked for each time, and is what
//! every address of the console's own shows, however deep; its `<base>` is made relative to that depth, so that it finds
//! its files and the host behind any path prefix that a proxy takes away.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use sha2::{Digest, Sha256};

use crate::Host;

/// The page.
const PAGE: &str = "index.html";

/// What the page has where it says where the console's root is, as the build writes it.
const BASE: &str = "<base href=\"./\" />";

/// Where the build puts files with a hash in their names.
const HASHED: &str = "assets/";

/// First parts of paths that are the host's, where no page of the console is.
const NOT_PAGES: [&str; 5] = ["api", "assets", "healthz", "metrics", "readyz"];

/// What the page may load: files of this host. Styles may be inline, as components for menus and dialogs write them; images may
/// be made by the page itself, as the export of a graph does.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; \
     object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
);

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// What `/` shows of a host that was built without the console.
const NOT_BUILT: &str = include_str!("not_built.html");

/// The files of the console's build.
#[derive(Default)]
pub struct Console {
    /// By their paths below the root.
    files: BTreeMap<&'static str, File>,
}

struct File {
    content: &'static [u8],
    tag: HeaderValue,
}

impl Console {
    /// A console of files, by their paths in the build. Without `index.html` it is one that was not built, and says so.
    pub fn new(files: impl IntoIterator<Item = (&'static str, &'static [u8])>) -> Console {
        let files = files.into_iter().map(|(path, content)| (path, File { content, tag: tag(content) }));
        Console { files: files.collect() }
    }

    fn answer(&self, path: &str, headers: &HeaderMap) -> Response<Body> {
        let path = path.trim_start_matches('/');
        if let Some(file) = self.files.get(path).filter(|_| path != PAGE) {
            let cache = if path.starts_with(HASHED) { FOREVER } else { ASK_EACH_TIME };
            return found(file.content.into(), content_type(path), cache, &file.tag, headers);
        }
        let first = path.split('/').next().unwrap_or_default();
        if path.is_empty() || (wants_page(headers) && !NOT_PAGES.contains(&first)) {
            return self.page(path, headers);
        }
        status(StatusCode::NOT_FOUND)
    }

    fn page(&self, path: &str, headers: &HeaderMap) -> Response<Body> {
        let built = self.files.get(PAGE).and_then(|file| std::str::from_utf8(file.content).ok());
        let root = match path.matches('/').count() {
            0 => "./".to_owned(),
            depth => "../".repeat(depth),
        };
        let page = built.unwrap_or(NOT_BUILT).replace(BASE, &format!("<base href=\"{root}\" />"));
        let tag = tag(page.as_bytes());
        found(page.into(), "text/html; charset=utf-8", ASK_EACH_TIME, &tag, headers)
    }
}

/// Answers what no other route does.
pub(crate) async fn serve(
    State(host): State<Host>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    if method != Method::GET && method != Method::HEAD {
        return status(StatusCode::NOT_FOUND);
    }
    host.console.answer(uri.path(), &headers)
}

/// Whether it is a browser that asks, for something to show.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn found(
    content: Body,
    content_type: &'static str,
    cache: HeaderValue,
    tag: &HeaderValue,
    asked: &HeaderMap,
) -> Response<Body> {
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag);
    let mut response = if known { status(StatusCode::NOT_MODIFIED) } else { Response::new(content) };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, cache);
    headers.insert(header::ETAG, tag.clone());
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// An entity tag: the content's SHA-256.
fn tag(content: &[u8]) -> HeaderValue {
    let digest: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    // Hexadecimal digits always make a header's value.
    HeaderValue::try_from(format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The types of what the build writes.
fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

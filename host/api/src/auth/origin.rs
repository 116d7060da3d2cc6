//! Whether a request that a browser makes is one of the console's own page. `SameSite=Strict` keeps other sites out, and takes
//! other ports of the same name for the same site.
//!
//! Source: W3C Fetch Metadata Request Headers; WHATWG Fetch, "Origin". Browsers send `Sec-Fetch-Site` to loopback and over TLS only.

use axum::http::{HeaderMap, Method, header};

/// Whether the page that asks is of the host's own origin, as far as the browser says. What says nothing may only read.
pub(super) fn is_own(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let reads = method == Method::GET || method == Method::HEAD;
    match text("sec-fetch-site") {
        Some("same-origin") => true,
        // The address was typed, or is a bookmark.
        Some("none") => reads,
        Some(_) => false,
        None if reads => true,
        None => {
            let origin = text(header::ORIGIN.as_str()).and_then(|origin| origin.split_once("://"));
            let Some((_, from)) = origin else { return false };
            // A proxy may ask under another name, and say which one it was asked for. A page cannot set this header without
            // asking first, which this host never allows.
            let hosts = [text(header::HOST.as_str()), text("x-forwarded-host")];
            hosts.into_iter().flatten().any(|host| host.eq_ignore_ascii_case(from))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn whose_page_it_is() {
        let (host, own, other) = ("127.0.0.1:8083", "http://127.0.0.1:8083", "http://127.0.0.1:9000");
        for (method, site, origin, forwarded, expected) in [
            ("GET", Some("same-origin"), None, None, true),
            ("GET", Some("none"), None, None, true),
            ("GET", Some("same-site"), None, None, false),
            ("GET", Some("cross-site"), None, None, false),
            ("GET", None, None, None, true),
            ("POST", Some("same-origin"), Some(own), None, true),
            ("POST", Some("none"), None, None, false),
            ("POST", Some("same-site"), Some(other), None, false),
            ("POST", None, Some(own), None, true),
            ("POST", None, Some(other), None, false),
            ("POST", None, Some("null"), None, false),
            ("POST", None, None, None, false),
            ("POST", None, Some("http://flows.lan"), Some("flows.lan"), true),
            ("POST", None, Some(other), Some("flows.lan"), false),
            ("DELETE", None, None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", host.parse().unwrap());
            for (name, value) in
                [("sec-fetch-site", site), ("origin", origin), ("x-forwarded-host", forwarded)]
            {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            let method = method.parse().unwrap();
            assert_eq!(is_own(&method, &headers), expected, "{method} {site:?} {origin:?} {forwarded:?}");
        }
    }
}

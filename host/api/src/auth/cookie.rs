//! The cookie of a session. It has no `Path`, so a browser sends it to where it got it: `session` lies in the console's root,
//! so that is every path of this host below the prefix that a proxy takes away, and nothing beside it. Source: RFC 6265,
//! section 5.1.4.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

/// Its name.
pub(crate) const NAME: &str = "dirigent-session";

/// All values under the name that a request has: hosts whose paths lie within each other have one each.
pub(super) fn values(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == NAME).map(|(_, value)| value)
}

/// The header that sets it. No script reads it, no other site sends it, and where the page came encrypted it goes encrypted.
pub(crate) fn set(value: &str, life: Duration, request: &HeaderMap) -> Option<HeaderValue> {
    let origin = request.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    let secure = if origin.starts_with("https://") { "; Secure" } else { "" };
    let seconds = life.as_secs();
    HeaderValue::try_from(format!("{NAME}={value}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"))
        .ok()
}

/// The header that takes it away.
pub(crate) fn cleared(request: &HeaderMap) -> Option<HeaderValue> {
    set("", Duration::ZERO, request)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_requests_have() {
        for (cookies, expected) in [
            (vec!["dirigent-session=a"], vec!["a"]),
            (vec!["x=1; dirigent-session=a; y=2", "dirigent-session=b"], vec!["a", "b"]),
            (vec!["dirigent-sessions=a; xdirigent-session=b", "dirigent-session"], vec![]),
            (vec![], vec![]),
        ] {
            let mut headers = HeaderMap::new();
            for cookie in &cookies {
                headers.append(header::COOKIE, cookie.parse().unwrap());
            }
            assert_eq!(values(&headers).collect::<Vec<_>>(), expected, "{cookies:?}");
        }
    }

    #[test]
    fn it_is_secure_where_the_page_is() {
        for (origin, secure) in [("http://127.0.0.1:8083", false), ("https://flows.example", true)] {
            let headers = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))]);
            let text = set("v", Duration::from_secs(9), &headers).unwrap();
            let expected = "dirigent-session=v; Max-Age=9; HttpOnly; SameSite=Strict";
            assert_eq!(text.to_str().unwrap(), format!("{expected}{}", if secure { "; Secure" } else { "" }));
        }
    }
}

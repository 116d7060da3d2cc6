//! The parts of a URL that a request is made of. What is allowed in each is for the host to say.

use super::Error;

/// `scheme://authority/path?query`.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub(super) struct Url<'a> {
    pub(super) secure: bool,
    pub(super) authority: &'a str,
    /// Begins with `/`, and has the query.
    pub(super) path: String,
}

pub(super) fn parse(url: &str) -> Result<Url<'_>, Error> {
    let wrong = |why| Error::Url { url: url.to_owned(), why };
    let (scheme, rest) =
        url.split_once("://").ok_or_else(|| wrong("it has to begin with https:// or http://"))?;
    let secure = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => false,
        _ => return Err(wrong("only https and http are served")),
    };
    // The fragment is for the one who asks, and is never sent.
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if authority.is_empty() {
        return Err(wrong("it names no host"));
    }
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Ok(Url { secure, authority, path })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn urls_and_their_parts() {
        for (url, secure, authority, path) in [
            ("https://api.example.com/v1/a?b=c#d", true, "api.example.com", "/v1/a?b=c"),
            ("http://127.0.0.1:8080", false, "127.0.0.1:8080", "/"),
            ("HTTP://[::1]:80?x=/y", false, "[::1]:80", "/?x=/y"),
        ] {
            assert_eq!(parse(url).unwrap(), Url { secure, authority, path: path.to_owned() }, "{url}");
        }
        for (url, why) in [
            ("example.com/a", "begin with https://"),
            ("ftp://example.com", "only https and http"),
            ("https:///a", "names no host"),
        ] {
            assert!(parse(url).unwrap_err().to_string().contains(why), "{url}");
        }
    }
}

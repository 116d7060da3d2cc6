//! Which requests a rule is about: `POST https://api.example.com/v1/*`.

use std::{fmt, str::FromStr};

use http::{Method, Uri};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Request;

/// How rules are written, for messages.
const FORM: &str = "write `https://HOST`, `POST https://HOST:PORT/path/*` or `GET,PUT https://*.example.com` (`https://*` is every host)";

/// Requests of some methods to some host and path.
///
/// Read from text: methods (all if there are none), scheme, host, port (the scheme's own if there is none), and a path (all
/// if there is none). `*.` before a host stands for any names before it, `*` alone for any host or any port, and `*` at the
/// end of a path for whatever follows. In configuration it is that text, or a table that also says whether such a request may be
/// sent again: `{ rule = "POST https://api.example.com/v1/charges", idempotent = true }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRule {
    methods: Vec<Method>,
    scheme: Scheme,
    host: Host,
    /// None: any.
    port: Option<u16>,
    path: Path,
    /// Whether the service does such a request once, however often it comes with one `Idempotency-Key`. None: not said.
    pub idempotent: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Any,
    /// What comes after the `*`, with its dot.
    Below(String),
    Is(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Path {
    Any,
    Is(String),
    Begins(String),
}

impl Scheme {
    fn of(text: &str) -> Option<Self> {
        match text {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The port that a URI means; None without a known scheme.
pub(crate) fn port_of(uri: &Uri) -> Option<u16> {
    uri.port_u16().or_else(|| Scheme::of(uri.scheme_str()?).map(Scheme::port))
}

impl HttpRule {
    /// Whether the rule is about this request.
    ///
    /// A rule with a path takes no request whose path other readers may understand differently: with `.` or `..` as a part, a
    /// backslash, an empty part, or one of these (or a slash) in percent-encoding.
    pub fn takes(&self, request: &Request) -> bool {
        let Some(scheme) = request.uri.scheme_str().and_then(Scheme::of) else { return false };
        let Some(host) = request.uri.host() else { return false };
        (self.methods.is_empty() || self.methods.contains(&request.method))
            && scheme == self.scheme
            && self.port.is_none_or(|port| port_of(&request.uri) == Some(port))
            && self.host.takes(&host.to_ascii_lowercase())
            && self.path.takes(request.uri.path())
    }

    /// The host, if the rule is about exactly one.
    pub fn host(&self) -> Option<&str> {
        match &self.host {
            Host::Is(name) => Some(name),
            Host::Any | Host::Below(_) => None,
        }
    }
}

impl Host {
    fn takes(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        match self {
            Self::Any => true,
            Self::Below(end) => host.len() > end.len() && host.ends_with(end.as_str()),
            Self::Is(name) => host == name,
        }
    }
}

impl Path {
    fn takes(&self, path: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Is(whole) => path == whole,
            Self::Begins(beginning) => path.starts_with(beginning.as_str()) && plain(path),
        }
    }
}

/// Whether everybody reads a path in the same way.
fn plain(path: &str) -> bool {
    let decoded = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "\\").replace("%5c", "\\");
    let parts = decoded.strip_prefix('/').unwrap_or(&decoded);
    let mut parts = parts.split('/').peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        let name = part.split(';').next().unwrap_or_default();
        if name == "." || name == ".." || part.contains('\\') || (part.is_empty() && !last) {
            return false;
        }
    }
    !decoded.contains("%25")
}

impl FromStr for HttpRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("`{text}` is not a rule for HTTP: {what}; {FORM}");
        let (methods, target) = match text.trim().split_once(' ') {
            Some((methods, target)) => (methods, target.trim()),
            None => ("", text.trim()),
        };
        let methods = methods
            .split(',')
            .filter(|method| !method.is_empty())
            .map(|method| {
                let known = method.bytes().all(|byte| byte.is_ascii_uppercase());
                Method::from_bytes(method.as_bytes()).ok().filter(|_| known)
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| wrong("methods are in capitals"))?;
        let (scheme, rest) = target.split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        let scheme = Scheme::of(scheme).ok_or_else(|| wrong("its scheme is neither http nor https"))?;
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let (host, port) = match authority.strip_suffix(":*") {
            Some(host) => (host, None),
            None => {
                let (host, port) = split_port(authority).ok_or_else(|| wrong("its port is no number"))?;
                (host, Some(port.unwrap_or(scheme.port())))
            }
        };
        let host = host.to_ascii_lowercase();
        if host.is_empty()
            || host.contains(['@', '?', '#', '\\'])
            || host.trim_start_matches("*.").contains('*') && host != "*"
        {
            return Err(wrong("its host is none"));
        }
        let path = match path {
            "" | "/*" => Path::Any,
            path if path.contains(['?', '#']) => return Err(wrong("a rule has no query")),
            path => match path.strip_suffix('*') {
                Some(beginning) if beginning.contains('*') => {
                    return Err(wrong("`*` stands at the end of a path only"));
                }
                Some(beginning) => Path::Begins(beginning.to_owned()),
                None if path.contains('*') => return Err(wrong("`*` stands at the end of a path only")),
                None => Path::Is(path.to_owned()),
            },
        };
        let host = match host.strip_prefix('*') {
            Some("") => Host::Any,
            Some(end) => Host::Below(end.to_owned()),
            None => Host::Is(host),
        };
        Ok(Self { methods, scheme, host, port, path, idempotent: None })
    }
}

/// Host and port of an authority; None if what should be the port is no number.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    // The colons of an IPv6 address are within brackets.
    let after = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority[after..].find(':') {
        Some(colon) => {
            Some((&authority[..after + colon], Some(authority[after + colon + 1..].parse().ok()?)))
        }
        None => Some((authority, None)),
    }
}

impl fmt::Display for HttpRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, method) in self.methods.iter().enumerate() {
            write!(f, "{}{method}", if index > 0 { "," } else { "" })?;
        }
        write!(f, "{}{}://", if self.methods.is_empty() { "" } else { " " }, self.scheme.name())?;
        match &self.host {
            Host::Any => f.write_str("*")?,
            Host::Below(end) => write!(f, "*{end}")?,
            Host::Is(name) => f.write_str(name)?,
        }
        match self.port {
            None => f.write_str(":*")?,
            Some(port) if port != self.scheme.port() => write!(f, ":{port}")?,
            Some(_) => {}
        }
        match &self.path {
            Path::Any => Ok(()),
            Path::Is(whole) => f.write_str(whole),
            Path::Begins(beginning) => write!(f, "{beginning}*"),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Table(Table),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    rule: String,
    idempotent: Option<bool>,
}

impl<'de> Deserialize<'de> for HttpRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer).map_err(|_| {
            de::Error::custom(format!(
                "a rule for HTTP is text, or {{ rule = \"…\", idempotent = true }}: {FORM}"
            ))
        })?;
        let (text, idempotent) = match written {
            Written::Text(text) => (text, None),
            Written::Table(Table { rule, idempotent }) => (rule, idempotent),
        };
        let rule: Self = text.parse().map_err(de::Error::custom)?;
        Ok(Self { idempotent, ..rule })
    }
}

impl Serialize for HttpRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.idempotent {
            None => serializer.collect_str(self),
            idempotent => Table { rule: self.to_string(), idempotent }.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn request(text: &str) -> Request {
        let (method, uri) = text.split_once(' ').unwrap();
        Request::new(method.parse().unwrap(), uri.parse().unwrap())
    }

    #[test]
    fn what_rules_take() {
        for (rule, takes, leaves) in [
            (
                "https://api.example.com",
                vec![
                    "GET https://api.example.com/",
                    "POST https://API.example.com:443/any?q",
                    "GET https://api.example.com./",
                ],
                vec![
                    "GET http://api.example.com/",
                    "GET https://api.example.com:8443/",
                    "GET https://api.example.com.evil.org/",
                    "GET https://evil-api.example.com/",
                    "GET https://example.com/",
                ],
            ),
            (
                "POST https://api.example.com/v1/*",
                vec!["POST https://api.example.com/v1/charges?x=../..", "POST https://api.example.com/v1/"],
                vec![
                    "GET https://api.example.com/v1/charges",
                    "POST https://api.example.com/v1",
                    "POST https://api.example.com/v2/charges",
                    "POST https://api.example.com/v1/../admin",
                    "POST https://api.example.com/v1/..;x/admin",
                    "POST https://api.example.com/v1/%2e%2E/admin",
                    "POST https://api.example.com/v1/..%2fadmin",
                    "POST https://api.example.com/v1/%252e%252e/admin",
                    "POST https://api.example.com/v1//admin",
                    "POST https://api.example.com/v1/.",
                ],
            ),
            (
                "GET,HEAD http://*.example.com:8080/status",
                vec!["GET http://a.example.com:8080/status", "HEAD http://a.b.example.com:8080/status?x"],
                vec![
                    "PUT http://a.example.com:8080/status",
                    "GET http://example.com:8080/status",
                    "GET http://a.example.com/status",
                    "GET http://a.example.com:8080/status/",
                ],
            ),
            (
                "https://*",
                vec!["GET https://any.org/x/../y"],
                vec!["GET http://any.org/", "GET https://any.org:8443/"],
            ),
            (
                "http://*:*",
                vec!["GET http://any.org:8080/", "GET http://[::1]/"],
                vec!["GET https://any.org/"],
            ),
            ("http://a.org:*/v1/*", vec!["GET http://a.org:1/v1/x"], vec!["GET http://b.org:1/v1/x"]),
            (
                "http://127.0.0.1:9000",
                vec!["GET http://127.0.0.1:9000/"],
                vec!["GET http://127.0.0.2:9000/", "GET http://2130706433:9000/"],
            ),
            ("http://[::1]:9000", vec!["GET http://[::1]:9000/"], vec!["GET http://[::2]:9000/"]),
        ] {
            let parsed: HttpRule = rule.parse().unwrap();
            assert_eq!(parsed.to_string(), rule);
            for text in takes {
                assert!(parsed.takes(&request(text)), "{rule} takes {text}");
            }
            for text in leaves {
                assert!(!parsed.takes(&request(text)), "{rule} leaves {text}");
            }
        }
    }

    #[test]
    fn what_is_no_rule() {
        for (text, why) in [
            ("api.example.com", "it has no scheme"),
            ("ftp://api.example.com", "its scheme is neither http nor https"),
            ("post https://api.example.com", "methods are in capitals"),
            ("https://", "its host is none"),
            ("https://user@host", "its host is none"),
            ("https://api.*.com", "its host is none"),
            ("https://host:port", "its port is no number"),
            ("https://host/*/x", "`*` stands at the end of a path only"),
            ("https://host/a?b", "a rule has no query"),
        ] {
            let error = text.parse::<HttpRule>().unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn rules_in_configuration() {
        #[derive(Deserialize)]
        struct Config {
            http: Vec<HttpRule>,
        }
        let text = r#"http = ["https://a.org", { rule = "PUT https://b.org", idempotent = true }]"#;
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.http.iter().map(|rule| rule.idempotent).collect::<Vec<_>>(), [None, Some(true)]);
        let wrong = toml::from_str::<Config>("http = [{ rule = \"https://a.org\", idempotant = true }]");
        assert!(wrong.err().unwrap().to_string().contains("a rule for HTTP is text"));
    }
}

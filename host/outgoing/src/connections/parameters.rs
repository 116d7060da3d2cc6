//! Headers, query and body parameters that a connection adds to each request, as `InvocationHttpParameters` of an
//! EventBridge connection do.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header, uri::PathAndQuery};
use toml::Value;

use super::{
    ConfigError, ConnectionError, encode,
    known::Known,
    reader::{Reader, source, wrong},
    secret::{Secret, SecretError, Stored},
};
use crate::Request;

/// Parameters of one kind that a connection may have (EventBridge's quota for each kind).
const PARAMETERS: usize = 100;

/// What a parameter is set to.
#[derive(Debug)]
pub(super) enum Setting {
    Plain(String),
    Secret(Stored),
}

/// A text for a request, which may be one that must not be seen.
pub(super) enum Text<'a> {
    Plain(&'a str),
    Secret(Arc<Secret>),
}

impl Text<'_> {
    pub(super) fn reveal(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.reveal(),
        }
    }
}

impl Setting {
    async fn get(&self) -> Result<Text<'_>, SecretError> {
        Ok(match self {
            Self::Plain(text) => Text::Plain(text),
            Self::Secret(stored) => Text::Secret(stored.get().await?),
        })
    }
}

/// How secrets of a connection are kept.
#[derive(Clone)]
pub(super) struct Keeping {
    /// How long a secret is used before it is looked up again.
    pub(super) refresh: Duration,
    /// Where it is noted for scrubbing.
    pub(super) known: Arc<Known>,
}

impl Keeping {
    /// A secret that has to be there.
    pub(super) fn secret(&self, reader: &mut Reader<'_>, key: &'static str) -> Result<Stored, ConfigError> {
        let source = reader.secret(key)?;
        let source = reader.required(key, source)?;
        Ok(Stored::new(reader.place(key), source, self.refresh, Arc::clone(&self.known)))
    }

    /// A secret that may be there.
    pub(super) fn secret_if_any(
        &self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Result<Option<Stored>, ConfigError> {
        let source = reader.secret(key)?;
        Ok(source.map(|source| Stored::new(reader.place(key), source, self.refresh, Arc::clone(&self.known))))
    }
}

/// The parameters of a connection.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    headers: Vec<(HeaderName, Setting)>,
    query: Vec<(String, Setting)>,
    body: Vec<(String, Setting)>,
}

impl Parameters {
    /// What `headers`, `query` and `body` of a connection say.
    pub(super) fn read(reader: &mut Reader<'_>, keeping: &Keeping) -> Result<Self, ConfigError> {
        let mut headers = Vec::new();
        for (name, setting) in read_settings(reader, "headers", keeping)? {
            let place = format!("{}.{name}", reader.place("headers"));
            headers.push((header_name(&name, &place)?, setting));
        }
        let query = read_settings(reader, "query", keeping)?;
        let body = read_settings(reader, "body", keeping)?;
        Ok(Self { headers, query, body })
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.query.is_empty() && self.body.is_empty()
    }

    /// Set them in a request, whatever it had in their places.
    pub(super) async fn apply(&self, connection: &str, request: &mut Request) -> Result<(), ConnectionError> {
        let missing = |source| ConnectionError::Secret { connection: connection.to_owned(), source };
        let unfit = |what| ConnectionError::Unfit { connection: connection.to_owned(), what };
        if !self.query.is_empty() {
            let values = get_all(&self.query).await.map_err(missing)?;
            set_query(&mut request.uri, &revealed(&values))
                .ok_or_else(|| unfit("query parameters make the URI too long"))?;
        }
        if !self.body.is_empty() {
            let values = get_all(&self.body).await.map_err(missing)?;
            set_body(request, &revealed(&values))
                .ok_or_else(|| unfit("body parameters fit only in a JSON object or a form"))?;
        }
        for (name, setting) in &self.headers {
            let text = setting.get().await.map_err(missing)?;
            set_header(&mut request.headers, name, text.reveal())
                .ok_or_else(|| unfit("header's value holds something other than printable ASCII"))?;
        }
        Ok(())
    }
}

/// The name of a header that a connection may set.
pub(super) fn header_name(name: &str, place: &str) -> Result<HeaderName, ConfigError> {
    let parsed: HeaderName = name.parse().map_err(|_| wrong(place, "this is not the name of a header"))?;
    let framing = [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];
    if framing.contains(&parsed) {
        return Err(wrong(place, "this header follows from the request itself, and cannot be set"));
    }
    Ok(parsed)
}

/// Set a header whose value is not to be shown.
pub(super) fn set_header(headers: &mut HeaderMap, name: &HeaderName, value: &str) -> Option<()> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Some(())
}

fn read_settings(
    reader: &mut Reader<'_>,
    key: &'static str,
    keeping: &Keeping,
) -> Result<Vec<(String, Setting)>, ConfigError> {
    let Some(table) = reader.table(key)? else { return Ok(Vec::new()) };
    let mut settings = Vec::new();
    for (name, value) in table.entries() {
        let place = table.place(name);
        let setting = match value {
            Value::String(text) => Setting::Plain(text.clone()),
            Value::Table(_) => {
                let source = source(&place, value)?;
                Setting::Secret(Stored::new(place, source, keeping.refresh, Arc::clone(&keeping.known)))
            }
            _ => return Err(wrong(&place, "this has to be text, or say where a secret is")),
        };
        settings.push((name.to_owned(), setting));
    }
    if settings.len() > PARAMETERS {
        return Err(table.wrong(&format!("there are more than {PARAMETERS} parameters")));
    }
    Ok(settings)
}

async fn get_all(settings: &[(String, Setting)]) -> Result<Vec<(&str, Text<'_>)>, SecretError> {
    let mut values = Vec::with_capacity(settings.len());
    for (name, setting) in settings {
        values.push((name.as_str(), setting.get().await?));
    }
    Ok(values)
}

fn revealed<'a>(values: &'a [(&'a str, Text<'a>)]) -> Vec<(&'a str, &'a str)> {
    values.iter().map(|(name, text)| (*name, text.reveal())).collect()
}

fn set_query(uri: &mut Uri, pairs: &[(&str, &str)]) -> Option<()> {
    let query = encode::with_pairs(uri.query().unwrap_or_default(), pairs);
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{}?{query}", uri.path())).ok()?);
    *uri = Uri::from_parts(parts).ok()?;
    Some(())
}

/// Set members of a JSON object or fields of a form. A request without a body gets an object.
fn set_body(request: &mut Request, pairs: &[(&str, &str)]) -> Option<()> {
    let kind = request.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let kind = kind.map(|text| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    match kind.as_deref() {
        Some("application/x-www-form-urlencoded") => {
            let before = std::str::from_utf8(&request.body).ok()?;
            request.body = Bytes::from(encode::with_pairs(before, pairs));
        }
        Some(kind) if kind != "application/json" && !kind.ends_with("+json") => return None,
        kind => {
            let mut object = match &*request.body {
                [] => serde_json::Map::new(),
                body => serde_json::from_slice(body).ok()?,
            };
            for (name, value) in pairs {
                object.insert((*name).to_owned(), (*value).into());
            }
            if kind.is_none() {
                request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            request.body = serde_json::to_vec(&object).ok()?.into();
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use http::Method;

    #[test]
    fn bodies_with_parameters() {
        let form = "application/x-www-form-urlencoded";
        for (kind, body, expected) in [
            (None, "", Some(r#"{"key":"v&\""}"#)),
            (Some("application/json"), r#"{"b":1,"key":2,"a":3}"#, Some(r#"{"b":1,"key":"v&\"","a":3}"#)),
            (Some("application/vnd.api+json; charset=utf-8"), "{}", Some(r#"{"key":"v&\""}"#)),
            (Some(form), "key=mine&x=1", Some("x=1&key=v%26%22")),
            (Some(form), "", Some("key=v%26%22")),
            (Some("application/json"), "[1]", None),
            (None, "text", None),
            (Some("text/plain"), "text", None),
        ] {
            let mut request = Request::new(Method::POST, "http://host/".parse().unwrap());
            request.body = Bytes::from(body);
            if let Some(kind) = kind {
                request.headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            }
            let done = set_body(&mut request, &[("key", "v&\"")]);
            assert_eq!(done.map(|()| &*request.body), expected.map(str::as_bytes), "{kind:?} {body}");
        }
    }

    #[test]
    fn queries_with_parameters() {
        for (uri, expected) in [
            ("http://host", "http://host/?key=v"),
            ("http://host/path?key=mine&x=1", "http://host/path?x=1&key=v"),
        ] {
            let mut uri: Uri = uri.parse().unwrap();
            set_query(&mut uri, &[("key", "v")]).unwrap();
            assert_eq!(uri.to_string(), expected);
        }
    }
}

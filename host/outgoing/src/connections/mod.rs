//! Connections: what the host adds to a plugin's requests on their way out, so that the plugin never has it. Named in the
//! host's configuration, `[connection.NAME]`; the terms are those of EventBridge's connections where it has one.
//!
//! Secrets stand in files, in the environment, or are what a program prints, and are looked up when they are needed. They go
//! into requests, and nowhere else: no message of this module has any of one, and what servers send back of them is taken
//! out of responses ([`Connections::scrub`]). Whoever records or shows a request has to do so before [`Connections::send`]
//! gets it. The host follows no redirects, so credentials go to no host but the one that they are for.

mod command;
mod connection;
mod encode;
mod known;
mod oauth2;
mod parameters;
mod reader;
mod secret;
mod sigv4;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, Uri, header};
use toml::Table;

pub use connection::{Connection, ConnectionError};
pub use oauth2::TokenError;
pub use reader::ConfigError;
pub use secret::{SECRET_MAX_BYTES, SECRET_MIN_BYTES, SecretError, Source as SecretSource};

use crate::{Addresses, Bounds, Client, Request};
use known::Known;
use reader::wrong;

/// The header by which a plugin says which connection a request is to go through. It never leaves the host.
pub const CONNECTION_HEADER: HeaderName = HeaderName::from_static("dirigent-connection");
/// Bytes of a connection's name (EventBridge's limit).
const NAME_BYTES: usize = 64;
/// Connections that may be configured.
const CONNECTIONS: usize = 3000;

/// All connections of a host.
#[derive(Debug, Default)]
pub struct Connections {
    by_name: BTreeMap<String, Connection>,
    known: Arc<Known>,
}

/// Why a request goes through no connection though it asks for one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChoiceError {
    /// The header is there more than once, or is no name.
    #[error("the header Dirigent-Connection has to be the name of one connection")]
    Header,
    /// The grant does not have it.
    #[error("the connection `{0}` is not granted")]
    NotGranted(String),
    /// There is none of this name.
    #[error("there is no connection `{0}`: the host's configuration needs [connection.{0}]")]
    Unknown(String),
    /// It is for other hosts.
    #[error("the connection `{name}` is not for {host}: its `hosts` say where its credentials may go")]
    Elsewhere {
        /// The connection.
        name: String,
        /// Where the request would go.
        host: String,
    },
}

impl Connections {
    /// The connections of a configuration: its table `connection`, by name. Looks up no secret.
    ///
    /// # Errors
    /// At the first place that is not as it should be. No message repeats a value.
    pub fn read(table: &Table) -> Result<Self, ConfigError> {
        if table.len() > CONNECTIONS {
            return Err(wrong("connection", &format!("there are more than {CONNECTIONS}")));
        }
        let known = Arc::<Known>::default();
        let mut by_name = BTreeMap::new();
        for (name, value) in table {
            let place = format!("connection.{name}");
            let named = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            if name.is_empty() || name.len() > NAME_BYTES || !name.bytes().all(named) {
                return Err(wrong(
                    &place,
                    "a name has 1 to 64 of the characters A-Z, a-z, 0-9, `.`, `_` and `-`",
                ));
            }
            by_name.insert(name.clone(), Connection::read(name, &place, value, &known)?);
        }
        Ok(Self { by_name, known })
    }

    /// The connection of this name.
    pub fn get(&self, name: &str) -> Option<&Connection> {
        self.by_name.get(name)
    }

    /// The names of all, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The connection that a request goes through: the one that its header [`CONNECTION_HEADER`] names, which is taken out of
    /// the request, or else the first by name that is granted and for it. None: it goes as it is.
    ///
    /// # Errors
    /// When the request names a connection that it cannot go through.
    pub fn choose(
        &self,
        request: &mut Request,
        granted: impl Fn(&str) -> bool,
    ) -> Result<Option<&Connection>, ChoiceError> {
        let mut named = request.headers.get_all(CONNECTION_HEADER).iter();
        let (first, more) = (named.next().cloned(), named.next().is_some());
        request.headers.remove(CONNECTION_HEADER);
        let Some(name) = first else {
            return Ok(self.by_name.values().find(|one| granted(one.name()) && one.takes(request)));
        };
        let name = name.to_str().ok().filter(|_| !more).ok_or(ChoiceError::Header)?.to_owned();
        if !granted(&name) {
            return Err(ChoiceError::NotGranted(name));
        }
        let Some(connection) = self.get(&name) else { return Err(ChoiceError::Unknown(name)) };
        if !connection.takes(request) {
            return Err(ChoiceError::Elsewhere {
                name,
                host: request.uri.host().unwrap_or_default().to_owned(),
            });
        }
        Ok(Some(connection))
    }

    /// Send a request through a connection: with what the connection adds, to the connection's `endpoint` if it has one,
    /// and once more with a new token if the server refuses an OAuth token with 401. The response has no known secret in it.
    ///
    /// `named` are the addresses that the request may go to though they are not public; for its own endpoint and its
    /// token's server a connection has those that its configuration names.
    ///
    /// # Errors
    /// When a secret or a token is not to be had, or there is no response. No message has any of a secret.
    pub async fn send(
        &self,
        connection: &Connection,
        request: Request,
        client: &Client,
        named: &Addresses,
        bounds: &Bounds,
    ) -> Result<Response<Bytes>, ConnectionError> {
        let response = connection.exchange(request, client, named, bounds).await?;
        self.scrub_response(connection, response)
    }

    /// Take all known secrets out of some bytes, in the forms in which servers send back what they got (as it is, in JSON,
    /// in percent-encoding, in base64, in hexadecimal digits). Says whether there were any.
    ///
    /// This is against servers that echo requests. One that wants to tell a plugin a secret can write it in a form that
    /// nobody knows: what a connection's `hosts` name has to be trusted with its secret anyway.
    pub fn scrub(&self, bytes: &mut Vec<u8>) -> bool {
        self.known.scrub(bytes)
    }

    fn scrub_response(
        &self,
        from: &Connection,
        response: Response<Bytes>,
    ) -> Result<Response<Bytes>, ConnectionError> {
        let (mut head, body) = response.into_parts();
        // What is compressed hides what it holds. It was not asked for: `exchange` says so to the server.
        let plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
        if !body.is_empty() && !head.headers.get_all(header::CONTENT_ENCODING).iter().all(plain) {
            return Err(ConnectionError::Encoded { connection: from.name().to_owned() });
        }
        for value in head.headers.values_mut() {
            let mut bytes = value.as_bytes().to_vec();
            if self.scrub(&mut bytes) {
                *value = HeaderValue::from_bytes(&bytes).unwrap_or(HeaderValue::from_static("***"));
            }
        }
        let mut bytes = Vec::from(body);
        if self.scrub(&mut bytes) && head.headers.contains_key(header::CONTENT_LENGTH) {
            head.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
        }
        // A reason phrase is the server's own text, and nobody needs it.
        head.extensions.clear();
        Ok(Response::from_parts(head, bytes.into()))
    }
}

/// A URI of scheme and host, and no query, as an endpoint or a token's server is configured.
fn base_uri(text: &str, place: &str) -> Result<Uri, ConfigError> {
    let form = "this has to be a URI such as https://host or http://127.0.0.1:4566/path, without user, query and fragment";
    let uri: Uri = text.parse().map_err(|_| wrong(place, form))?;
    let fits =
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty());
    if !fits || uri.query().is_some() || text.contains(['@', '#']) {
        return Err(wrong(place, form));
    }
    Ok(uri)
}

//! One connection: which requests it is for, and what it does to them.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use toml::Value;
use zeroize::Zeroizing;

use super::{
    CONNECTION_HEADER, ConfigError, base_uri,
    known::Known,
    oauth2::{self, OAuth2, TokenError},
    parameters::{Keeping, Parameters, header_name, set_header},
    reader::{Reader, wrong},
    secret::{Secret, SecretError, Stored},
    sigv4::SigV4,
};
use crate::{Addresses, Bounds, Client, HttpRule, Request, SendError};

/// How long a secret is used before it is looked up again, if the configuration does not say.
const REFRESH: Duration = Duration::from_secs(300);

/// Why a request did not get through its connection. None of these has any of a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// A secret is not to be had.
    #[error("connection `{connection}`: {source}")]
    Secret {
        /// The connection.
        connection: String,
        /// Why.
        source: SecretError,
    },
    /// No OAuth token is to be had.
    #[error("connection `{connection}`: no access token: {source}")]
    Token {
        /// The connection.
        connection: String,
        /// Why.
        source: TokenError,
    },
    /// What the connection adds does not go with the request.
    #[error("connection `{connection}`: its {what}")]
    Unfit {
        /// The connection.
        connection: String,
        /// What does not go.
        what: &'static str,
    },
    /// The response is compressed, though it was asked for as it is, so secrets in it could not be found.
    #[error("connection `{connection}`: the response is compressed, and may hide what was sent")]
    Encoded {
        /// The connection.
        connection: String,
    },
    /// There is no response.
    #[error(transparent)]
    Send(#[from] SendError),
}

/// How requests say who sends them.
#[derive(Debug)]
enum Credential {
    Header { name: HeaderName, value: Stored },
    Basic { username: String, password: Stored },
    OAuth2(Box<OAuth2>),
    SigV4(Box<SigV4>),
}

/// A named connection of the host's configuration.
pub struct Connection {
    name: String,
    hosts: Vec<HttpRule>,
    credential: Option<Credential>,
    parameters: Parameters,
    endpoint: Option<Uri>,
    /// The addresses of the endpoint and of the token's server that are not public.
    own: Addresses,
}

impl Connection {
    pub(super) fn read(
        name: &str,
        place: &str,
        value: &Value,
        known: &Arc<Known>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(place.to_owned(), value)?;
        let hosts = read_hosts(&mut reader)?;
        let refresh = reader.seconds("refresh_seconds")?.map_or(REFRESH, Duration::from_secs);
        let keeping = Keeping { refresh, known: Arc::clone(known) };
        let credential = read_credential(&mut reader, &keeping)?;
        let parameters = Parameters::read(&mut reader, &keeping)?;
        let endpoint = reader.text("endpoint")?;
        let endpoint = endpoint.map(|text| base_uri(&text, &reader.place("endpoint"))).transpose()?;
        let own = read_addresses(&mut reader)?;
        if credential.is_none() && parameters.is_empty() && endpoint.is_none() {
            return Err(
                reader.wrong("it does nothing: give it `header`, `basic`, `oauth2`, `sigv4`, or parameters")
            );
        }
        reader.finish()?;
        let mut connection = Self { name: name.to_owned(), hosts, credential, parameters, endpoint, own };
        connection.name_own_addresses();
        Ok(connection)
    }

    fn name_own_addresses(&mut self) {
        let token = match &self.credential {
            Some(Credential::OAuth2(oauth2)) => oauth2.token_url.host(),
            _ => None,
        };
        for host in self.endpoint.as_ref().and_then(Uri::host).into_iter().chain(token) {
            self.own.add_host(host);
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is for this request.
    pub fn takes(&self, request: &Request) -> bool {
        self.hosts.iter().any(|rule| rule.takes(request))
    }

    /// Make a request what it is on its way out: at the endpoint, with parameters and credentials, whatever it had in their
    /// places. Answers the OAuth token that was used.
    async fn apply(
        &self,
        request: &mut Request,
        client: &Client,
    ) -> Result<Option<Arc<Secret>>, ConnectionError> {
        let unfit = |what| ConnectionError::Unfit { connection: self.name.clone(), what };
        let missing = |source| ConnectionError::Secret { connection: self.name.clone(), source };
        request.headers.remove(CONNECTION_HEADER);
        request.headers.remove(header::HOST);
        request.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(endpoint) = &self.endpoint {
            request.uri = at_endpoint(endpoint, &request.uri)
                .ok_or_else(|| unfit("endpoint makes the URI too long"))?;
        }
        self.parameters.apply(&self.name, request).await?;
        let no_header = "header's value holds something other than printable ASCII";
        match &self.credential {
            None => {}
            Some(Credential::Header { name, value }) => {
                let value = value.get().await.map_err(missing)?;
                set_header(&mut request.headers, name, value.reveal()).ok_or_else(|| unfit(no_header))?;
            }
            Some(Credential::Basic { username, password }) => {
                let password = password.get().await.map_err(missing)?;
                let value = Zeroizing::new(oauth2::basic(username, password.reveal()));
                set_header(&mut request.headers, &header::AUTHORIZATION, &value)
                    .ok_or_else(|| unfit(no_header))?;
            }
            Some(Credential::OAuth2(oauth2)) => {
                return oauth2.apply(&self.name, request, client, &self.own).await.map(Some);
            }
            Some(Credential::SigV4(sigv4)) => sigv4.apply(&self.name, request, SystemTime::now()).await?,
        }
        Ok(None)
    }

    /// Send a request and take its response in, as it comes.
    pub(super) async fn exchange(
        &self,
        request: Request,
        client: &Client,
        named: &Addresses,
        bounds: &Bounds,
    ) -> Result<Response<Bytes>, ConnectionError> {
        // The guest's addresses are for where it wants to go, the connection's own for where the operator sends it.
        let named = if self.endpoint.is_some() { &self.own } else { named };
        let mut first = request.clone();
        let token = self.apply(&mut first, client).await?;
        let response = client.send(first, named, bounds).await?;
        let (Some(token), StatusCode::UNAUTHORIZED, Some(Credential::OAuth2(oauth2))) =
            (token, response.status(), &self.credential)
        else {
            return Ok(response);
        };
        // The server may have withdrawn the token before its time. It did nothing yet, so asking again repeats nothing.
        oauth2.forget(&token).await;
        let mut second = request;
        self.apply(&mut second, client).await?;
        Ok(client.send(second, named, bounds).await?)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("name", &self.name)
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

fn read_hosts(reader: &mut Reader<'_>) -> Result<Vec<HttpRule>, ConfigError> {
    let texts = reader.texts("hosts")?;
    let place = reader.place("hosts");
    if texts.is_empty() {
        return Err(wrong(
            &place,
            "say which requests it is for, such as [\"https://api.example.com/v1/*\"]",
        ));
    }
    let rule = |text: &String| {
        // A plugin could send the secret to a host of its own.
        if text.ends_with("://*") || text.contains("://*/") || text.contains("://*:") {
            return Err(wrong(
                &place,
                "a connection is never for every host: name those that may have its secret",
            ));
        }
        if text.contains('@') {
            return Err(wrong(&place, "a rule has no user: give the connection `basic`"));
        }
        text.parse().map_err(|why: String| wrong(&place, &why))
    };
    texts.iter().map(rule).collect()
}

fn read_credential(reader: &mut Reader<'_>, keeping: &Keeping) -> Result<Option<Credential>, ConfigError> {
    let mut found = Vec::new();
    if let Some(mut header) = reader.table("header")? {
        let name = header.text("name")?;
        let name = header_name(&header.required("name", name)?, &header.place("name"))?;
        let value = keeping.secret(&mut header, "value")?;
        header.finish()?;
        found.push(Credential::Header { name, value });
    }
    if let Some(mut basic) = reader.table("basic")? {
        let username = basic.text("username")?;
        let username = basic.required("username", username)?;
        if username.contains(':') || username.contains(char::is_control) {
            return Err(wrong(
                &basic.place("username"),
                "a user's name has no colon and no control character (RFC 7617)",
            ));
        }
        let password = keeping.secret(&mut basic, "password")?;
        basic.finish()?;
        found.push(Credential::Basic { username, password });
    }
    if let Some(oauth2) = reader.table("oauth2")? {
        found.push(Credential::OAuth2(Box::new(OAuth2::read(oauth2, keeping)?)));
    }
    if let Some(sigv4) = reader.table("sigv4")? {
        found.push(Credential::SigV4(Box::new(SigV4::read(sigv4, keeping)?)));
    }
    if found.len() > 1 {
        return Err(reader.wrong("it has one of `header`, `basic`, `oauth2` and `sigv4`, not several"));
    }
    Ok(found.pop())
}

fn read_addresses(reader: &mut Reader<'_>) -> Result<Addresses, ConfigError> {
    let texts = reader.texts("addresses")?;
    let value = Value::Array(texts.into_iter().map(Value::String).collect());
    value
        .try_into()
        .map_err(|_| wrong(&reader.place("addresses"), "these are addresses such as 10.1.2.3 or 10.1.0.0/16"))
}

/// Where a request goes that was for another host: the endpoint's scheme, host and port, and its path before the request's.
fn at_endpoint(endpoint: &Uri, uri: &Uri) -> Option<Uri> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let before = endpoint.path().trim_end_matches('/');
    let builder = Uri::builder().scheme(endpoint.scheme()?.clone()).authority(endpoint.authority()?.clone());
    builder.path_and_query(format!("{before}{path}")).build().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn requests_at_an_endpoint() {
        for (endpoint, uri, expected) in [
            (
                "http://127.0.0.1:4566",
                "https://sqs.us-east-1.amazonaws.com/1/q?a=b",
                "http://127.0.0.1:4566/1/q?a=b",
            ),
            ("https://proxy/aws/", "https://host", "https://proxy/aws/"),
            ("https://proxy/aws", "https://host/x//y", "https://proxy/aws/x//y"),
        ] {
            let found = at_endpoint(&endpoint.parse().unwrap(), &uri.parse().unwrap()).unwrap();
            assert_eq!(found.to_string(), expected);
        }
    }
}

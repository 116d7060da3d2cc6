//! OAuth 2.0's client credentials grant (RFC 6749, section 4.4): a token of the client's own, fetched when it is needed.

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, Uri, header};
use serde::Deserialize;
use serde_json::Value;
use tokio::{sync::Mutex, time::Instant};
use zeroize::Zeroizing;

use super::{
    ConfigError, ConnectionError, encode,
    parameters::{Keeping, set_header},
    reader::Reader,
    secret::{SECRET_MAX_BYTES, SECRET_MIN_BYTES, Secret, Stored},
};
use crate::{Addresses, Bounds, Client, Request, SendError};

/// How long before its end a token is used no more: a request under way should still find it valid.
const MARGIN: Duration = Duration::from_secs(30);
/// How long a token is used whose answer does not say how long it is valid.
const UNSAID: Duration = Duration::from_secs(300);
/// How long at most a token is used.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// How long a request may wait for a token, those before it included.
const WAIT: Duration = Duration::from_secs(30);
/// What an answer of the token's server may be.
const BOUNDS: Bounds =
    Bounds { head: Duration::from_secs(20), between: Duration::from_secs(5), body: 64 << 10 };
/// What a token is noted as, below the connection's place.
const TOKEN: &str = "token";

/// Why there is no token. Nothing of the server's answer is in it, as that may show what was sent.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It took too long.
    #[error("there is none within {WAIT:?}")]
    Time,
    /// No answer.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The server said no.
    #[error("the server answered {0}: check client_id, client_secret and scopes")]
    Status(StatusCode),
    /// The answer is not one.
    #[error("the server's answer {0}")]
    Answer(&'static str),
}

#[derive(Debug, Clone, Copy)]
enum ClientAuth {
    Basic,
    Body,
}

/// A client that gets itself tokens.
pub(super) struct OAuth2 {
    pub(super) token_url: Uri,
    client_id: String,
    client_secret: Stored,
    client_auth: ClientAuth,
    parameters: Vec<(String, String)>,
    place: String,
    keeping: Keeping,
    token: Mutex<Option<Token>>,
}

struct Token {
    secret: Arc<Secret>,
    until: Instant,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<Value>,
}

impl OAuth2 {
    pub(super) fn read(mut reader: Reader<'_>, keeping: &Keeping) -> Result<Self, ConfigError> {
        let place = reader.place(TOKEN);
        let token_url = reader.text("token_url")?;
        let token_url = reader.required("token_url", token_url)?;
        let token_url = super::base_uri(&token_url, &reader.place("token_url"))?;
        let client_id = reader.text("client_id")?;
        let client_id = reader.required("client_id", client_id)?;
        let client_secret = keeping.secret(&mut reader, "client_secret")?;
        let client_auth = match reader.text("client_auth")?.as_deref() {
            None | Some("basic") => ClientAuth::Basic,
            Some("body") => ClientAuth::Body,
            Some(_) => return Err(reader.wrong("`client_auth` is either `basic` or `body`")),
        };
        let mut parameters = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        let scopes = reader.texts("scopes")?;
        if !scopes.is_empty() {
            parameters.push(("scope".to_owned(), scopes.join(" ")));
        }
        if let Some(table) = reader.table("parameters")? {
            for (name, value) in table.entries() {
                let value = value.as_str().ok_or_else(|| table.wrong("parameters are texts"))?;
                parameters.push((name.to_owned(), value.to_owned()));
            }
        }
        reader.finish()?;
        let token = Mutex::new(None);
        let keeping = keeping.clone();
        Ok(Self { token_url, client_id, client_secret, client_auth, parameters, place, keeping, token })
    }

    /// Put the token into a request. Answers it, so that it can be forgotten.
    pub(super) async fn apply(
        &self,
        connection: &str,
        request: &mut Request,
        client: &Client,
        named: &Addresses,
    ) -> Result<Arc<Secret>, ConnectionError> {
        let token = tokio::time::timeout(WAIT, self.token(connection, client, named));
        let token = token.await.unwrap_or_else(|_| Err(failed(connection, TokenError::Time)))?;
        let value = Zeroizing::new(format!("Bearer {}", token.reveal()));
        set_header(&mut request.headers, &header::AUTHORIZATION, &value)
            .ok_or_else(|| failed(connection, TokenError::Answer("has a token that fits in no header")))?;
        Ok(token)
    }

    /// Use this token no more. One that was fetched since stays.
    pub(super) async fn forget(&self, used: &Arc<Secret>) {
        let mut token = self.token.lock().await;
        if token.as_ref().is_some_and(|token| Arc::ptr_eq(&token.secret, used)) {
            *token = None;
        }
    }

    /// The lock is held while a token is fetched, so one fetch is under way at a time and the others take what it brought.
    async fn token(
        &self,
        connection: &str,
        client: &Client,
        named: &Addresses,
    ) -> Result<Arc<Secret>, ConnectionError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| Instant::now() < token.until) {
            return Ok(Arc::clone(&token.secret));
        }
        let request = self.request(connection).await?;
        let asked = Instant::now();
        let response = client.send(request, named, &BOUNDS).await;
        let response = response.map_err(|error| failed(connection, error.into()))?;
        if response.status() != StatusCode::OK {
            return Err(failed(connection, TokenError::Status(response.status())));
        }
        let (secret, time) =
            read_answer(response.body()).map_err(|what| failed(connection, TokenError::Answer(what)))?;
        self.keeping.known.note(&self.place, secret.reveal());
        let secret = Arc::new(secret);
        *kept = Some(Token { secret: Arc::clone(&secret), until: asked + time });
        Ok(secret)
    }

    async fn request(&self, connection: &str) -> Result<Request, ConnectionError> {
        let secret = self.client_secret.get().await;
        let secret =
            secret.map_err(|source| ConnectionError::Secret { connection: connection.to_owned(), source })?;
        let mut request = Request::new(Method::POST, self.token_url.clone());
        request.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers.insert(header::CONTENT_TYPE, form);
        let mut pairs: Vec<(&str, &str)> =
            self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match self.client_auth {
            ClientAuth::Body => {
                pairs.extend([("client_id", &*self.client_id), ("client_secret", secret.reveal())])
            }
            ClientAuth::Basic => {
                // Each part is encoded as in a form first (RFC 6749, section 2.3.1).
                let id = encode::percent(&self.client_id);
                let secret = Zeroizing::new(encode::percent(secret.reveal()));
                let value = Zeroizing::new(basic(&id, &secret));
                set_header(&mut request.headers, &header::AUTHORIZATION, &value);
            }
        }
        request.body = Bytes::from(encode::with_pairs("", &pairs));
        Ok(request)
    }
}

impl fmt::Debug for OAuth2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth2")
            .field("token_url", &self.token_url)
            .field("client_id", &self.client_id)
            .finish()
    }
}

/// Basic credentials as a header's value (RFC 7617).
pub(super) fn basic(user: &str, password: &str) -> String {
    let both = Zeroizing::new(format!("{user}:{password}"));
    format!("Basic {}", STANDARD.encode(&*both))
}

fn failed(connection: &str, source: TokenError) -> ConnectionError {
    ConnectionError::Token { connection: connection.to_owned(), source }
}

/// The token of an answer, and how long to use it.
fn read_answer(body: &[u8]) -> Result<(Secret, Duration), &'static str> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| "is not JSON with an `access_token`")?;
    let secret = Secret::new(Zeroizing::new(answer.access_token));
    if answer.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err("has a token of a type other than Bearer");
    }
    if !(SECRET_MIN_BYTES..=SECRET_MAX_BYTES).contains(&secret.reveal().len()) {
        return Err("has a token of less than 4 bytes or more than 16 KiB");
    }
    let said = answer.expires_in.and_then(|time| match time {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    });
    let time =
        said.map_or(UNSAID, |seconds| Duration::from_secs(seconds).min(LONGEST).saturating_sub(MARGIN));
    Ok((secret, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_what_they_say() {
        for (answer, expected) in [
            (r#"{"access_token":"abcd","token_type":"bearer","expires_in":3600}"#, Ok(3570)),
            (r#"{"access_token":"abcd","expires_in":"60","scope":"a"}"#, Ok(30)),
            (r#"{"access_token":"abcd","expires_in":10}"#, Ok(0)),
            (r#"{"access_token":"abcd"}"#, Ok(300)),
            (r#"{"access_token":"abcd","expires_in":99999999999}"#, Ok(86_370)),
            (r#"{"access_token":"abcd","token_type":"mac"}"#, Err("has a token of a type other than Bearer")),
            (r#"{"access_token":""}"#, Err("has a token of less than 4 bytes or more than 16 KiB")),
            (r#"{"error":"invalid_client"}"#, Err("is not JSON with an `access_token`")),
            ("<html>", Err("is not JSON with an `access_token`")),
        ] {
            let read = read_answer(answer.as_bytes()).map(|(_, time)| time.as_secs());
            assert_eq!(read, expected, "{answer}");
        }
    }
}

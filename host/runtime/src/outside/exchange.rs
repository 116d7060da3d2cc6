//! One request of a plugin, from the check to the answer: granted, written down, sent, written down.

use std::{sync::atomic::Ordering, time::Duration};

use dirigent_outgoing::{Bounds, Connection, ConnectionError, Request, SendError};
use http::{HeaderName, HeaderValue, Method, Response};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Outside, connections};
use crate::{
    Failure, error_names,
    grants::HttpGrant,
    journal::{Answer, Begin, SendProblem},
};

/// How long an answer may take to begin, and its pieces to follow each other, when the guest does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(60);
/// Names an effect for the service that has it (IETF draft "The Idempotency-Key HTTP Header Field").
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request that has its place in the call's order.
pub(crate) struct Exchange {
    outside: Outside,
    place: u32,
    number: u32,
}

/// How long the guest is ready to wait.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Patience {
    pub(crate) head: Option<Duration>,
    pub(crate) between: Option<Duration>,
}

impl Exchange {
    /// Take the next place, in the order in which the guest asks.
    pub(crate) fn new(outside: &Outside) -> Self {
        let place = outside.tape().map_or(0, super::Tape::take_place);
        let number = outside.0.requests.fetch_add(1, Ordering::Relaxed);
        Self { outside: outside.clone(), place, number }
    }

    /// The answer, as it is now or was before. A failure ends the call.
    pub(crate) async fn run(self, mut request: Request, patience: Patience) -> Result<Answer, Failure> {
        let outside = &self.outside;
        let grant = outside.grant().http(&request).map_err(|denied| outside.denied(&denied))?;
        // Before the fingerprint: a request with another key is another one.
        self.add_key(&mut request);
        let fingerprint = digest_of(&request);
        let connection = connections::choose(&outside.0, &mut request)?;
        let Some(tape) = outside.tape() else {
            return self.send(request, connection, &grant, patience).await;
        };
        match tape.begin(self.place, fingerprint).await {
            Ok(Begin::Done(answer)) => return Ok(answer),
            Ok(Begin::Now) => {}
            Ok(Begin::InDoubt) if grant.idempotent => {}
            Ok(Begin::InDoubt) => return Err(self.in_doubt(&request)),
            Err(error) => return Err(outside.off_the_tape(&error)),
        }
        let answer = self.send(request, connection, &grant, patience).await?;
        tape.end(self.place, answer.clone()).await.map_err(|error| outside.off_the_tape(&error))?;
        Ok(answer)
    }

    /// Only here the request becomes what leaves the host: nothing that is written down has a secret in it.
    async fn send(
        &self,
        request: Request,
        connection: Option<&Connection>,
        grant: &HttpGrant,
        patience: Patience,
    ) -> Result<Answer, Failure> {
        let shared = &self.outside.0;
        let _place = shared.places.acquire().await;
        let bounds = Bounds {
            head: patience.head.unwrap_or(DEFAULT_WAIT),
            between: patience.between.unwrap_or(DEFAULT_WAIT),
            body: shared.limits.output.as_usize(),
        };
        let asked = summary(&request);
        shared.sent.fetch_add(request.body.len() as u64, Ordering::Relaxed);
        let client = &shared.services.client;
        let response = match connection {
            Some(one) => shared.services.connections.send(one, request, client, &grant.named, &bounds).await,
            None => client.send(request, &grant.named, &bounds).await.map_err(ConnectionError::Send),
        };
        match response {
            Ok(response) => {
                shared.received.fetch_add(response.body().len() as u64, Ordering::Relaxed);
                Ok(answer(response))
            }
            Err(ConnectionError::Send(error @ SendError::Refused { .. })) => {
                Err(shared.grant.refused_address(&asked, &error))
            }
            Err(ConnectionError::Send(error)) => {
                tracing::debug!(plugin = %shared.grant.who(), request = asked, "no answer: {error}");
                Ok(Answer::Error(problem(error)))
            }
            Err(error) => Err(connections::failure(&error)),
        }
    }

    /// Name the effect, unless the guest does or there is none.
    fn add_key(&self, request: &mut Request) {
        let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(&request.method);
        if safe || request.headers.contains_key(IDEMPOTENCY_KEY) {
            return;
        }
        let key = format!("{}-{}", self.outside.0.context.idempotency_key, self.number);
        if let Ok(key) = HeaderValue::from_str(&key) {
            request.headers.insert(IDEMPOTENCY_KEY, key);
        }
    }

    fn in_doubt(&self, request: &Request) -> Failure {
        let key = request.headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok());
        let cause = json!({
            "message": format!(
                "plugin {} had begun this request when the host stopped, and nobody knows whether it was done. Look with the \
                 service, or let the grant say `idempotent = true` if the service does a request once for each Idempotency-Key",
                self.outside.who()
            ),
            "idempotencyKey": key,
            "request": {
                "method": request.method.as_str(),
                "url": request.uri.to_string(),
                "bodySha256": hex::encode(Sha256::digest(&request.body)),
            },
        });
        Failure::new(error_names::IN_DOUBT, cause.to_string())
    }
}

/// Method and URI without what may be private in it.
fn summary(request: &Request) -> String {
    let uri = request.uri.to_string();
    format!("{} {}", request.method, uri.split('?').next().unwrap_or_default())
}

fn answer(response: Response<bytes::Bytes>) -> Answer {
    let (head, body) = response.into_parts();
    let headers =
        head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()));
    Answer::Response { status: head.status.as_u16(), headers: headers.collect(), body: body.into() }
}

fn problem(error: SendError) -> SendProblem {
    match error {
        SendError::Name { .. } => SendProblem::Name,
        SendError::Connect { .. } => SendProblem::Connect,
        SendError::Time { .. } => SendProblem::Time,
        SendError::TooLarge { limit } => SendProblem::TooLarge(limit as u64),
        other => SendProblem::Exchange(other.to_string()),
    }
}

fn digest_of(request: &Request) -> [u8; 32] {
    let mut headers: Vec<_> = request.headers.iter().collect();
    headers.sort_by(|a, b| (a.0.as_str(), a.1.as_bytes()).cmp(&(b.0.as_str(), b.1.as_bytes())));
    let uri = request.uri.to_string();
    let mut parts = vec![request.method.as_str().as_bytes(), uri.as_bytes()];
    for (name, value) in &headers {
        parts.extend([name.as_str().as_bytes(), value.as_bytes()]);
    }
    parts.push(&request.body);
    digest(&parts)
}

/// SHA-256 of parts, each with its length, so that no two lists of parts are the same text.
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

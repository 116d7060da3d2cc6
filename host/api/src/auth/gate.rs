//! The gate: every request goes through [`check`], whatever it asks for, and nothing behind it looks at credentials again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use dirigent_engine::EngineConfig;
use jiff::Timestamp;
use parking_lot::RwLock;
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::callers::{Caller, Callers, digest};
use super::lasting::{self, Known};
use super::permissions;
use super::refusal::Refusal;
use super::sessions::{MAX_SESSIONS, SESSION_LIFE, Sessions};
use super::tally::Tally;
use super::{canonical, cookie, origin, sigv4};
use crate::error::ApiError;
use crate::{Host, aws, bounds};

/// Most bytes of a body of somebody who may be unknown: a token, to sign in with.
const MAX_STRANGERS_BODY: usize = 32 << 10;

/// Longest ARN that a refusal repeats, in bytes.
const MAX_ARN: usize = 256;

/// Who may come in, which browsers have, and who was turned away.
#[derive(Debug)]
pub struct Gate {
    callers: RwLock<Arc<Callers>>,
    sessions: Sessions,
    tally: Tally,
    /// Told whenever somebody may no longer be known.
    changed: watch::Sender<()>,
}

impl Gate {
    /// A gate for these.
    #[must_use]
    pub fn new(callers: Callers) -> Gate {
        Gate {
            callers: RwLock::new(Arc::new(callers)),
            sessions: Sessions::new(SESSION_LIFE, MAX_SESSIONS),
            tally: Tally::default(),
            changed: watch::Sender::new(()),
        }
    }

    /// Lets others in from now on. Sessions and streams of tokens that are gone are over.
    pub fn replace(&self, callers: Callers) {
        *self.callers.write() = Arc::new(callers);
        self.changed.send_replace(());
    }

    /// Tells whenever somebody may no longer be known.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Whether somebody is known as they were.
    pub(super) fn still_knows(&self, known: &Known) -> bool {
        let callers = self.callers();
        let open = known
            .session
            .as_ref()
            .is_none_or(|(cookie, _)| self.sessions.find(cookie, Instant::now()).is_some());
        open && callers.token(&known.token).is_some_and(|caller| caller.role == known.caller.role)
    }

    /// How often somebody was turned away since the start, by reason.
    pub(crate) fn refusals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.tally.counts()
    }

    fn callers(&self) -> Arc<Callers> {
        self.callers.read().clone()
    }

    /// Counts a refusal, and hands it on.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Refusal {
        self.tally.note(&refusal);
        refusal
    }

    /// Opens a session for a token, from the console's own page: its cookie, how long it lasts, and whose it is.
    pub(crate) fn sign_in(
        &self,
        headers: &HeaderMap,
        token: &str,
    ) -> Result<(String, Duration, Arc<Caller>), ApiError> {
        let refused = |refusal| self.refuse(refusal).of_rest();
        if headers.contains_key(header::ORIGIN) && !origin::is_own(&Method::POST, headers) {
            return Err(refused(Refusal::OtherSite));
        }
        let token = digest(token);
        let caller = self.callers().token(&token).cloned().ok_or_else(|| refused(Refusal::UnknownToken))?;
        let cookie = self.sessions.open(token, Instant::now()).map_err(|error| {
            ApiError::unavailable(format!("the system has no randomness for a session: {error}"))
        })?;
        Ok((cookie, SESSION_LIFE, caller))
    }

    /// Ends the sessions of a request, if the console's own page wants it.
    pub(crate) fn sign_out(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if cookie::values(headers).next().is_some() && !origin::is_own(&Method::DELETE, headers) {
            return Err(self.refuse(Refusal::OtherSite).of_rest());
        }
        cookie::values(headers).for_each(|cookie| self.sessions.close(cookie));
        self.changed.send_replace(());
        Ok(())
    }

    /// Who asks, by a token or a session.
    pub(crate) fn who(&self, method: &Method, headers: &HeaderMap) -> Result<Known, Refusal> {
        let callers = self.callers();
        let Some(authorization) = authorization(headers)? else {
            return self.of_session(&callers, method, headers);
        };
        let (_, token) = authorization
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .ok_or(Refusal::Scheme(
                "Send Authorization: Bearer TOKEN. Access keys sign requests to AWS's API only",
            ))?;
        let token = digest(token.trim());
        let caller = callers.token(&token).ok_or(Refusal::UnknownToken)?.clone();
        Ok(Known { caller, token, session: None })
    }

    fn of_session(&self, callers: &Callers, method: &Method, headers: &HeaderMap) -> Result<Known, Refusal> {
        let mut cookies = cookie::values(headers).peekable();
        if cookies.peek().is_none() {
            return Err(Refusal::Missing);
        }
        let now = Instant::now();
        let found = cookies.find_map(|cookie| {
            let (token, left) = self.sessions.find(cookie, now)?;
            let caller = callers.token(&token)?.clone();
            Some(Known { caller, token, session: Some((cookie.to_owned(), left)) })
        });
        let found = found.ok_or(Refusal::SessionOver)?;
        if origin::is_own(method, headers) { Ok(found) } else { Err(Refusal::OtherSite) }
    }
}

/// The header Authorization; there is one of it, or none.
fn authorization(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => match one.to_str() {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Refusal::Scheme("The header Authorization is no text")),
        },
        _ => Err(Refusal::Scheme("The header Authorization is there more than once")),
    }
}

/// Lets a request through if whoever sent it may do what it asks for.
pub(crate) async fn check(
    State((host, gate)): State<(Host, Arc<Gate>)>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    // What no route has is a file of the console, or nothing.
    let Some(path) = path else { return next.run(request).await };
    let on_aws_wire = request.method() == Method::POST && path.as_str() == "/";
    match passed(&host, &gate, path.as_str(), on_aws_wire, request).await {
        Ok((request, None)) => next.run(request).await,
        Ok((request, Some(known))) => lasting::bounded(next.run(request).await, known, gate),
        Err(Stop::Refused(refusal)) if on_aws_wire => gate.refuse(refusal).on_aws_wire(),
        Err(Stop::Refused(refusal)) => gate.refuse(refusal).on_rest(),
        Err(Stop::Unread(error)) => bounds::refused(on_aws_wire, error),
    }
}

/// The request with its body, for which nobody waits who is not known; and by what a caller of `/api` is known.
async fn passed(
    host: &Host,
    gate: &Gate,
    path: &str,
    on_aws_wire: bool,
    request: Request,
) -> Result<(Request, Option<Known>), Stop> {
    let longest = host.engine.config().limits.request_bytes;
    if permissions::is_open(request.method(), path) {
        let (head, body) = request.into_parts();
        let body = bounds::whole(body, MAX_STRANGERS_BODY.min(longest)).await.map_err(strangers)?;
        return Ok((Request::from_parts(head, Body::from(body)), None));
    }
    let (request, known) = if on_aws_wire {
        (of_aws(host, gate, request).await?, None)
    } else {
        let known = of_rest(gate, path, &request)?;
        (request, Some(known))
    };
    Ok((bounds::arrived(request, longest).await?, known))
}

/// The limit on bodies of those who may be unknown is no setting, so its error names none.
fn strangers(error: ApiError) -> ApiError {
    if error.status() != StatusCode::PAYLOAD_TOO_LARGE {
        return error;
    }
    let message =
        format!("A request to sign in has at most {MAX_STRANGERS_BODY} bytes: a token, and no more");
    ApiError::refused(error.status(), error.code(), message)
}

fn of_rest(gate: &Gate, path: &str, request: &Request) -> Result<Known, Refusal> {
    let method = request.method();
    let known = gate.who(method, request.headers())?;
    let (caller, needed) = (&known.caller, permissions::of_route(method, path));
    if needed.is_some_and(|needed| needed <= caller.role) {
        return Ok(known);
    }
    Err(Refusal::of_route(&caller.name, method.as_str(), path, caller.role, needed))
}

/// Why a request to AWS's API goes no further.
enum Stop {
    Refused(Refusal),
    Unread(ApiError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Refused(refusal)
    }
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Stop {
        Stop::Unread(error)
    }
}

/// A request to AWS's API, with the caller that it turned out to be of.
async fn of_aws(host: &Host, gate: &Gate, request: Request) -> Result<Request, Stop> {
    let config = host.engine.config();
    let longest = config.limits.request_bytes;
    let (mut head, mut body) = request.into_parts();
    let caller = match authorization(&head.headers)?.and_then(signature_of) {
        Some(credentials) => {
            let (caller, bytes) = of_signature(gate, &head, credentials, body, config).await?;
            body = Body::from(bytes);
            caller
        }
        None => gate.who(&head.method, &head.headers)?.caller,
    };
    let action = aws::action(&head.headers).ok_or_else(aws::no_target)?.to_owned();
    let Some(needed) = permissions::of_action(&action) else {
        return Err(ApiError::unknown_action(&action).into());
    };
    if needed > caller.role {
        let bytes = bounds::whole(body, longest).await?;
        let parameters: Map<String, Value> = serde_json::from_slice(&bytes).unwrap_or_default();
        let quiet = permissions::of_quiet_test(&action, &parameters);
        if quiet.is_none_or(|needed| needed > caller.role) {
            let account = caller.account.as_deref().unwrap_or(&config.account);
            let user = format!("arn:aws:iam::{account}:user/{}", caller.name);
            return Err(
                Refusal::of_action(&user, resource(&parameters), &action, caller.role, Some(needed)).into()
            );
        }
        body = Body::from(bytes);
    }
    head.extensions.insert(caller);
    Ok(Request::from_parts(head, body))
}

/// What stands behind the algorithm in an Authorization header with a signature.
fn signature_of(authorization: &str) -> Option<&str> {
    authorization.strip_prefix(canonical::ALGORITHM)?.strip_prefix(' ')
}

async fn of_signature(
    gate: &Gate,
    head: &Parts,
    credentials: &str,
    body: Body,
    config: &EngineConfig,
) -> Result<(Arc<Caller>, Bytes), Stop> {
    if head.uri.query().is_some() {
        return Err(Refusal::Scheme("A signed request is a POST to / without a query").into());
    }
    let callers = gate.callers();
    let signed = sigv4::read(&head.headers, credentials, &config.region, &callers, Timestamp::now())?;
    let bytes = bounds::whole(body, config.limits.request_bytes).await?;
    let caller = signed.verify(&head.headers, &bytes)?;
    Ok((caller, bytes))
}

/// The ARN that parameters are about, where they name one.
fn resource(parameters: &Map<String, Value>) -> &str {
    let arns = parameters.iter().filter(|(name, _)| name.ends_with("Arn") && *name != "roleArn");
    let mut arns = arns.filter_map(|(_, value)| value.as_str());
    let plain =
        |arn: &&str| arn.len() <= MAX_ARN && arn.starts_with("arn:") && !arn.contains(char::is_control);
    arns.find(plain).unwrap_or("*")
}

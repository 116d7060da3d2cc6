//! Events as they happen, as server-sent events.
//!
//! The stream of one execution is read from the store, and what happens only says that there is more to read: so it has
//! no gap, whatever a slow reader misses. The stream of all executions has what happens and nothing else.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use dirigent_engine::history::HistoryPage;
use dirigent_engine::rows::StatusRow;
use dirigent_engine::{Engine, EngineError, Happening};
use dirigent_store::ExecutionId;
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::IntoParams;

use super::executions;
use super::host::{Host, MAX_STREAMS};
use super::wire::{Query, Refusal, RestError, date};
use crate::error::ApiError;
use crate::events::Context;
use crate::{actions, shapes};

/// Events read at a time.
const READ: usize = 200;

/// How long a stream waits for something to happen before it looks by itself.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// The header with which a client that was cut off says how far it got.
const LAST_EVENT_ID: &str = "last-event-id";

/// What of an execution's events is streamed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExecutionEventsQuery {
    /// Whether inputs and outputs are wanted; they are, unless said otherwise.
    data: Option<bool>,
}

/// Streams an execution's history from its first event on, or after the one that `Last-Event-ID` names, and goes on
/// with what happens. Each `history` event is one of AWS's HistoryEvent, with a text for its time. `end` is the last
/// one, with the status, once the execution has ended.
#[utoipa::path(
    get, path = "/api/executions/{arn}/events", tag = "executions",
    params(
        ("arn" = String, Path, description = "The execution's ARN, percent-encoded"),
        ("Last-Event-ID" = Option<u64>, Header, description = "The last event that the client has"),
        ExecutionEventsQuery,
    ),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = "4XX", body = Refusal),
    )
)]
pub(crate) async fn execution_events(
    State(host): State<Host>,
    Path(arn): Path<String>,
    Query(query): Query<ExecutionEventsQuery>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>, RestError> {
    let engine = host.engine;
    let id = executions::find(&engine, &arn).await?;
    let last = match headers.get(LAST_EVENT_ID) {
        None => 0,
        Some(text) => {
            let number = text.to_str().ok().and_then(|text| text.parse::<u64>().ok());
            number.ok_or_else(|| {
                ApiError::validation(
                    "Last-Event-ID is no event's number. Leave it out to begin with the first event",
                )
            })?
        }
    };
    let permit = permit(&host.streams)?;
    let role_arn = engine.revision_of(id).await?.content.role_arn.clone();
    // Before the first read, so that nothing happens unseen between the two.
    let happenings = engine.subscribe();
    let tail = Tail {
        engine,
        id,
        arn,
        role_arn,
        data: query.data.unwrap_or(true),
        next: last.saturating_add(1),
        ready: VecDeque::new(),
        ended: false,
        happenings,
        _permit: permit,
    };
    let events = stream::unfold(tail, |mut tail| async {
        let event = tail.next().await?;
        Some((Ok(event), tail))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

fn permit(streams: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, ApiError> {
    streams.clone().try_acquire_owned().map_err(|_| {
        ApiError::unavailable(format!("{MAX_STREAMS} streams of events are open; close some and try again"))
    })
}

/// The stream of one execution.
struct Tail {
    engine: Arc<Engine>,
    id: ExecutionId,
    arn: String,
    role_arn: Arc<str>,
    /// Whether inputs and outputs are wanted.
    data: bool,
    /// The next event to read.
    next: u64,
    ready: VecDeque<sse::Event>,
    ended: bool,
    happenings: broadcast::Receiver<Arc<Happening>>,
    _permit: OwnedSemaphorePermit,
}

impl Tail {
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            if let Err(error) = self.read().await {
                tracing::error!(%error, execution = self.arn, "a stream of events cannot be read on");
                return None;
            }
            if self.ready.is_empty() {
                self.something_happens().await?;
            }
        }
    }

    /// Reads what there is.
    async fn read(&mut self) -> Result<(), EngineError> {
        // The status first: an end that it shows has its event in what is read after it.
        let row = self.engine.record(self.id).await?;
        let page = self.engine.history(self.id, self.next, u64::MAX, READ, self.data).await?;
        if let Some(last) = page.events.last() {
            self.next = last.id + 1;
            let region = self.engine.config().region.clone();
            let shown = shown(&page, &self.role_arn, &region, self.data);
            let events = shown.into_iter().zip(&page.events).map(|(shown, event)| {
                sse::Event::default().event("history").id(event.id.to_string()).data(shown.to_string())
            });
            self.ready.extend(events);
            return Ok(());
        }
        if let Some(row) = row.filter(|row| row.status != StatusRow::Running) {
            let status = json!({ "status": shapes::status(&row.status) });
            self.ready.push_back(sse::Event::default().event("end").data(status.to_string()));
            self.ended = true;
        }
        Ok(())
    }

    /// Waits until it may be worth reading; `None` when the host stops.
    async fn something_happens(&mut self) -> Option<()> {
        let waiting = async {
            loop {
                match self.happenings.recv().await {
                    Ok(happening) if *happening.execution_arn == *self.arn => return Some(()),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return Some(()),
                    Err(RecvError::Closed) => return None,
                }
            }
        };
        tokio::select! {
            () = self.engine.stopping() => None,
            happened = tokio::time::timeout(LOOK_AGAIN, waiting) => happened.unwrap_or(Some(())),
        }
    }
}

/// Events in AWS's form, with texts for times.
pub(super) fn shown(page: &HistoryPage, role_arn: &str, region: &str, data: bool) -> Vec<Value> {
    let context = Context { page, role_arn, region, data, payload_bytes: usize::MAX };
    let events = page.events.iter().map(|event| {
        let mut shown = context.event(event);
        shown["timestamp"] = date(event.at_ms).into();
        shown
    });
    events.collect()
}

/// Whose events are streamed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Only those of this state machine's executions.
    state_machine_arn: Option<String>,
}

/// Streams the events of all executions from now on, Express ones included: `history` events with `executionArn` and
/// `event`. A reader that is too slow is told by `lagged` how many steps it missed.
#[utoipa::path(
    get, path = "/api/events", tag = "executions", params(EventsQuery),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = "4XX", body = Refusal),
    )
)]
pub(crate) async fn all_events(
    State(host): State<Host>,
    Query(query): Query<EventsQuery>,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>, RestError> {
    let engine = host.engine;
    let of = match &query.state_machine_arn {
        Some(arn) => Some(actions::find_machine(&engine, arn)?.name.clone()),
        None => None,
    };
    let permit = permit(&host.streams)?;
    let happenings = engine.subscribe();
    let watch = Watch { engine, of, happenings, ready: VecDeque::new(), _permit: permit };
    let events = stream::unfold(watch, |mut watch| async {
        let event = watch.next().await?;
        Some((Ok(event), watch))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// The stream of all executions.
struct Watch {
    engine: Arc<Engine>,
    /// The state machine's name, if only its executions are wanted.
    of: Option<Arc<str>>,
    happenings: broadcast::Receiver<Arc<Happening>>,
    ready: VecDeque<sse::Event>,
    _permit: OwnedSemaphorePermit,
}

impl Watch {
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let happening = tokio::select! {
                () = self.engine.stopping() => return None,
                happening = self.happenings.recv() => happening,
            };
            match happening {
                Ok(happening) => self.take(&happening),
                Err(RecvError::Lagged(missed)) => {
                    let data = json!({ "missed": missed }).to_string();
                    return Some(sse::Event::default().event("lagged").data(data));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn take(&mut self, happening: &Happening) {
        let arn = &*happening.execution_arn;
        let machine = self.engine.machine_of_execution_arn(arn);
        if self.of.as_deref().is_some_and(|of| of != machine) {
            return;
        }
        let machine = self.engine.catalog().get(&machine);
        let role_arn = machine.map(|machine| machine.revision.content.role_arn.clone()).unwrap_or_default();
        for event in shown(&happening.page, &role_arn, &self.engine.config().region, true) {
            let data = json!({ "executionArn": arn, "event": event }).to_string();
            self.ready.push_back(sse::Event::default().event("history").data(data));
        }
    }
}

//! Callers from outside: workers that poll an activity, and whoever has a task's token.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use dirigent_store::Batch;
use thiserror::Error;
use tokio::sync::oneshot;

use super::live::Lease;
use super::{Engine, EngineError};
use crate::activities::queue::{self, Claim};
use crate::core::{Outside, QueueChange, Stimulus, TaskToken, TokenStatus};
use crate::event::Fault;
use crate::payload::Payload;
use crate::work::to_its_end;

/// How long a worker's poll waits for a task. Source: AWS API Reference, "GetActivityTask".
const POLL: Duration = Duration::from_secs(60);

/// A task that a worker has taken.
#[derive(Clone, Debug)]
pub struct ActivityTask {
    /// What the worker returns it with.
    pub token: String,
    /// Its input.
    pub input: Payload,
}

/// Why a worker gets no task.
#[derive(Debug, Error)]
pub enum PollError {
    /// There is no such activity.
    #[error("there is no activity named {0}")]
    NoSuchActivity(String),
    /// Too many workers poll it.
    #[error("{} workers poll the activity already, which is the most", queue::MAX_POLLERS)]
    TooManyPollers,
    /// The engine's.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Why a token does nothing.
#[derive(Debug, Error)]
pub enum CallbackError {
    /// Nobody was given this token.
    #[error("there is no task with this token")]
    Unknown,
    /// Its task has ended: it was returned before, timed out, or its execution ended.
    #[error("the token's task has ended")]
    Closed,
    /// The engine's.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Outside for Engine {
    fn has_activity(&self, arn: &str) -> bool {
        let name = self.name_of_arn(arn);
        arn == self.activity_arn(&name) && self.activities.get(&name).is_some()
    }

    fn activity_name(&self, arn: &str) -> Arc<str> {
        self.name_of_arn(arn).into()
    }

    fn secret(&self) -> u128 {
        let mut bytes = [0; 16];
        // Without randomness of the system there would be tokens that can be guessed.
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        u128::from_ne_bytes(bytes)
    }
}

impl Engine {
    /// Waits for a task of an activity, at most 60 s. When this returns one, it is durable that a worker has it.
    ///
    /// Dropping the future ends the poll; a task is not handed to a poll that is known to be gone.
    ///
    /// # Errors
    /// [`PollError`].
    pub async fn activity_task(
        self: &Arc<Self>,
        name: &str,
        worker: Option<Arc<str>>,
    ) -> Result<Option<ActivityTask>, PollError> {
        let activity = self.activities.get(name).ok_or_else(|| PollError::NoSuchActivity(name.to_owned()))?;
        let pollers = &activity.pollers;
        let _polling = pollers.enter().ok_or(PollError::TooManyPollers)?;
        let until = tokio::time::Instant::now() + POLL;
        let mut ending = self.polls_end.subscribe();
        // Places whose execution cannot be read would else come up again and again.
        let mut passed_over = Vec::new();
        loop {
            let mut woken = pin!(pollers.wake.notified());
            // From here on a wake counts, so no task falls between the look and the wait.
            woken.as_mut().enable();
            while let Some(claim) = pollers.claim(&*self.store, name).await.map_err(EngineError::from)? {
                match self.hand_out(claim, worker.clone()).await {
                    HandOut::Taken(task) => return Ok(Some(task)),
                    HandOut::Gone => {}
                    HandOut::Unreadable(claim) => passed_over.push(claim),
                    HandOut::Failed(error) => return Err(error.into()),
                }
            }
            tokio::select! {
                woken = tokio::time::timeout_at(until, woken) => if woken.is_err() { return Ok(None) },
                _ = ending.wait_for(|ending| *ending) => return Ok(None),
            }
        }
    }

    /// Ends the polls that wait, and all later ones that would, and streams of events: the host is about to stop.
    pub fn end_polls(&self) {
        self.polls_end.send_replace(true);
    }

    /// Resolves when the host is about to stop.
    pub async fn stopping(&self) {
        let mut ending = self.polls_end.subscribe();
        // The sender lives as long as the engine, which the caller holds.
        let _ = ending.wait_for(|ending| *ending).await;
    }

    /// Gives a place's task to the worker. What was begun is brought to its end also when the poll goes meanwhile.
    async fn hand_out(self: &Arc<Self>, claim: Claim, worker: Option<Arc<str>>) -> HandOut {
        let engine = self.clone();
        let (answer, answered) = oneshot::channel();
        tokio::spawn(async move {
            let handed = engine.take(claim, worker, &answer).await;
            // A poll that went after the step was taken leaves the task to its heartbeat and its time-out.
            let _ = answer.send(handed);
        });
        answered.await.unwrap_or(HandOut::Gone)
    }

    async fn take(
        self: &Arc<Self>,
        claim: Claim,
        worker: Option<Arc<str>>,
        poll: &oneshot::Sender<HandOut>,
    ) -> HandOut {
        let lease = match Lease::of(self, claim.execution).await {
            Ok(lease) => lease,
            Err(error) => {
                tracing::error!(%error, execution = ?claim.execution, "a task of an activity cannot be read");
                return HandOut::Unreadable(claim);
            }
        };
        if poll.is_closed() {
            return HandOut::Gone;
        }
        let (frame, generation) = (claim.frame, claim.generation);
        if let Some(lease) = lease {
            let queued = lease.live.execution.lock().queued_task(frame, generation);
            let stimulus = Stimulus::ActivityTaken { frame, generation, worker };
            match (queued, self.apply(&lease, stimulus).await) {
                (_, Err(error)) => return HandOut::Failed(error),
                (Some((token, input)), Ok(Some(effects))) => {
                    self.perform(&lease, effects);
                    return HandOut::Taken(ActivityTask { token: token.to_text(), input });
                }
                (_, Ok(_)) => {}
            }
        }
        // Nobody waits at this place any more; without this it would come up again.
        match self.store.commit(Batch::catalog(queue::removal(&claim.row))).await {
            Ok(()) => HandOut::Gone,
            Err(error) => HandOut::Failed(error.into()),
        }
    }

    /// Wakes workers for tasks that are durably in their queues.
    pub(super) fn wake_workers(&self, changes: &[QueueChange]) {
        for change in changes {
            if let QueueChange::Enter(place) = change
                && let Some(activity) = self.activities.get(&place.activity)
            {
                activity.pollers.wake.notify_one();
            }
        }
    }

    /// Ends a task by its token, with its output or its error. Returns when that is durable.
    ///
    /// # Errors
    /// [`CallbackError`].
    pub async fn return_token(
        self: &Arc<Self>,
        token: TaskToken,
        result: Result<Payload, Fault>,
    ) -> Result<(), CallbackError> {
        self.call_back(token, Stimulus::TokenReturned { token, result }).await
    }

    /// Says that a task is still worked on. Returns when its clock is durably reset.
    ///
    /// # Errors
    /// [`CallbackError`].
    pub async fn beat_token(self: &Arc<Self>, token: TaskToken) -> Result<(), CallbackError> {
        self.call_back(token, Stimulus::TokenHeartbeat(token)).await
    }

    async fn call_back(self: &Arc<Self>, token: TaskToken, stimulus: Stimulus) -> Result<(), CallbackError> {
        let engine = self.clone();
        to_its_end(async move { engine.call_back_now(token, stimulus).await }).await
    }

    async fn call_back_now(
        self: &Arc<Self>,
        token: TaskToken,
        stimulus: Stimulus,
    ) -> Result<(), CallbackError> {
        let Some(lease) = Lease::of(self, token.execution).await? else {
            return Err(match self.record(token.execution).await? {
                Some(_) => CallbackError::Closed,
                None => CallbackError::Unknown,
            });
        };
        let status = || lease.live.execution.lock().token_status(&token);
        match status() {
            TokenStatus::Open => {}
            TokenStatus::Closed => return Err(CallbackError::Closed),
            TokenStatus::Unknown => return Err(CallbackError::Unknown),
        }
        match self.apply(&lease, stimulus).await? {
            Some(effects) => {
                self.perform(&lease, effects);
                Ok(())
            }
            // A task without `HeartbeatSeconds` has no clock to reset.
            None if status() == TokenStatus::Open => Ok(()),
            None => Err(CallbackError::Closed),
        }
    }
}

/// What came of a claim.
enum HandOut {
    /// The worker has it.
    Taken(ActivityTask),
    /// Nobody waits there any more, or the poll has gone.
    Gone,
    /// Its execution cannot be read.
    Unreadable(Claim),
    /// The store takes no writes.
    Failed(EngineError),
}

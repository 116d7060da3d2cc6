//! `dirigent:task/journal`: steps that the plugin names itself, kept over retries of the state.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use wasmtime::component::{HasSelf, Linker};

use crate::{
    Failure, error_names,
    journal::{JournalError, JournalScope, Value},
    sandbox::{
        CallState,
        bindings::{journal, types},
    },
};

/// Bytes of a step's name.
const NAME_LIMIT: usize = 128;
/// Steps of one task.
const STEPS_LIMIT: usize = 10_000;

/// What is known of a task's steps. Read when the plugin first asks.
#[derive(Default)]
pub(crate) struct Steps {
    known: Option<HashMap<String, Known>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Known {
    /// Begun by an earlier call.
    Begun,
    /// Begun by this one.
    Here,
    Done(String),
}

/// One record of the task's journal: a step has begun, or is done with this result.
#[derive(Serialize, Deserialize)]
struct Step {
    name: String,
    result: Option<String>,
}

/// Link the interface.
pub(super) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    journal::add_to_linker::<_, HasSelf<CallState>>(linker, |state| state)
}

type Answer<T> = wasmtime::Result<Result<T, types::Failure>>;

fn refuse<T>(cause: String) -> Answer<T> {
    Ok(Err(types::Failure { error: error_names::INVALID_STEP.into(), cause }))
}

impl CallState {
    /// What is known of a step now, from the journal of the task.
    async fn known(&mut self, name: &str) -> Result<Option<Known>, JournalError> {
        if self.steps.known.is_none() {
            let mut known = HashMap::new();
            if let Some(keeper) = &self.journal {
                for bytes in keeper.read(JournalScope::Task).await? {
                    let step: Step = postcard::from_bytes(&bytes).map_err(|_| {
                        JournalError::Closed("it has a step that this host cannot read".into())
                    })?;
                    known.insert(step.name, step.result.map_or(Known::Begun, Known::Done));
                }
            }
            self.steps.known = Some(known);
        }
        Ok(self.steps.known.as_ref().and_then(|known| known.get(name)).cloned())
    }

    /// Note of a step that it has begun, or its result: durably, where anything is durable.
    async fn note(&mut self, name: String, result: Option<String>) -> Result<(), JournalError> {
        let bytes =
            postcard::to_stdvec(&Step { name: name.clone(), result: result.clone() }).unwrap_or_default();
        if let Some(keeper) = &self.journal {
            keeper.append(JournalScope::Task, vec![bytes], Vec::new()).await?;
        }
        if let Some(known) = &mut self.steps.known {
            known.insert(name, result.map_or(Known::Here, Known::Done));
        }
        Ok(())
    }

    /// What the plugin is told of a step: the first time as the task's journal has it, after a crash as it was told.
    async fn recall_step(&mut self, name: &str) -> Result<Option<Known>, Failure> {
        let closed = |state: &Self, error: JournalError| state.outside.off_the_tape(&error.into());
        if let Some(tape) = self.outside.tape().cloned() {
            if let Some(value) = tape.told().map_err(|error| self.outside.off_the_tape(&error))? {
                let Value::Step(bytes) = value else { return Err(self.outside.told_otherwise()) };
                let told: Option<Known> = postcard::from_bytes(&bytes).unwrap_or_default();
                self.known(name).await.map_err(|error| closed(self, error))?;
                if told.is_none()
                    && let Some(known) = &mut self.steps.known
                    && matches!(known.get(name), Some(Known::Begun))
                {
                    known.insert(name.to_owned(), Known::Here);
                }
                return Ok(told);
            }
            let now = self.begin_step(name).await.map_err(|error| closed(self, error))?;
            let bytes = postcard::to_stdvec(&now).unwrap_or_default();
            let told = tape.tell(|| Value::Step(bytes)).map(|_| ());
            told.map_err(|error| self.outside.off_the_tape(&error))?;
            tape.flush().await.map_err(|error| self.outside.off_the_tape(&error))?;
            return Ok(now);
        }
        self.begin_step(name).await.map_err(|error| closed(self, error))
    }

    async fn begin_step(&mut self, name: &str) -> Result<Option<Known>, JournalError> {
        let known = self.known(name).await?;
        if known.is_none() {
            if self.steps.known.as_ref().is_some_and(|known| known.len() >= STEPS_LIMIT) {
                return Err(JournalError::Full(format!("a task has at most {STEPS_LIMIT} steps")));
            }
            self.note(name.to_owned(), None).await?;
        }
        Ok(known)
    }
}

impl journal::Host for CallState {
    async fn recall(&mut self, step: String) -> Answer<journal::Recollection> {
        self.count_host_call()?;
        if step.is_empty() || step.len() > NAME_LIMIT {
            return refuse(format!("a step's name has 1 to {NAME_LIMIT} bytes, and this one {}", step.len()));
        }
        match self.recall_step(&step).await {
            Ok(None) => Ok(Ok(journal::Recollection::Fresh)),
            Ok(Some(Known::Done(result))) => Ok(Ok(journal::Recollection::Done(result))),
            Ok(Some(Known::Begun)) => Ok(Ok(journal::Recollection::InDoubt)),
            Ok(Some(Known::Here)) => refuse(format!("the step `{step}` was recalled by this call before")),
            Err(failure) => Err(self.end_with(failure).into()),
        }
    }

    async fn record(&mut self, step: String, value: String) -> Answer<()> {
        self.count_host_call()?;
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&value) {
            return refuse(format!("the result of the step `{step}` is not JSON: {error}"));
        }
        let known = match self.known(&step).await {
            Ok(known) => known,
            Err(error) => return Err(self.end_with(self.outside.off_the_tape(&error.into())).into()),
        };
        match known {
            Some(Known::Here | Known::Begun) => match self.note(step, Some(value)).await {
                Ok(()) => Ok(Ok(())),
                Err(error) => Err(self.end_with(self.outside.off_the_tape(&error.into())).into()),
            },
            // After a crash the attempt comes here again.
            Some(Known::Done(before)) if before == value => Ok(Ok(())),
            Some(Known::Done(_)) => refuse(format!("the step `{step}` has another result already")),
            None => refuse(format!("the step `{step}` was not recalled before it was recorded")),
        }
    }
}

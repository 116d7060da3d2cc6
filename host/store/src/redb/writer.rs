//! The writer thread: one transaction and one fsync for all batches that are waiting.
//!
//! There is no delay to let a group fill up. While one fsync runs, the next group gathers by itself; a
//! batch that comes alone is written alone.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use redb::{Database, ReadTransaction, ReadableDatabase};
use tokio::sync::{oneshot, watch};

use super::apply::Tables;
use super::backend::GuardedFile;
use super::queue::{Group, Queue, Request};
use crate::commit::Decision;
use crate::error::{CommitError, StoreError};

/// What the writer thread and the readers share.
pub(crate) struct Shared {
    pub(crate) database: Database,
    pub(crate) file: GuardedFile,
    pub(crate) queue: Queue,
    /// The state before the group that is being written. If that group fails, redb holds its changes
    /// in memory as if they were committed; readers go on from here, where they are not.
    pub(crate) before_group: Mutex<Option<Arc<ReadTransaction>>>,
    /// Whether a sync has failed.
    pub(crate) sync_failed: watch::Sender<bool>,
}

/// What to tell whom once the group is durable.
enum Answer {
    Commit(Decision, Result<(), CommitError>),
    Reserve(oneshot::Sender<Result<Range<u64>, StoreError>>, Result<Range<u64>, StoreError>),
}

impl Shared {
    /// Writes groups until the queue is closed and empty, or a group fails.
    pub(crate) fn write_groups(&self) {
        // A panic in the database must not leave callers waiting for ever.
        let _refuse_the_rest = StopOnExit(&self.queue);
        while let Some(group) = self.queue.take_group() {
            let (batches, bytes) = (group.len(), group.bytes());
            let written = self.write(group);
            self.queue.decided(batches, bytes);
            if written.is_err() {
                return;
            }
        }
    }

    /// Writes one group and tells everyone in it. On failure the store has stopped.
    fn write(&self, group: Group) -> Result<(), ()> {
        let mut answers = Vec::with_capacity(group.len());
        match self.transact(group, &mut answers) {
            Ok(()) => {
                answers.into_iter().for_each(Answer::tell);
                Ok(())
            }
            Err(error) => {
                let why = self.explain(&error);
                tracing::error!(%why, "the store has stopped taking writes");
                // First stop, then tell: who hears of the failure finds the store stopped.
                self.queue.stop(&why);
                self.sync_failed.send_replace(self.file.sync_failed());
                answers.into_iter().for_each(|answer| answer.refuse(&why));
                Err(())
            }
        }
    }

    /// Applies a group and makes it durable.
    fn transact(&self, group: Group, answers: &mut Vec<Answer>) -> Result<(), redb::Error> {
        let mut requests = group.requests.into_iter();
        let done = self.transact_each(&mut requests, answers);
        // What a failure kept from being applied is told the same as the rest of its group.
        answers.extend(requests.map(Answer::unapplied));
        done
    }

    fn transact_each(
        &self,
        requests: &mut std::vec::IntoIter<Request>,
        answers: &mut Vec<Answer>,
    ) -> Result<(), redb::Error> {
        self.pin(Some(Arc::new(self.database.begin_read()?)));
        // Durability is immediate, in one phase: redb's default, and one fsync.
        let transaction = self.database.begin_write()?;
        let mut changed = false;
        {
            let mut tables = Tables::open(&transaction)?;
            for request in requests {
                match request {
                    Request::Commit(batch, decision) | Request::Followed(batch, decision) => {
                        answers.push(Answer::Commit(decision, Ok(())));
                        let outcome = tables.apply(batch)?;
                        changed |= outcome.is_ok();
                        if let Some(Answer::Commit(_, last)) = answers.last_mut() {
                            *last = outcome;
                        }
                    }
                    Request::Reserve(count, answer) => {
                        let outcome = tables.reserve(count)?;
                        changed |= outcome.is_ok();
                        answers.push(Answer::Reserve(answer, outcome));
                    }
                }
            }
        }
        if changed {
            transaction.commit()?;
        } else {
            // Every batch was refused: nothing to make durable.
            transaction.abort()?;
        }
        // redb was told that its writes succeeded; only the file knows better.
        if let Some(failure) = self.file.failure() {
            return Err(redb::Error::Io(std::io::Error::other(failure.to_owned())));
        }
        self.pin(None);
        Ok(())
    }

    fn pin(&self, state: Option<Arc<ReadTransaction>>) {
        *self.before_group.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// The reason to report for a failed group, with what to do.
    fn explain(&self, error: &redb::Error) -> Arc<str> {
        let cause = self.file.failure().map_or_else(|| error.to_string(), str::to_owned);
        format!("{cause}. Free some space or repair the disk, then restart; what was acknowledged is safe")
            .into()
    }
}

impl Answer {
    fn unapplied(request: Request) -> Self {
        match request {
            Request::Commit(_, decision) | Request::Followed(_, decision) => Answer::Commit(decision, Ok(())),
            Request::Reserve(_, answer) => Answer::Reserve(answer, Ok(0..0)),
        }
    }

    fn tell(self) {
        match self {
            Answer::Commit(decision, outcome) => decision.decide(outcome),
            // Whoever asked may have gone; the sequences are lost then.
            Answer::Reserve(answer, outcome) => drop(answer.send(outcome)),
        }
    }

    fn refuse(self, why: &Arc<str>) {
        match self {
            Answer::Commit(decision, _) => decision.decide(Err(CommitError::Stopped { why: why.clone() })),
            Answer::Reserve(answer, _) => drop(answer.send(Err(StoreError::Stopped { why: why.clone() }))),
        }
    }
}

struct StopOnExit<'a>(&'a Queue);

impl Drop for StopOnExit<'_> {
    fn drop(&mut self) {
        let why = if std::thread::panicking() {
            "the writer has failed, which is a bug; the log has the details. Restart to go on"
        } else {
            "it was closed"
        };
        self.0.stop(&why.into());
    }
}

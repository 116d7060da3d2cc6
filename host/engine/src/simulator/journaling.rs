//! Tasks of the simulator that write journals. An append is an action of its own, with a crash on either side of its
//! commit; what is read back is held against what was durable when it was appended.

use std::collections::HashMap;

use dirigent_asl::Kind;
use dirigent_store::{Batch, ExecutionId, FrameId, MemoryStore, Store};
use serde_json::{Value, json};

use super::cases::{Case, case, one, racing, task};
use super::{Pending, Simulator, runs};
use crate::core::{Step, Stimulus, TaskRun};
use crate::event::Fault;
use crate::journal::{self, Attempt, Book, JournalScope};
use crate::payload::Payload;

/// What an attempt of a task that writes a journal appends for itself.
const NOTES: usize = 3;

/// What the host knows of journals, and what it should.
#[derive(Default)]
pub(super) struct Journaling {
    pub(super) book: Book,
    /// Records whose commits were durable, by frame, scope, and which attempt or task. It outlives crashes.
    durable: HashMap<(FrameId, JournalScope, u64), Vec<Vec<u8>>>,
}

impl Journaling {
    pub(super) async fn restart(&mut self, store: &MemoryStore, id: ExecutionId) {
        self.book = Book::read(store, id).await.expect("reads");
    }

    /// A step is durable: what has ended has no journal any more.
    pub(super) fn committed(&mut self, step: &Step, ended: bool) {
        self.durable.retain(|(frame, ..), _| !ended && !step.dropped.contains(frame));
    }

    fn expected(&self, run: &TaskRun, scope: JournalScope) -> Vec<Vec<u8>> {
        self.durable.get(&key(run, scope)).cloned().unwrap_or_default()
    }
}

fn key(run: &TaskRun, scope: JournalScope) -> (FrameId, JournalScope, u64) {
    let of = match scope {
        JournalScope::Attempt => run.generation.into(),
        JournalScope::Task => run.entered_event,
    };
    (run.frame, scope, of)
}

/// How a task that writes a journal ends, once everything is in it.
pub(super) fn outcome(name: &str, run: &TaskRun) -> Result<Payload, Fault> {
    match name {
        "plugin:notes-third-time" if run.token.is_some() => Ok(Payload::empty_object()),
        "plugin:notes-third-time" if run.retry_count < 2 => Err(Fault::new("Custom.NotYet", "not yet")),
        "plugin:notes-in-doubt" => Err(Fault::new("Plugin.InDoubt", "it may have happened")),
        "plugin:notes-timeout" => Err(Fault { error: Some("States.Timeout".into()), cause: None }),
        _ => Ok(Payload::from_value(json!(run.retry_count))),
    }
}

impl Simulator<'_> {
    /// Lets the task that is about to end append a record first, if it has one to append. Then it does not end yet.
    pub(super) async fn write_journal(&mut self, stimulus: Stimulus) -> Option<Stimulus> {
        let Stimulus::TaskEnded { frame, generation, .. } = &stimulus else { return Some(stimulus) };
        let run = self.execution.task_run(*frame).filter(|run| run.generation == *generation);
        // A task whose end was overtaken writes nothing any more.
        let Some(run) = run else { return Some(stimulus) };
        let Kind::Task(task) = &self.program.state(run.state).kind else { return Some(stimulus) };
        if !task.resource_text.starts_with("plugin:notes") {
            return Some(stimulus);
        }
        let attempt = Attempt {
            execution: self.id,
            frame: run.frame,
            generation: run.generation,
            entered_event: run.entered_event,
        };
        assert!(attempt.runs(&self.execution), "a task that runs may write");
        for scope in [JournalScope::Attempt, JournalScope::Task] {
            let records = self.journaling.book.records(&attempt, scope);
            let found = journal::records(&self.store, &attempt, scope, records).await.expect("reads");
            assert_eq!(found, self.journaling.expected(&run, scope), "{scope:?} of {run:?}");
        }
        // First a line for the attempt in the task's journal, then notes of its own.
        let line = format!("attempt {}", run.retry_count).into_bytes();
        let notes = self.journaling.expected(&run, JournalScope::Attempt).len();
        let (scope, record) = if !self.journaling.expected(&run, JournalScope::Task).contains(&line) {
            (JournalScope::Task, line)
        } else if notes < NOTES {
            (JournalScope::Attempt, format!("note {notes}").into_bytes())
        } else {
            let lines = self.journaling.expected(&run, JournalScope::Task).len();
            // An attempt with a token may have ended by a timer before it wrote its line.
            let all = run.token.is_some() || lines == run.retry_count as usize + 1;
            assert!(all, "the task's journal outlives its retries: {lines} lines of {run:?}");
            return Some(stimulus);
        };
        self.pending.push(Pending::Task(run.clone()));
        self.append(&run, &attempt, scope, record).await;
        None
    }

    async fn append(&mut self, run: &TaskRun, attempt: &Attempt, scope: JournalScope, record: Vec<u8>) {
        let action = self.actions;
        self.actions += 1;
        let crash = self.crash.filter(|crash| crash.action == action);
        let catalog =
            self.journaling.book.append(attempt, scope, vec![record.clone()]).expect("there is room");
        if crash.is_some_and(|crash| !crash.committed) {
            return self.crash(false).await;
        }
        self.store.commit(Batch { executions: Vec::new(), catalog }).await.expect("is written");
        self.journaling.durable.entry(key(run, scope)).or_default().push(record);
        if crash.is_some() {
            self.crash(false).await;
        }
    }

    /// An attempt's records are there while it runs, and not a commit longer.
    pub(super) async fn check_journals(&self) {
        let running = |(frame, scope, of): &(FrameId, JournalScope, u64)| {
            self.pending.iter().any(|pending| match pending {
                Pending::Task(run) => key(run, *scope) == (*frame, *scope, *of),
                _ => false,
            })
        };
        let attempts = self.journaling.durable.iter();
        let of_running: usize = attempts
            .filter(|(key, _)| key.1 == JournalScope::Attempt && running(key))
            .map(|(_, records)| records.len())
            .sum();
        // The scope is the byte behind machine, sequence and frame.
        let rows = journal::all(&self.store).await;
        let found = rows.iter().filter(|(name, _)| name[16] == 0).count();
        assert!(found <= of_running, "{found} records of attempts, and {of_running} of those that run");
    }
}

pub(super) fn journal_cases() -> Vec<Case> {
    let notes = |name: &str, rest: Value| task(&format!("plugin:{name}"), rest);
    let branch = |name: &str, state: Value| json!({ "StartAt": name, "States": { name: state } });
    let not_yet = json!({ "Retry": [{ "ErrorEquals": ["Custom.NotYet"] }] });
    let in_doubt = |retry: Value| {
        json!({ "StartAt": "S", "States": {
            "S": notes("notes-in-doubt", json!({
                "Retry": [{ "ErrorEquals": [retry], "MaxAttempts": 2 }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }], "Next": "Caught" })),
            "Caught": { "Type": "Pass", "OutputPath": "$.Error", "End": true }
        } })
    };
    vec![
        case("notes", one(notes("notes", json!({}))), json!({}), Ok(json!(0))),
        case(
            "notes of one task after the other",
            json!({ "StartAt": "A", "States": {
                "A": notes("notes", json!({ "Next": "B" })), "B": notes("notes", json!({})) } }),
            json!({}),
            Ok(json!(0)),
        ),
        case(
            "notes of a task over its retries",
            one(notes("notes-third-time", not_yet.clone())),
            json!({}),
            Ok(json!(2)),
        ),
        case("doubt is not retried by a blanket name", in_doubt(json!("States.ALL")), json!({}), {
            Ok(json!("Plugin.InDoubt"))
        }),
        case("doubt that is named is retried", in_doubt(json!("Plugin.InDoubt")), json!({}), {
            Ok(json!("Plugin.InDoubt"))
        }),
        case(
            "notes of a task that times out",
            one(notes(
                "notes-timeout",
                json!({ "Retry": [{ "ErrorEquals": ["States.Timeout"], "MaxAttempts": 1 }] }),
            )),
            json!({}),
            Err("States.Timeout"),
        ),
        racing(
            "notes of a lost branch",
            json!({ "StartAt": "P", "States": { "P": { "Type": "Parallel", "End": true, "Branches": [
                branch("X", notes("notes", json!({}))),
                branch("Y", notes("notes-third-time", json!({ "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 500_000 }] }))),
                branch("Z", task("plugin:fail", json!({})))
            ] } } }),
            json!({}),
            Err("Custom.Error"),
        ),
        racing(
            "notes of a task whose token comes back, and of one whose does not",
            json!({ "StartAt": "A", "States": {
                "A": notes("notes-third-time.waitForTaskToken", json!({
                    "Parameters": { "n": 4 }, "TimeoutSeconds": 500_000, "HeartbeatSeconds": 30, "ResultPath": null,
                    "Retry": [{ "ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 2 }],
                    "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B", "ResultPath": null }], "Next": "B" })),
                "B": notes("notes", json!({})) } }),
            json!({}),
            Ok(json!(0)),
        ),
        racing(
            "notes of a Map's items",
            one(json!({ "Type": "Map", "End": true, "MaxConcurrency": 3,
                "ItemProcessor": branch("I", notes("notes-third-time", not_yet)) })),
            json!([1, 2, 3, 4]),
            Ok(json!([2, 2, 2, 2])),
        ),
        racing(
            "notes until the execution's time-out",
            json!({ "TimeoutSeconds": 60, "StartAt": "P", "States": { "P": { "Type": "Parallel", "End": true, "Branches": [
                branch("U", notes("notes", json!({}))),
                branch("V", notes("notes-third-time", json!({ "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 500_000 }] })))
            ] } } }),
            json!({}),
            Err("States.Timeout"),
        ),
    ]
}

#[tokio::test]
async fn journals_hold_what_was_written_through_a_crash_anywhere() {
    let crashes = runs::crash_everywhere(journal_cases(), 0).await;
    assert!(crashes > 500, "only {crashes} crash points were tried");
    runs::crash_everywhere(journal_cases(), 1).await;
}

//! `kill -9` at random moments: every acknowledged batch is there whole, in a real file.
//!
//! The test starts itself as a child that commits in a loop and prints what was acknowledged.
//! Killing a process leaves the page cache alone; what a power loss does is tested on a simulated disk
//! in the unit tests.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dirigent_store::{
    Batch, CatalogChange, CatalogKey, CatalogKind, ExecutionChange, ExecutionId, Expect, FrameId, MachineId,
    RedbOptions, RedbStore, Store, Timer,
};

/// Set in the child to the directory it is to write in.
const CHILD_DIR: &str = "DIRIGENT_STORE_CRASH_TEST_DIR";
const ROUNDS: u64 = 8;
const TASKS: u64 = 8;
/// A child that was not killed by then ends itself: it must not outlive a test that was aborted.
const CHILD_TIME_LIMIT: Duration = Duration::from_secs(20);

fn execution(sequence: u64) -> ExecutionId {
    ExecutionId::new(MachineId(sequence as u32 % 3), sequence)
}

fn bytes(sequence: u64, part: u8) -> Vec<u8> {
    vec![part ^ sequence as u8; 1 + (sequence as usize * 97) % 3_000]
}

fn row(sequence: u64) -> CatalogKey {
    CatalogKey::new(CatalogKind(1), sequence.to_be_bytes())
}

/// The batch that starts an execution, with a part in every table.
fn start(sequence: u64) -> Batch {
    let id = execution(sequence);
    let change = ExecutionChange {
        create_as: Some(sequence.to_string()),
        record: Some(bytes(sequence, 1)),
        put_frames: vec![(FrameId(0), bytes(sequence, 2)), (FrameId(1), bytes(sequence, 3))],
        history: Some((1, bytes(sequence, 4))),
        set_timers: vec![Timer { due_ms: sequence as i64, execution: id, key: 1 }],
        attention: Some(true),
        ..ExecutionChange::new(id)
    };
    let put = CatalogChange { key: row(sequence), value: Some(bytes(sequence, 5)), expect: Expect::Absent };
    Batch { executions: vec![change], catalog: vec![put] }
}

/// The batch that ends it.
fn end(sequence: u64) -> Batch {
    let id = execution(sequence);
    let change = ExecutionChange {
        record: Some(bytes(sequence, 6)),
        drop_frames: vec![FrameId(0), FrameId(1)],
        history: Some((9, bytes(sequence, 7))),
        clear_timers: vec![Timer { due_ms: sequence as i64, execution: id, key: 1 }],
        attention: Some(false),
        ..ExecutionChange::new(id)
    };
    let delete = CatalogChange { key: row(sequence), value: None, expect: Expect::Present };
    Batch { executions: vec![change], catalog: vec![delete] }
}

#[derive(Debug, Eq, PartialEq)]
enum Found {
    Nothing,
    Started,
    Ended,
}

/// Which of its states the execution is in. Panics if it is between two.
async fn find(store: &dyn Store, sequence: u64) -> Found {
    let id = execution(sequence);
    let timer = Timer { due_ms: sequence as i64, execution: id, key: 1 };
    let due = store.timers(None, timer.due_ms, usize::MAX).await.unwrap().contains(&timer);
    let attention = store.attention(sequence.checked_sub(1).map(execution), 1).await.unwrap();
    let seen = (
        store.record(id).await.unwrap(),
        store.frames(id, usize::MAX).await.unwrap(),
        store.history(id, 0, u64::MAX, 10).await.unwrap(),
        store.find(id.machine, &sequence.to_string()).await.unwrap(),
        store.get(&row(sequence)).await.unwrap(),
        (due, attention.contains(&id)),
    );
    let chunks = [(1, bytes(sequence, 4)), (9, bytes(sequence, 7))];
    let frames = vec![(FrameId(0), bytes(sequence, 2)), (FrameId(1), bytes(sequence, 3))];
    if seen == (None, vec![], vec![], None, None, (false, false)) {
        Found::Nothing
    } else if seen
        == (
            Some(bytes(sequence, 1)),
            frames,
            chunks[..1].to_vec(),
            Some(id),
            Some(bytes(sequence, 5)),
            (true, true),
        )
    {
        Found::Started
    } else if seen == (Some(bytes(sequence, 6)), vec![], chunks.to_vec(), Some(id), None, (false, false)) {
        Found::Ended
    } else {
        panic!("execution {sequence} is there in part: {seen:?}")
    }
}

/// What the child does until it is killed.
async fn commit_and_say_so(dir: &str) {
    let store: Arc<dyn Store> = Arc::new(RedbStore::open(Path::new(dir), &RedbOptions::default()).unwrap());
    let deadline = Instant::now() + CHILD_TIME_LIMIT;
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                while Instant::now() < deadline {
                    for sequence in store.reserve_sequences(5).await.unwrap() {
                        say("reserved", sequence);
                        store.commit(start(sequence)).await.unwrap();
                        say("started", sequence);
                        store.commit(end(sequence)).await.unwrap();
                        say("ended", sequence);
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// One write a line, so that a kill cuts no line off but the last.
fn say(what: &str, sequence: u64) {
    let line = format!("{what} {sequence}\n");
    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
}

/// Runs a child on `dir` and kills it `after` its first line. The (word, sequence) pairs it printed.
fn run_and_kill(dir: &Path, after: Duration) -> BTreeSet<(String, u64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["nothing_acknowledged_is_lost", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD_DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = BTreeSet::new();
    let mut alive = Some(child);
    let mut killer = None;
    for line in lines {
        let line = line.unwrap();
        if let Some(mut child) = alive.take() {
            killer = Some(std::thread::spawn(move || {
                std::thread::sleep(after);
                child.kill().unwrap();
                child.wait().unwrap()
            }));
        }
        // The test harness of the child has its own lines.
        let Some((word, number)) = line.split_once(' ') else { continue };
        let Ok(number) = number.parse() else { continue };
        said.insert((word.to_owned(), number));
    }
    let status = killer.expect("the child said something").join().unwrap();
    assert!(!status.success(), "the child ended by itself");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost() {
    if let Ok(dir) = std::env::var(CHILD_DIR) {
        return commit_and_say_so(&dir).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let mut reserved = BTreeSet::new();
    for round in 0..ROUNDS {
        let said = run_and_kill(dir.path(), Duration::from_millis(random.u64(1..250)));
        let store = RedbStore::open(dir.path(), &RedbOptions::default()).unwrap();
        let mut counts = [0; 3];
        for (word, sequence) in &said {
            match (word.as_str(), find(&store, *sequence).await) {
                ("ended", Found::Ended) => counts[2] += 1,
                ("started", Found::Started | Found::Ended) => counts[1] += 1,
                ("reserved", _) => {
                    counts[0] += 1;
                    assert!(reserved.insert(*sequence), "{sequence} was given out twice");
                }
                (_, found) => {
                    panic!("round {round}: {word} {sequence} was acknowledged, but found: {found:?}")
                }
            }
        }
        let [reserved, started, ended] = counts;
        eprintln!("round {round}: {reserved} reserved, {started} started, {ended} ended");
    }
    assert!(reserved.len() > 100, "the children hardly got anything done: {reserved:?}");
}

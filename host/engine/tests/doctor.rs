//! The doctor: a store that an engine wrote is sound, whatever is under way; and every way in which one can be broken is named.

mod common;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use dirigent_engine::catalog::MachineType;
use dirigent_engine::{
    Binding, Engine, EngineConfig, Fault, Metering, Payload, ProblemKind, Report, StartRequest, TaskCall,
    TaskHost, TaskOutcome, examine,
};
use dirigent_store::{
    Batch, CatalogChange, CatalogKey, CatalogKind, DATABASE_FILE, ExecutionChange, ExecutionId, Expect,
    FrameId, MachineId, RedbOptions, RedbStore, Store, Timer,
};
use serde_json::{Value, json};

use common::{content, within};

/// Tasks give their input back; `plugin:hang` does not return.
struct Tasks;

#[async_trait]
impl TaskHost for Tasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        Some([1; 32])
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn call(&self, _: [u8; 32], call: TaskCall) -> TaskOutcome {
        if &*call.resource == "plugin:hang" {
            std::future::pending::<()>().await;
        }
        TaskOutcome { result: Ok(call.input.to_string()), metering: Metering::default() }
    }
}

/// State machines: an execution of each stands for as long as it is let, or has ended.
fn machines(engine: &Engine) -> Vec<(&'static str, Value)> {
    let one = |state: Value| json!({ "StartAt": "S", "States": { "S": state } });
    let wait = json!({ "Type": "Wait", "Seconds": 3600, "End": true });
    let child = |config: Value| json!({ "ProcessorConfig": config, "StartAt": "C", "States": { "C": wait } });
    let map = |config: Value, items: usize| {
        let items: Vec<usize> = (0..items).collect();
        json!({ "StartAt": "I", "States": {
            "I": { "Type": "Pass", "Result": items, "Next": "S" },
            "S": { "Type": "Map", "End": true, "ItemProcessor": child(config) } } })
    };
    let mut timed = one(wait.clone());
    timed["TimeoutSeconds"] = 7200.into();
    let activity = "arn:aws:states:us-east-1:000000000000:activity:packing";
    let branches = [one(wait.clone()), one(json!({ "Type": "Pass", "End": true }))];
    let branches: Vec<Value> = branches
        .into_iter()
        .enumerate()
        .map(|(n, branch)| {
            let name = format!("B{n}");
            json!({ "StartAt": name, "States": { name: branch["States"]["S"] } })
        })
        .collect();
    vec![
        ("done", one(json!({ "Type": "Task", "Resource": "plugin:echo", "End": true }))),
        ("failed", one(json!({ "Type": "Fail", "Error": "On.Purpose" }))),
        ("timed", timed),
        ("hangs", one(json!({ "Type": "Task", "Resource": "plugin:hang", "End": true }))),
        ("queued", one(json!({ "Type": "Task", "Resource": activity, "End": true }))),
        (
            "token",
            one(json!({ "Type": "Task", "Resource": "plugin:echo.waitForTaskToken", "End": true,
            "TimeoutSeconds": 3600, "HeartbeatSeconds": 600,
            "Parameters": { "token.$": "$$.Task.Token" } })),
        ),
        ("branches", one(json!({ "Type": "Parallel", "End": true, "Branches": branches }))),
        ("inline", map(json!({ "Mode": "INLINE" }), 5)),
        ("run", map(json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }), 3)),
        (
            "nested",
            one(json!({ "Type": "Task", "End": true,
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": { "StateMachineArn": engine.state_machine_arn("timed") } })),
        ),
    ]
}

/// A store in which an execution of each state machine stands, and how these are found.
struct Ward {
    dir: tempfile::TempDir,
    executions: Vec<(&'static str, ExecutionId)>,
}

impl Ward {
    fn id(&self, name: &str) -> ExecutionId {
        self.executions.iter().find(|(known, _)| *known == name).expect("was started").1
    }

    /// What the doctor says when a store like this one was changed by `batch`.
    async fn after(&self, batch: Batch) -> Report {
        let dir = copied(&self.dir);
        let store = RedbStore::open(dir.path(), &RedbOptions::default()).expect("opens");
        store.commit(batch).await.expect("commits");
        drop(store);
        report(dir.path()).await
    }
}

/// A copy of a directory whose store is written to no more. (The engine may have it open: tasks that hang keep it.)
fn copied(from: &tempfile::TempDir) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::copy(from.path().join(DATABASE_FILE), dir.path().join(DATABASE_FILE)).expect("copies");
    dir
}

async fn report(dir: &Path) -> Report {
    let store = RedbStore::open_to_read(dir, &RedbOptions::default()).expect("opens");
    examine(&store).await.expect("reads")
}

/// The kinds of problems in a report, each once.
fn kinds(report: &Report) -> Vec<ProblemKind> {
    let mut kinds: Vec<ProblemKind> = report.problems.iter().map(|problem| problem.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

async fn ward() -> Ward {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Arc::new(RedbStore::open(dir.path(), &RedbOptions::default()).expect("opens"));
    let engine = Engine::open(EngineConfig::default(), store.clone(), Arc::new(Tasks)).await.expect("opens");
    engine.activities().create("packing", 0, None, Vec::new()).await.expect("creates");
    let mut executions = Vec::new();
    for (name, definition) in machines(&engine) {
        let content = content(&definition);
        let machine = engine.catalog().create(name, MachineType::Standard, content, Vec::new(), None).await;
        let machine = machine.expect("creates");
        let input = Payload::from_value(json!({ "n": 1 }));
        let request = StartRequest { machine, origin: None, case: None, name: Some(name.into()), input };
        executions.push((name, engine.start(request).await.expect("starts").id));
    }
    // Each stands where it will stand: those that began have these last events.
    for (name, last) in [
        ("done", "ExecutionSucceeded"),
        ("failed", "ExecutionFailed"),
        ("token", "TaskSubmitted"),
        ("nested", "TaskSubmitted"),
    ] {
        let id = executions.iter().find(|(known, _)| *known == name).expect("was started").1;
        within("it stands", async {
            loop {
                let page = engine.history(id, 1, u64::MAX, 100, false).await.expect("reads");
                let kind = page.events.last().map(|event| format!("{:?}", event.kind)).unwrap_or_default();
                if kind.starts_with(last) {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await;
    }
    let run = executions.iter().find(|(known, _)| *known == "run").expect("was started").1;
    within("its children run", async {
        loop {
            let runs = engine.map_runs_of(run, None, 1).await.expect("reads");
            if let Some((number, _)) = runs.first()
                && store.list_oldest(*number, None, 9).await.expect("reads").len() == 3
            {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    })
    .await;
    engine.close().await;
    Ward { dir: copied(&dir), executions }
}

fn timers(timers: Vec<Timer>, id: ExecutionId) -> Vec<Timer> {
    timers.into_iter().filter(|timer| timer.execution == id).collect()
}

fn catalog(kind: u8, name: impl Into<Vec<u8>>, value: Option<Vec<u8>>) -> Batch {
    Batch::catalog(CatalogChange {
        key: CatalogKey::new(CatalogKind(kind), name),
        value,
        expect: Expect::Anything,
    })
}

fn key(id: ExecutionId) -> Vec<u8> {
    [&id.machine.0.to_be_bytes()[..], &id.sequence.to_be_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_in_which_much_is_under_way_is_sound() {
    let ward = ward().await;
    let report = report(ward.dir.path()).await;
    assert_eq!(report.problem_count, 0, "{:#?}", report.problems);
    let executions = report.executions;
    // Ten, the run's three children, and the one that `nested` has started.
    assert_eq!((executions.total(), executions.running), (14, 12), "{executions:?}");
    assert_eq!((executions.succeeded, executions.failed), (1, 1), "{executions:?}");
    assert!(report.events > 14 && report.bytes_per_execution > 100, "{report:?}");
    assert_eq!(report.tables.iter().find(|table| table.name == "records").map(|table| table.rows), Some(14));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_way_to_break_a_store_is_named() {
    use ProblemKind::*;
    let ward = ward().await;
    let store = RedbStore::open_to_read(ward.dir.path(), &RedbOptions::default()).expect("opens");
    let all = store.timers(None, i64::MAX, usize::MAX).await.expect("reads");
    let (done, timed) = (ward.id("done"), ward.id("timed"));
    let change = ExecutionChange::new;
    let of = |change| Batch::execution(change);
    let record = store.record(done).await.expect("reads").expect("is there");
    let chunks = store.history(done, 0, u64::MAX, 9).await.expect("reads");
    let places = store.scan(CatalogKind(11), None, 9).await.expect("reads");
    let uuids = store.scan(CatalogKind(17), None, 9).await.expect("reads");
    let runs = store.scan(CatalogKind(18), None, 9).await.expect("reads");
    let (last, chunk) = chunks.last().expect("a chunk");
    let far = ExecutionId::new(done.machine, 1 << 40);
    let stranger = ExecutionId::new(MachineId(99), 77);
    let timer_of = |id, wanted: usize| {
        let own = timers(all.clone(), id);
        assert_eq!(own.len(), wanted, "{own:?}");
        own
    };
    drop(store);

    // (what is done to the store, what is named; leftovers come with what was left over by it)
    let cases: Vec<(&str, Batch, Vec<ProblemKind>)> = vec![
        ("nothing", Batch::default(), vec![]),
        (
            "a record that is none",
            of(ExecutionChange { record: Some(vec![1, 255]), ..change(done) }),
            vec![RowDamaged],
        ),
        (
            "a record of a later version",
            of(ExecutionChange { record: Some(vec![9, 1]), ..change(done) }),
            vec![RowUnknown],
        ),
        ("no record", of(ExecutionChange { forget: Some("done".into()), ..change(done) }), vec![Leftover]),
        (
            "no name",
            of(ExecutionChange { forget: Some("done".into()), record: Some(record.clone()), ..change(done) }),
            vec![NameMissing],
        ),
        (
            "a name of nothing",
            of(ExecutionChange { create_as: Some("x".into()), ..change(stranger) }),
            vec![Leftover],
        ),
        (
            "another's record",
            of(ExecutionChange { record: Some(record.clone()), ..change(ward.id("failed")) }),
            vec![PayloadMissing, StatusDisagrees, NameMissing, Leftover],
        ),
        (
            "no beginning",
            of(ExecutionChange { drop_history: Some(0..2), ..change(done) }),
            vec![HistoryBroken, PayloadMissing],
        ),
        (
            "no end",
            of(ExecutionChange { drop_history: Some(*last..u64::MAX), ..change(done) }),
            vec![PayloadMissing, StatusDisagrees],
        ),
        (
            "no history",
            of(ExecutionChange { drop_history: Some(0..u64::MAX), ..change(done) }),
            vec![PayloadMissing, StatusDisagrees],
        ),
        (
            "half a chunk",
            of(ExecutionChange { history: Some((*last, chunk[..chunk.len() / 2].to_vec())), ..change(done) }),
            vec![RowDamaged, PayloadMissing, StatusDisagrees],
        ),
        (
            "a chunk again",
            of(ExecutionChange { history: Some((*last + 100, chunk.clone())), ..change(done) }),
            vec![HistoryBroken],
        ),
        (
            "no frame",
            of(ExecutionChange { drop_frames: vec![FrameId(0)], ..change(timed) }),
            vec![FrameMissing, Leftover],
        ),
        (
            "no branch",
            of(ExecutionChange { drop_frames: vec![FrameId(1)], ..change(ward.id("inline")) }),
            vec![FrameMissing, Leftover],
        ),
        (
            "half a frame",
            of(ExecutionChange { put_frames: vec![(FrameId(0), vec![1, 0])], ..change(ward.id("hangs")) }),
            vec![RowDamaged, FrameMissing],
        ),
        (
            "a frame of nothing",
            of(ExecutionChange { put_frames: vec![(FrameId(0), vec![1])], ..change(stranger) }),
            vec![Leftover],
        ),
        (
            "no timer",
            of(ExecutionChange { clear_timers: timer_of(ward.id("branches"), 1), ..change(done) }),
            vec![TimerMissing],
        ),
        (
            "no timer of two",
            of(ExecutionChange { clear_timers: timer_of(timed, 2), ..change(timed) }),
            vec![TimerMissing],
        ),
        (
            "no timers of a token",
            of(ExecutionChange { clear_timers: timer_of(ward.id("token"), 2), ..change(timed) }),
            vec![TimerMissing],
        ),
        (
            "a timer of what has ended",
            of(ExecutionChange {
                set_timers: vec![Timer { due_ms: 1, execution: done, key: 0 }],
                ..change(done)
            }),
            vec![Leftover],
        ),
        (
            "a mark of what has ended",
            of(ExecutionChange { attention: Some(true), ..change(done) }),
            vec![Leftover],
        ),
        (
            "no mark",
            of(ExecutionChange { attention: Some(false), ..change(ward.id("hangs")) }),
            vec![MarkMissing],
        ),
        ("no place in a queue", catalog(11, places[0].0.clone(), None), vec![QueuePlaceMissing]),
        (
            "a place of nothing",
            catalog(11, [b"packing\0".to_vec(), vec![0; 28]].concat(), Some(vec![1])),
            vec![Leftover],
        ),
        ("a place that is none", catalog(11, "packing", Some(vec![1])), vec![RowDamaged]),
        (
            "no revision",
            catalog(2, [done.machine.0.to_be_bytes(), 1_u32.to_be_bytes()].concat(), None),
            vec![RevisionMissing],
        ),
        (
            "a revision that is none",
            catalog(2, [timed.machine.0.to_be_bytes(), 1_u32.to_be_bytes()].concat(), Some(vec![1, 7])),
            vec![RowDamaged, FrameMissing, RevisionMissing, Leftover],
        ),
        ("a state machine that is none", catalog(1, "done", Some(vec![1])), vec![RowDamaged]),
        ("no UUID of a run", catalog(17, uuids[0].0.clone(), None), vec![MapRunBroken]),
        ("no run of an execution", catalog(18, runs[0].0.clone(), None), vec![MapRunBroken]),
        (
            "no run",
            catalog(16, uuids[0].1.clone(), None),
            vec![FrameMissing, RevisionMissing, MapRunBroken, Leftover],
        ),
        ("a run that is closed", catalog(19, uuids[0].1.clone(), None), vec![MapRunBroken]),
        ("an origin of nothing", catalog(7, key(stranger), Some(vec![1, 1, 0])), vec![Leftover]),
        (
            "a wait for nothing",
            catalog(20, key(stranger), Some([vec![1], vec![0; 12]].concat())),
            vec![Leftover],
        ),
        (
            "a journal of what has ended",
            catalog(13, [key(done), vec![0; 17]].concat(), Some(vec![1])),
            vec![Leftover],
        ),
        ("a kind that is not known", catalog(200, "x", Some(vec![1])), vec![RowUnknown]),
        (
            "a number that comes again",
            of(ExecutionChange { record: Some(record), history: Some(chunks[0].clone()), ..change(far) }),
            vec![PayloadMissing, StatusDisagrees, NameMissing, NumbersReused],
        ),
    ];
    let mut wrong = Vec::new();
    for (what, batch, mut wanted) in cases {
        let report = ward.after(batch).await;
        wanted.sort_unstable();
        if kinds(&report) != wanted {
            wrong.push(format!("{what}: {:?}, wanted {wanted:?}\n{:#?}", kinds(&report), report.problems));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn problems_are_shown_up_to_a_bound_and_all_are_counted() {
    let ward = ward().await;
    let strangers = 1..=dirigent_engine::MAX_PROBLEMS as u64 + 5;
    let marks = strangers.clone().map(|sequence| ExecutionChange {
        attention: Some(true),
        ..ExecutionChange::new(ExecutionId::new(MachineId(99), (1 << 41) + sequence))
    });
    let report = ward.after(Batch { executions: marks.collect(), ..Batch::default() }).await;
    assert_eq!(report.problem_count, strangers.count() as u64);
    assert_eq!(report.problems.len(), dirigent_engine::MAX_PROBLEMS);
    let problem = &report.problems[0];
    assert!(problem.place.contains("state machine 99") && problem.advice.contains("space"), "{problem:?}");
}

//! Somebody sets the system's clock, forward and back, while executions wait, and while the host is dead: every timer fires once,
//! when the clock says that it is due, and none is lost. The host is the real one; Debian's `libfaketime` stands between it and
//! the clock.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use dirigent_tests::history::{check, kind};
use dirigent_tests::host::{Host, Setup};
use dirigent_tests::places;
use dirigent_tests::plugins::Registry;
use dirigent_tests::wait::eventually;
use serde_json::{Value, json};

/// Longer than timers take to notice that the clock was set.
const NOTICED: Duration = Duration::from_secs(3);

const HOUR: i64 = 3_600;

/// The system's clock as the host sees it.
struct Clock {
    file: PathBuf,
}

impl Clock {
    /// So many seconds off.
    fn set(&self, seconds: i64) {
        // In one step: the host may read it at any time.
        let next = self.file.with_extension("next");
        fs::write(&next, format!("{seconds:+}\n")).unwrap();
        fs::rename(&next, &self.file).unwrap();
    }
}

/// Where Debian has the library, whatever the machine's architecture.
fn library() -> PathBuf {
    let libraries = fs::read_dir("/usr/lib").unwrap().flatten();
    let found =
        libraries.map(|entry| entry.path().join("faketime/libfaketime.so.1")).find(|path| path.exists());
    found.expect("Debian's package libfaketime is installed, as .ci/run does")
}

/// A host that goes by this clock. Only the time of day is faked: sleeping and waiting are as they are.
fn host(clock: &Clock, registry: &Path) -> Host {
    Setup::new()
        .registry(registry)
        .environment("LD_PRELOAD", library())
        .environment("FAKETIME_TIMESTAMP_FILE", &clock.file)
        .environment("FAKETIME_NO_CACHE", "1")
        .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .environment("NO_FAKE_STAT", "1")
        .start()
}

/// Executions that wait for these numbers of seconds, and the machine that they are of.
fn start(host: &Host, machine: &str, seconds: &[u32]) -> Vec<String> {
    seconds.iter().map(|seconds| host.start(machine, &json!({ "seconds": seconds }))).collect()
}

/// How often each has left its Wait state. One that has not ended has not.
fn fired(host: &Host, executions: &[String]) -> Vec<usize> {
    let fired = |execution: &String| {
        let history = host.history(execution);
        history.iter().filter(|event| kind(event) == "WaitStateExited").count()
    };
    executions.iter().map(fired).collect()
}

#[track_caller]
fn all_fire(host: &Host, what: &str, executions: &[String]) {
    eventually(what, || fired(host, executions).iter().all(|fired| *fired > 0).then_some(()));
}

#[test]
fn that_is_set_forward_and_back() {
    let home = places::scratch();
    let clock = Clock { file: home.path().join("clock") };
    clock.set(0);
    let registry = Registry::with(&["echo"]);
    let mut host = host(&clock, registry.path());
    let wait: Value = json!({ "StartAt": "Wait", "States": {
        "Wait": { "Type": "Wait", "SecondsPath": "$.seconds", "Next": "Then" },
        "Then": { "Type": "Task", "Resource": "plugin:echo", "End": true },
    } });
    let machine = host.create("waits", &wait);

    let hour = start(&host, &machine, &[3_600, 3_601, 3_602]);
    let two_hours = start(&host, &machine, &[7_200]);
    sleep(NOTICED);
    assert_eq!(fired(&host, &hour), [0, 0, 0], "an hour has not passed");
    clock.set(HOUR + 60);
    all_fire(&host, "the clock was set an hour forward", &hour);
    assert_eq!(fired(&host, &two_hours), [0]);

    let soon = start(&host, &machine, &[2, 2, 3]);
    clock.set(0);
    sleep(NOTICED);
    let fired_before = fired(&host, &soon);
    host.kill9();
    host.examined();
    host.restart();
    sleep(NOTICED);
    assert_eq!(fired(&host, &soon), fired_before, "the clock says that they are due in an hour");
    assert!(fired_before.contains(&0), "all had ended before the clock was set back");

    // What starts by the earlier clock is due by it.
    all_fire(&host, "a wait of a second, with the clock set back", &start(&host, &machine, &[1]));
    host.kill9();
    clock.set(3 * HOUR);
    host.restart();
    all_fire(&host, "the clock was set forward while no host ran", &soon);
    all_fire(&host, "the clock was set two hours forward", &two_hours);

    for execution in [hour, soon, two_hours].concat() {
        let ended = host.ended(&execution);
        assert_eq!(ended["status"], "SUCCEEDED", "{ended:#}");
        let history = host.history(&execution);
        check(&history);
        assert_eq!(fired(&host, &[execution]), [1], "{history:#?}");
    }
    host.kill9();
    host.examined();
}

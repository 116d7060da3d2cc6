//! Runs of all cases: without a crash, and with one at every place where there can be one.

use super::callback_cases::callback_cases;
use super::cases::{self, Case};
use super::{Crash, Ended, Simulator, compile, outline};
use crate::rows::StatusRow;

/// Schedules tried for each case without crashes.
const SEEDS: u64 = 25;
/// Schedules for which every crash point is tried.
const CRASH_SEEDS: u64 = 3;

fn cases() -> Vec<Case> {
    cases::cases().into_iter().chain(callback_cases()).collect()
}

/// Holds how a run ended against its case.
pub(super) fn expect(case: &Case, ended: &Ended) {
    match (&case.expected, &ended.status) {
        (Ok(output), StatusRow::Succeeded(_)) => {
            let got: Option<serde_json::Value> =
                ended.output.as_ref().and_then(|text| serde_json::from_str(text).ok());
            assert_eq!(got.as_ref(), Some(output), "{}", case.name);
        }
        (Err("States.Timeout"), StatusRow::TimedOut(_)) => {}
        (Err(error), StatusRow::Failed(fault)) => {
            assert_eq!(fault.error.as_deref(), Some(*error), "{}: {fault:?}", case.name);
        }
        (wanted, got) => panic!("{}: wanted {wanted:?}, got {got:?}", case.name),
    }
}

#[tokio::test]
async fn every_case_ends_as_it_should_under_every_schedule() {
    for case in cases() {
        let program = compile(&case.definition);
        for seed in 0..SEEDS {
            let ended = Simulator::new(&program, &case.input, seed, None).run().await;
            expect(&case, &ended);
        }
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_run() {
    for case in cases() {
        let program = compile(&case.definition);
        let first = Simulator::new(&program, &case.input, 11, None).run().await;
        let second = Simulator::new(&program, &case.input, 11, None).run().await;
        assert_eq!(first, second, "{}", case.name);
    }
}

/// Runs cases with a crash at every place, redriven so often where they do not succeed before. Returns how many places.
pub(super) async fn crash_everywhere(cases: Vec<Case>, redrives: u32) -> usize {
    let mut crashes = 0;
    for case in cases {
        let program = compile(&case.definition);
        for seed in 0..CRASH_SEEDS {
            let run = |crash| Simulator::new(&program, &case.input, seed, crash).redriven(redrives).run();
            let calm = run(None).await;
            for action in 0..calm.actions {
                for committed in [false, true] {
                    let crash = Some(Crash { action, committed });
                    let ended = run(crash).await;
                    expect(&case, &ended);
                    if !case.races {
                        let (got, wanted) = (outline(&ended.events), outline(&calm.events));
                        assert_eq!(got, wanted, "{} with {crash:?}", case.name);
                    }
                    crashes += 1;
                }
            }
        }
    }
    crashes
}

#[tokio::test]
async fn a_crash_anywhere_changes_nothing() {
    let crashes = crash_everywhere(cases(), 0).await;
    assert!(crashes > 300, "only {crashes} crash points were tried");
}

//! The sans-IO core: an execution as a value that stimuli drive.
//!
//! [`Execution::step`] has no clock, no randomness and no await of its own. A [`Stimulus`] comes in with the time and
//! some entropy; history events, changed frames, timers and [`Effect`]s come out in a [`Step`]. It runs on through
//! states that need nothing from outside until every branch waits. The driver makes the step durable and then
//! carries out the effects; the simulator does the same under a virtual clock, crashing between any two.
//!
//! - `execution`: the value itself, and `step`; `info`: what it is, and how it stands
//! - `frame`: a branch of it: where it stands and what it waits for
//! - `map_run`: what a Map Run was started with
//! - `attempt`: which task a frame is at, and whether an attempt of it runs
//! - `job`: jobs that go on outside
//! - `callback`, `token`: tasks that wait for a caller from outside
//! - `turn`: the work of one step: entering and leaving states, ending machines
//! - `waits`: what frames wait for, and giving it up
//! - `states`: what each type does, a file each
//! - `errors`: Retry and Catch
//! - `redrive`: an execution that did not succeed goes on
//! - `flow`, `scope`: data flow and what expressions see
//! - `mocks`: mocked responses, in an execution that is a test case
//! - `inspect`: a test of one state

mod attempt;
mod callback;
mod errors;
mod execution;
mod flow;
mod frame;
mod info;
mod inspect;
mod job;
mod map_run;
mod mocks;
mod needs;
mod redrive;
mod scope;
mod states;
mod stimulus;
mod token;
mod turn;
mod waits;

pub use execution::Execution;
pub use frame::{Frame, FrameRow};
pub use info::{ExecutionInfo, Status};
pub use inspect::{Findings, Handler, Mock, StateTest, TESTED_STATE};
pub use job::LostJob;
pub use map_run::{MapRun, MapRunItems, MapRunSettings, RunItem};
pub use mocks::{Responses, ResponsesError, TestCase};
pub use redrive::{CLIENT_TOKEN_MS, MAX_CLIENT_TOKENS, Redrives, StoppedState};
pub use stimulus::{
    Amend, Amendment, Effect, Moment, Outside, QueueChange, QueuePlace, Redrive, Step, Stimulus, TaskRun,
    TimerKey, TimerPurpose,
};
pub use token::{TaskToken, TokenStatus};

pub(crate) use errors::error_names;
#[cfg(test)]
pub(crate) use execution::TOP;
pub(crate) use execution::TOP_MACHINE;
#[cfg(test)]
pub(crate) use frame::Phase;
pub(crate) use inspect::Gathered;
pub(crate) use map_run::{STATE_DATA, threshold_exceeded};
pub(crate) use mocks::Invocations;
pub(crate) use scope::{Entropy, timestamp};
pub(crate) use turn::refer;

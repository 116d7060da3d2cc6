//! What the suites share: the host as a process, a client for its API, and waiting with a bound.
//!
//! Everything here panics when the test cannot go on, and says what would help. A missing binary or plugin is a
//! failure, never a silent pass; only data that lies outside of the project may be absent, and then
//! [`report::skipped`] says so.
//!
//! - `places`: where the binary, the plugins and the recorded data are
//! - `process`: running a program to its end
//! - `host`: the host as a process: start, kill, start again
//! - `client`: calls of the AWS API and of `/api`
//! - `history`: what must hold for every history
//! - `leaks`: searching what a host leaves behind for secrets
//! - `plugins`: registries of a test's own
//! - `built`: plugins that `dirigent plugin build` makes
//! - `wait`: waiting for something to happen
//! - `story`: programs in other languages that do and check something
//! - `report`: lines that show though a test passes

pub mod built;
pub mod client;
pub mod history;
pub mod host;
pub mod leaks;
pub mod places;
pub mod plugins;
pub mod process;
pub mod report;
pub mod story;
pub mod wait;

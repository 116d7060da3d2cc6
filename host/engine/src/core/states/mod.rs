//! What each state type does, a file each.

pub(super) mod callback;
pub(super) mod children;
pub(super) mod choice;
pub(super) mod end;
pub(super) mod job;
pub(super) mod map;
pub(super) mod map_run;
pub(super) mod mocked;
pub(super) mod parallel;
pub(super) mod pass;
pub(super) mod task;
pub(super) mod wait;

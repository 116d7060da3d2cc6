//! `kill -9` of the host, on a real disk: nothing acknowledged is lost, nothing happens twice, and every execution ends
//! as it would have.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod backup;
mod callbacks;
mod clock;
mod copied;
mod disk;
mod effects;
mod points;
mod redriving;
mod rounds;
mod running;
mod starting;
mod waiting;
mod workflow;

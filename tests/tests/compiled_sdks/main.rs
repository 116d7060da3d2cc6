//! Plugins in C and Go: made, built and run as a user would, and each thing that their libraries offer, in the real host.
//!
//! A build installs the compiler that it needs in the user's cache if this machine has none.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod new_projects;
mod operations;
mod project;
mod server;

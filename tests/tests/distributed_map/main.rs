//! Distributed Map in the real binary: items from buckets, results to buckets, and Map Runs that survive `kill -9`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod buckets;
mod formats;
mod killed;
mod runs;

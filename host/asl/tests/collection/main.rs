//! The collection: workflows as users write them, which compile without a word, and faults, each told once.
//!
//! - `workflows/`: at least one for each optimized integration, in both query languages
//! - `faults.json`: definitions with one fault each, and the one diagnostic that comes of it

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod faults;
mod workflows;

//! The command line: what goes to which stream, exit statuses, and what each command says when it cannot work.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod asked;
mod asking_with_a_token;
mod doctor;
mod execution;
mod help;
mod home;
mod machine;
mod mocks;
mod plugin;
mod plugin_author;
mod plugin_cases;
mod plugin_logs;
mod run;
mod serve;
mod validate;

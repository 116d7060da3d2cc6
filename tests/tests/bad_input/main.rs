//! What callers get wrong, and AWS's answer to it: the error's name, and its message where AWS's is known.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod arns;
mod callbacks;
mod executions;
mod machines;
mod pages;
mod rest;
mod tags;
mod wire;
mod world;

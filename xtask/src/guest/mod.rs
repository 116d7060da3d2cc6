//! Builds guests, and finds or makes the toolchain for it.

mod build;
mod debian;
mod toolchain;

pub(crate) use build::{Component, build};
pub(crate) use toolchain::{TARGET, Toolchain};

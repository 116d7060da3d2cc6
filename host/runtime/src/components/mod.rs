//! Components by digest: the cache on disk, the queue of what is being compiled, and what is ready to run.

mod abi;
mod bounds;
mod cache;
mod identity;
mod shelf;

pub(crate) use cache::Cache;
pub(crate) use identity::Identity;
pub(crate) use shelf::{Ready, Shelf, ShelfState};

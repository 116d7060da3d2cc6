//! Where executions live between two steps: the [`Store`] trait, what a transaction can change
//! ([`Batch`]), and the stores that keep it.
//!
//! - [`MemoryStore`] keeps everything in memory: Express executions, tests and the simulator.
//! - [`RedbStore`] keeps everything in one file, with one fsync for a group of batches.
//!
//! A store knows nothing of the Amazon States Language: records, frames, history chunks and catalog
//! values are bytes to it. It knows what has to be found again, in which order, and which changes
//! belong together. Every promise in the trait's comments is checked by [`conformance`], which is
//! public so that another store can be held to the same promises.

pub mod archive;
mod batch;
mod commit;
pub mod conformance;

mod error;
mod ids;
mod memory;
mod redb;
mod store;

pub use batch::{Batch, CatalogChange, CatalogKey, CatalogKind, ExecutionChange, Expect, MAX_BATCH_BYTES};
pub use commit::Commit;
pub use error::{CommitError, OpenError, StoreError};
pub use ids::{ExecutionId, FrameId, MachineId, Timer};
pub use memory::{Fault, MemoryStore};
pub use redb::{
    DATABASE_FILE, DiskFault, DiskFaultKind, RawRow, RedbOptions, RedbStore, Snapshot, Table, TableSize,
};
pub use store::{Pressure, Selection, Store, Takes, Totals};

//! What only this store can be asked: how it opens, and what it does when its disk fails.

#![allow(clippy::unwrap_used)]

mod disk;
mod failures;
mod opening;
mod power_loss;

use std::path::Path;
use std::sync::Arc;

use redb::StorageBackend;

use super::{RedbOptions, RedbStore, open};
use crate::error::OpenError;
use crate::store::Store;

/// A store on a disk that is not a file.
fn open_on(disk: impl StorageBackend) -> Result<Arc<dyn Store>, OpenError> {
    let (dir, path) = (Path::new("test"), Path::new("test/dirigent.redb"));
    let opened = open::open_backend(
        dir,
        path,
        disk,
        &RedbOptions { cache_bytes: 256 << 10, ..RedbOptions::default() },
    )?;
    Ok(Arc::new(RedbStore::start(dir, opened)?))
}

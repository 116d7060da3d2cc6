//! A disk in memory that can fail, and that can lose power.

use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;

/// A disk. Clones share it, as two processes share a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// What reads see: the page cache.
    current: Vec<u8>,
    /// What is certain to be there after a power loss.
    synced: Vec<u8>,
    /// Writes since the last sync, of which any part may be there after a power loss.
    unsynced: Vec<(usize, Vec<u8>)>,
    changes: u64,
    fail_at: Option<u64>,
    failing: bool,
}

impl Disk {
    /// How many changes (writes, syncs, changes of length) were asked for.
    pub(super) fn changes(&self) -> u64 {
        self.0.lock().unwrap().changes
    }

    /// Makes the `n`th change fail, and every later one.
    pub(super) fn fail_at(&self, n: u64) {
        self.0.lock().unwrap().fail_at = Some(n);
    }

    /// What is on the disk now, for a restart after the process has died.
    pub(super) fn restarted(&self) -> Self {
        let current = self.0.lock().unwrap().current.clone();
        Self::holding(current)
    }

    /// What may be on the disk after a power loss: everything synced, and of the writes since then,
    /// some, some not, and some half. Sectors of 512 bytes are whole.
    pub(super) fn after_power_loss(&self, random: &mut fastrand::Rng) -> Self {
        const SECTOR: usize = 512;
        let inner = self.0.lock().unwrap();
        let mut remains = inner.synced.clone();
        // The length is metadata, and may have got there alone.
        if random.bool() {
            remains.resize(inner.current.len().max(remains.len()), 0);
        }
        for (offset, data) in &inner.unsynced {
            let share = random.u8(0..3);
            for (position, sector) in data.chunks(SECTOR).enumerate() {
                let there = share == 0 || (share == 1 && random.bool());
                let start = offset + position * SECTOR;
                if there {
                    if remains.len() < start + sector.len() {
                        remains.resize(start + sector.len(), 0);
                    }
                    remains[start..start + sector.len()].copy_from_slice(sector);
                }
            }
        }
        Self::holding(remains)
    }

    pub(super) fn contents(&self) -> Vec<u8> {
        self.0.lock().unwrap().current.clone()
    }

    pub(super) fn holding(contents: Vec<u8>) -> Self {
        let inner = Inner { synced: contents.clone(), current: contents, ..Inner::default() };
        Self(Arc::new(Mutex::new(inner)))
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap();
        inner.changes += 1;
        inner.failing |= inner.fail_at == Some(inner.changes);
        if inner.failing {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "no space left on device"));
        }
        change(&mut inner);
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let inner = self.0.lock().unwrap();
        let start = usize::try_from(offset).unwrap();
        let Some(found) = inner.current.get(start..start + out.len()) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.change(|inner| {
            let length = usize::try_from(length).unwrap();
            inner.current.resize(length, 0);
            inner.unsynced.retain(|(offset, _)| *offset < length);
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.change(|inner| {
            inner.synced.clone_from(&inner.current);
            inner.unsynced.clear();
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(|inner| {
            let start = usize::try_from(offset).unwrap();
            inner.current[start..start + data.len()].copy_from_slice(data);
            inner.unsynced.push((start, data.to_vec()));
        })
    }
}

//! What goes into an archive comes out, and one that is not whole is known as such at every byte.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::{ArchiveError, ArchiveFile, Contents, MAGIC, restore, verify, write};
use crate::batch::{Batch, CatalogChange, CatalogKey, CatalogKind, ExecutionChange, Expect};
use crate::ids::{ExecutionId, FrameId, MachineId, Timer};
use crate::redb::{RawRow, RedbOptions, RedbStore, Table};
use crate::store::Store;

fn open(dir: &Path) -> RedbStore {
    RedbStore::open(dir, &RedbOptions::default()).unwrap()
}

/// A store with rows in all its tables.
async fn filled(dir: &Path) -> RedbStore {
    let store = open(dir);
    store.reserve_sequences(100).await.unwrap();
    for sequence in 1..=20 {
        let id = ExecutionId::new(MachineId(1), sequence);
        let change = ExecutionChange {
            create_as: Some(format!("größe-{sequence}")),
            record: Some(vec![1; 50]),
            put_frames: vec![(FrameId(0), vec![2; 10])],
            history: Some((1, vec![3; 200_000 * usize::from(sequence == 7)])),
            set_timers: vec![Timer { due_ms: -5, execution: id, key: sequence }],
            attention: Some(true),
            ..ExecutionChange::new(id)
        };
        let row = CatalogChange {
            key: CatalogKey::new(CatalogKind(3), sequence.to_be_bytes()),
            value: Some(Vec::new()),
            expect: Expect::Anything,
        };
        store.commit(Batch { executions: vec![change], catalog: vec![row] }).await.unwrap();
    }
    store
}

/// Every row of a store.
fn rows(store: &RedbStore) -> Vec<(Table, RawRow)> {
    let snapshot = store.snapshot().unwrap();
    let page = |table| snapshot.page(table, None, usize::MAX, usize::MAX).unwrap();
    Table::ALL.into_iter().flat_map(|table| page(table).into_iter().map(move |row| (table, row))).collect()
}

fn file(dir: &Path, name: &str, bytes: &[u8]) -> ArchiveFile {
    let path = dir.join(name.replace('/', "-"));
    std::fs::write(&path, bytes).unwrap();
    ArchiveFile { name: name.to_owned(), path }
}

#[tokio::test]
async fn what_goes_in_comes_out() {
    let home = tempfile::tempdir().unwrap();
    let store = filled(&home.path().join("from")).await;
    let files = [
        file(home.path(), "plugins/a.wasm", &vec![7; 150_000]),
        file(home.path(), "plugins/empty.json", b""),
    ];
    let mut archive = Vec::new();
    let snapshot = store.snapshot().unwrap();
    let before = rows(&store);
    // What comes after the moment of the snapshot is not in the archive.
    let later =
        ExecutionChange { record: Some(vec![9]), ..ExecutionChange::new(ExecutionId::new(MachineId(2), 50)) };
    store.commit(Batch::execution(later)).await.unwrap();
    let written = write(&snapshot, &files, &mut archive).unwrap();
    let wanted =
        Contents { rows: before.len() as u64, executions: 20, files: 2, bytes: archive.len() as u64 };
    assert_eq!(written, wanted);
    assert_eq!(verify(&mut archive.as_slice()).unwrap(), wanted);

    let to = home.path().join("to");
    for prepare in [false, true] {
        if prepare {
            std::fs::create_dir(&to).unwrap();
        }
        assert_eq!(restore(&mut archive.as_slice(), &to).unwrap(), wanted);
        let restored = open(&to);
        assert!(rows(&restored) == before, "the rows differ");
        assert_eq!(restored.reserve_sequences(1).await.unwrap(), 101..102);
        for file in &files {
            assert!(std::fs::read(to.join(&file.name)).unwrap() == std::fs::read(&file.path).unwrap());
        }
        drop(restored);
        let again = restore(&mut archive.as_slice(), &to).unwrap_err();
        assert!(matches!(&again, ArchiveError::NotEmpty(dir) if *dir == to), "{again}");
        std::fs::remove_dir_all(&to).unwrap();
    }
}

#[tokio::test]
async fn one_that_is_not_whole_is_refused_and_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("from");
    let store = open(&dir);
    let change = ExecutionChange {
        record: Some(vec![1; 9]),
        ..ExecutionChange::new(ExecutionId::new(MachineId(1), 1))
    };
    store.commit(Batch::execution(change)).await.unwrap();
    let mut archive = Vec::new();
    let files = [file(home.path(), "plugins/a", b"12345")];
    write(&store.snapshot().unwrap(), &files, &mut archive).unwrap();

    let to = home.path().join("to");
    for cut in 0..archive.len() {
        let error = verify(&mut &archive[..cut]).unwrap_err();
        let wanted = if cut < MAGIC.len() { "no backup" } else { "ends in the middle" };
        assert!(error.to_string().contains(wanted), "{cut}: {error}");
    }
    for place in 0..archive.len() {
        let mut changed = archive.clone();
        changed[place] ^= 0x20;
        assert!(verify(&mut changed.as_slice()).is_err(), "byte {place} was changed and nobody noticed");
    }
    archive.push(0);
    assert!(verify(&mut archive.as_slice()).is_err(), "something follows");
    for cut in [0, 30, archive.len() - 2] {
        restore(&mut &archive[..cut], &to).unwrap_err();
        let left: Vec<_> =
            std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("to")), "{left:?}");
    }
}

#[tokio::test]
async fn no_file_leads_out_of_the_directory() {
    let home = tempfile::tempdir().unwrap();
    let store = open(&home.path().join("from"));
    for name in ["../out", "/etc/out", "a/../../out", ""] {
        let path = home.path().join("file");
        std::fs::write(&path, b"x").unwrap();
        let mut archive = Vec::new();
        let files = [ArchiveFile { name: name.to_owned(), path }];
        write(&store.snapshot().unwrap(), &files, &mut archive).unwrap();
        let error = restore(&mut archive.as_slice(), &home.path().join("to")).unwrap_err();
        assert!(error.to_string().contains("leads out"), "{name}: {error}");
    }
    // Nor one that takes the place of the database.
    let mut archive = Vec::new();
    let files = [file(home.path(), "dirigent.redb", b"x")];
    write(&store.snapshot().unwrap(), &files, &mut archive).unwrap();
    restore(&mut archive.as_slice(), &home.path().join("to")).unwrap_err();
}

//! Which directories open, and that one which does not is left as it was.

use std::path::Path;

use redb::{Database, TableDefinition};

use super::disk::Disk;
use super::open_on;
use crate::batch::{Batch, ExecutionChange};
use crate::error::{CommitError, OpenError};
use crate::ids::{ExecutionId, MachineId, Timer};
use crate::redb::tables::{FORMAT, META, META_FORMAT};
use crate::redb::{RedbOptions, RedbStore, Table};
use crate::store::Store;

fn open(dir: &Path) -> Result<RedbStore, OpenError> {
    RedbStore::open(dir, &RedbOptions::default())
}

fn set_format(path: &Path, format: u64) {
    let database = Database::open(path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(META).unwrap().insert(META_FORMAT, format).unwrap();
    transaction.commit().unwrap();
}

#[test]
fn a_directory_is_made_with_all_it_needs() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("a/b");
    drop(open(&dir).unwrap());
    drop(open(&dir).unwrap());
    let files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, ["dirigent.redb"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir.join("dirigent.redb")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may not read payloads");
    }
}

#[test]
fn a_directory_in_use_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path()).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(&error, OpenError::InUse { dir: named } if named == dir.path()), "{error}");
    assert!(error.to_string().contains(&*dir.path().to_string_lossy()), "{error}");
    drop(first);
    drop(open(dir.path()).unwrap());
}

#[test]
fn a_newer_format_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let path = dir.path().join("dirigent.redb");
    set_format(&path, u64::from(FORMAT) + 1);
    let before = std::fs::read(&path).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(
        matches!(error, OpenError::NewerFormat { found, known: FORMAT, .. } if found == FORMAT + 1),
        "{error}"
    );
    assert!(before == std::fs::read(&path).unwrap(), "the file was changed");
    set_format(&path, u64::from(FORMAT));
    drop(open(dir.path()).unwrap());
}

/// After a crash redb must repair before it can read; that too may not reach the file.
#[tokio::test]
async fn a_newer_format_after_a_crash_is_refused_untouched() {
    let disk = Disk::default();
    let store = open_on(disk.clone()).unwrap();
    store.commit(Batch::execution(ExecutionChange::new(ExecutionId::new(MachineId(1), 1)))).await.unwrap();
    drop(store);
    let database = Database::builder().create_with_backend(disk.clone()).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(META).unwrap().insert(META_FORMAT, u64::MAX).unwrap();
    transaction.commit().unwrap();
    let crashed = disk.restarted();
    let before = crashed.contents();
    let error = open_on(crashed.clone()).err().unwrap();
    assert!(matches!(error, OpenError::NewerFormat { .. }), "{error}");
    assert_eq!(crashed.changes(), 0);
    assert!(before == crashed.contents());
}

#[test]
fn what_is_not_ours_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dirigent.redb");

    std::fs::write(&path, "some text that somebody keeps under this name".repeat(200)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::NotAStore { .. }), "{error}");
    assert!(before == std::fs::read(&path).unwrap(), "the file was changed");

    std::fs::remove_file(&path).unwrap();
    let database = Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(TableDefinition::<u64, u64>::new("another")).unwrap().insert(1, 1).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::NotAStore { .. }), "{error}");
}

#[test]
fn what_the_system_refuses_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = open(&file.join("below")).unwrap_err();
    assert!(matches!(error, OpenError::Io { what: "create", .. }), "{error}");
    std::fs::create_dir(dir.path().join("dirigent.redb")).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::Io { what: "open", .. }), "{error}");
    assert!(error.to_string().contains("dirigent.redb"), "{error}");
}

/// Looking at a directory changes nothing in it, not even after a crash, and takes no batch.
#[tokio::test]
async fn a_directory_opened_to_be_read_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let missing = RedbStore::open_to_read(dir.path(), &RedbOptions::default()).unwrap_err();
    assert!(matches!(missing, OpenError::Absent { .. }), "{missing}");
    assert!(!dir.path().join("dirigent.redb").exists());

    let store = open(dir.path()).unwrap();
    let id = ExecutionId::new(MachineId(1), 1);
    let change = ExecutionChange {
        record: Some(b"there".to_vec()),
        create_as: Some("a".to_owned()),
        history: Some((1, b"begun".to_vec())),
        set_timers: vec![Timer { due_ms: 5, execution: id, key: 7 }],
        attention: Some(true),
        ..ExecutionChange::new(id)
    };
    store.commit(Batch::execution(change)).await.unwrap();
    let in_use = RedbStore::open_to_read(dir.path(), &RedbOptions::default()).unwrap_err();
    assert!(matches!(in_use, OpenError::InUse { .. }), "{in_use}");
    // As a crash leaves it: a copy of the file of a store that is open.
    let crashed = tempfile::tempdir().unwrap();
    std::fs::copy(dir.path().join("dirigent.redb"), crashed.path().join("dirigent.redb")).unwrap();
    let before = std::fs::read(crashed.path().join("dirigent.redb")).unwrap();

    let reader = RedbStore::open_to_read(crashed.path(), &RedbOptions::default()).unwrap();
    assert_eq!(reader.record(id).await.unwrap(), Some(b"there".to_vec()));
    let refused = reader.commit(Batch::execution(ExecutionChange::new(id))).await;
    assert!(matches!(refused, Err(CommitError::Stopped { .. })), "{refused:?}");
    let snapshot = reader.snapshot().unwrap();
    let mut rows = 0;
    for table in Table::ALL {
        let mut after: Option<Vec<u8>> = None;
        let size = snapshot.size(table).unwrap();
        let mut seen = 0;
        while let Some(row) = snapshot.page(table, after.as_deref(), 1, usize::MAX).unwrap().pop() {
            if !matches!(table, Table::Meta | Table::Catalog) {
                assert_eq!(table.sequence(&row), Some(1), "{table:?}");
            }
            after = Some(row.0);
            seen += 1;
        }
        assert_eq!(seen, size.rows, "{table:?}");
        rows += seen;
    }
    // The format, and a row of each table that the batch wrote.
    assert_eq!(rows, 1 + 5);
    drop((reader, snapshot));
    assert!(before == std::fs::read(crashed.path().join("dirigent.redb")).unwrap(), "the file was changed");
}

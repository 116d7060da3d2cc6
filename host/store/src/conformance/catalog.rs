//! Catalog rows: conditions on one row, and scans.

use std::sync::Arc;

use super::{Place, key, put};
use crate::batch::{Batch, CatalogChange, CatalogKind, Expect};
use crate::error::CommitError;

pub(super) async fn expectations(place: Arc<dyn Place>) {
    let store = place.open();
    let value = |text: &str| Expect::Value(text.as_bytes().to_vec());
    // (row before, expectation, new value, whether it is applied)
    let cases = [
        (None, Expect::Anything, Some("b"), true),
        (None, Expect::Anything, None, true),
        (None, Expect::Absent, Some("b"), true),
        (None, Expect::Present, Some("b"), false),
        (None, value("a"), Some("b"), false),
        (Some("a"), Expect::Anything, Some("b"), true),
        (Some("a"), Expect::Anything, None, true),
        (Some("a"), Expect::Absent, Some("b"), false),
        (Some("a"), Expect::Present, Some("b"), true),
        (Some("a"), Expect::Present, None, true),
        (Some("a"), value("a"), Some("b"), true),
        (Some("a"), value("a"), None, true),
        (Some("a"), value(""), Some("b"), false),
        (Some("a"), value("A"), None, false),
    ];
    for (position, (before, expect, value, applied)) in cases.into_iter().enumerate() {
        let case = format!("case {position}: {before:?}, {expect:?}, {value:?}");
        let bytes = |text: &str| text.as_bytes().to_vec();
        let row = key(1, format!("row {position}").as_bytes());
        if let Some(before) = before {
            store.commit(Batch::catalog(put(1, &row.name, before.as_bytes()))).await.unwrap();
        }
        let change = CatalogChange { key: row.clone(), value: value.map(bytes), expect };
        let outcome = store.commit(Batch::catalog(change)).await;
        let refused = CommitError::CatalogConflict { key: row.clone(), current: before.map(bytes) };
        assert_eq!(outcome, if applied { Ok(()) } else { Err(refused) }, "{case}");
        let after = if applied { value } else { before };
        assert_eq!(store.get(&row).await.unwrap(), after.map(bytes), "{case}");
    }
}

pub(super) async fn scan_pages_by_name_within_a_kind(place: Arc<dyn Place>) {
    let store = place.open();
    let names: [&[u8]; 6] = [b"", b"\0", b"a", b"a\0", b"ab", b"\xff\xff"];
    let mut batch = Batch::default();
    for kind in [0, 7, 8, 255] {
        batch.catalog.extend(names.iter().rev().map(|name| put(kind, name, &[kind])));
    }
    store.commit(batch).await.unwrap();
    // (after, limit, first of the names found, how many)
    let cases: [(Option<&[u8]>, usize, usize, usize); 7] = [
        (None, 100, 0, 6),
        (None, 2, 0, 2),
        (None, 0, 0, 0),
        (Some(b""), 100, 1, 5),
        (Some(b"a"), 2, 3, 2),
        (Some(b"aa"), 100, 4, 2),
        (Some(b"\xff\xff"), 100, 6, 0),
    ];
    for kind in [0, 7, 8, 255] {
        for (after, limit, first, count) in cases {
            let found = store.scan(CatalogKind(kind), after, limit).await.unwrap();
            let wanted = names[first..first + count].iter().map(|name| (name.to_vec(), vec![kind]));
            assert_eq!(found, wanted.collect::<Vec<_>>(), "kind {kind} after {after:?} limit {limit}");
        }
    }
    assert_eq!(store.scan(CatalogKind(9), None, 100).await.unwrap(), []);
}

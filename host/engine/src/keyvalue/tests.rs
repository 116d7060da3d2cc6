//! What buckets promise, on a store in memory.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use dirigent_store::{MemoryStore, RedbOptions, RedbStore};

use super::*;

fn keyvalue() -> KeyValue {
    KeyValue::new(Arc::new(MemoryStore::default()))
}

#[tokio::test]
async fn what_is_written_is_read_in_its_own_bucket() {
    let keyvalue = keyvalue();
    keyvalue.set("a", "k", b"1".to_vec()).await.unwrap();
    keyvalue.set("ab", "k", b"2".to_vec()).await.unwrap();
    for (bucket, key, wanted) in
        [("a", "k", Some(&b"1"[..])), ("ab", "k", Some(b"2")), ("a", "bk", None), ("b", "k", None)]
    {
        assert_eq!(keyvalue.get(bucket, key).await.unwrap().as_deref(), wanted, "{bucket} {key}");
        assert_eq!(keyvalue.exists(bucket, key).await.unwrap(), wanted.is_some(), "{bucket} {key}");
    }
    keyvalue.delete("a", "k").await.unwrap();
    keyvalue.delete("a", "k").await.unwrap();
    assert!(!keyvalue.exists("a", "k").await.unwrap());
    assert!(keyvalue.exists("ab", "k").await.unwrap());
}

#[tokio::test]
async fn of_two_changes_of_one_key_the_later_holds() {
    let keyvalue = keyvalue();
    let change = |value: &str| plain("a", "k", Some(value.into()));
    keyvalue.write(vec![change("1"), change("2")]).await.unwrap();
    assert_eq!(keyvalue.get("a", "k").await.unwrap(), Some(b"2".to_vec()));
}

#[tokio::test]
async fn what_is_beyond_a_limit_is_refused() {
    let keyvalue = keyvalue();
    let long = |bytes| "x".repeat(bytes);
    for (bucket, key, value, refused) in [
        (long(MAX_BUCKET_BYTES), long(MAX_KEY_BYTES), MAX_VALUE_BYTES, None),
        (String::new(), long(1), 1, Some("bucket")),
        (long(MAX_BUCKET_BYTES + 1), long(1), 1, Some("bucket")),
        ("a\0b".to_owned(), long(1), 1, Some("bucket")),
        (long(1), String::new(), 1, Some("key")),
        (long(1), long(MAX_KEY_BYTES + 1), 1, Some("key")),
        (long(1), long(1), MAX_VALUE_BYTES + 1, Some("value")),
    ] {
        let got = keyvalue.set(&bucket, &key, vec![0; value]).await;
        let name = match &got {
            Ok(()) => None,
            Err(KeyValueError::Bucket(_)) => Some("bucket"),
            Err(KeyValueError::Key(_)) => Some("key"),
            Err(KeyValueError::Value(_)) => Some("value"),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(name, refused, "{} {} {value}", bucket.len(), key.len());
    }
    let change = |n: usize| plain("a", &n.to_string(), None);
    let many = (0..=MAX_KEY_VALUE_CHANGES).map(change).collect();
    assert!(matches!(keyvalue.write(many).await, Err(KeyValueError::Changes(_))));
}

#[tokio::test]
async fn pages_of_keys_are_complete_and_end() {
    let keyvalue = keyvalue();
    let keys: Vec<String> = (0..50).map(|n| format!("k{n:02}")).collect();
    for key in &keys {
        keyvalue.set("b", key, Vec::new()).await.unwrap();
    }
    for other in ["a", "c"] {
        keyvalue.set(other, "other", Vec::new()).await.unwrap();
    }
    for limit in [1, 7, 16, 17, 49, 50, 51] {
        let (mut found, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = keyvalue.list_keys("b", after.as_deref(), limit).await.unwrap();
            assert!(page.keys.len() <= limit);
            found.extend(page.keys);
            pages += 1;
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, keys, "{limit}");
        assert_eq!(pages, keys.len().div_ceil(limit), "{limit}");
    }
    assert_eq!(keyvalue.list_keys("b", None, 0).await.unwrap(), KeyPage::default());
}

#[tokio::test]
async fn increments_count_each_and_only_numbers() {
    // Commits take their time there, so increments that did not wait for one another would see the same number.
    let directory = tempfile::tempdir().unwrap();
    let store = RedbStore::open(directory.path(), &RedbOptions::default()).unwrap();
    let keyvalue = Arc::new(KeyValue::new(Arc::new(store)));
    let counting = (0..50).map(|_| {
        let keyvalue = keyvalue.clone();
        tokio::spawn(async move { keyvalue.increment("b", "n", 3).await.unwrap() })
    });
    let mut sums = Vec::new();
    for count in counting.collect::<Vec<_>>() {
        sums.push(count.await.unwrap());
    }
    sums.sort_unstable();
    assert_eq!(sums, (1..=50).map(|n| n * 3).collect::<Vec<u64>>(), "no two saw the same");
    assert_eq!(keyvalue.get("b", "n").await.unwrap(), Some(b"150".to_vec()));
    for value in ["x", "", "-1", "+1", "18446744073709551616"] {
        keyvalue.set("b", "n", value.into()).await.unwrap();
        let got = keyvalue.increment("b", "n", 1).await;
        assert!(matches!(got, Err(KeyValueError::NotANumber { .. })), "{value:?}: {got:?}");
    }
    keyvalue.set("b", "n", u64::MAX.to_string().into_bytes()).await.unwrap();
    assert!(matches!(keyvalue.increment("b", "n", 1).await, Err(KeyValueError::Overflow { .. })));
    assert_eq!(keyvalue.increment("b", "n", 0).await.unwrap(), u64::MAX);
}

#[tokio::test]
async fn a_change_that_expects_another_value_changes_nothing() {
    let keyvalue = keyvalue();
    keyvalue.set("b", "k", b"1".to_vec()).await.unwrap();
    let cases: [(&str, Option<&[u8]>, bool); 5] = [
        ("k", None, false),
        ("k", Some(b"2"), false),
        ("absent", Some(b"1"), false),
        ("absent", None, true),
        ("k", Some(b"1"), true),
    ];
    for (key, expected, holds) in cases {
        let expecting = KeyValueChange {
            expect: Some(expected.map(<[u8]>::to_vec)),
            ..plain("b", key, Some(b"new".to_vec()))
        };
        let beside = plain("b", "beside", Some(key.into()));
        let got = keyvalue.write(vec![beside, expecting]).await;
        match holds {
            true => got.unwrap(),
            false => {
                assert!(matches!(got, Err(KeyValueError::Conflict { .. })), "{key} {expected:?}: {got:?}")
            }
        }
        let written = keyvalue.get("b", "beside").await.unwrap() == Some(key.into());
        assert_eq!(written, holds, "{key} {expected:?}");
    }
}

#[tokio::test]
async fn whoever_expects_a_value_sees_what_was_written_before() {
    let directory = tempfile::tempdir().unwrap();
    let store = RedbStore::open(directory.path(), &RedbOptions::default()).unwrap();
    let keyvalue = Arc::new(KeyValue::new(Arc::new(store)));
    let writing = (0..20_u8).map(|n| {
        let keyvalue = keyvalue.clone();
        tokio::spawn(async move {
            let first = KeyValueChange { expect: Some(None), ..plain("b", "k", Some(vec![n])) };
            keyvalue.write(vec![first]).await.is_ok()
        })
    });
    let mut firsts = 0;
    for wrote in writing.collect::<Vec<_>>() {
        firsts += usize::from(wrote.await.unwrap());
    }
    assert_eq!(firsts, 1, "one of them found no value");
}

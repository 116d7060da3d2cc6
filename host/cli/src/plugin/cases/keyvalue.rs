//! Buckets in memory, as a case fills them.

use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use dirigent_runtime::{JournalError, KeyValueChange, KeyValueStore};
use parking_lot::Mutex;
use serde_json::{Map, Value};

use super::case::{Buckets, bytes};
use super::compare::differences;

/// The buckets of a case.
pub(super) struct FakeBuckets(Mutex<BTreeMap<String, BTreeMap<String, Vec<u8>>>>);

impl FakeBuckets {
    pub(super) fn new(before: &Buckets) -> FakeBuckets {
        let bucket = |keys: &BTreeMap<String, Value>| {
            keys.iter().map(|(key, value)| (key.clone(), bytes(value))).collect()
        };
        FakeBuckets(Mutex::new(before.iter().map(|(name, keys)| (name.clone(), bucket(keys))).collect()))
    }

    /// Where the buckets that are named in `after` differ from it. Others are not looked at.
    pub(super) fn problems(&self, after: &Buckets) -> Vec<String> {
        let buckets = self.0.lock();
        let mut found = Vec::new();
        for (name, expected) in after {
            let empty = BTreeMap::new();
            let there = buckets.get(name).unwrap_or(&empty);
            let got: Map<String, Value> =
                there.iter().map(|(key, value)| (key.clone(), readable(value, expected.get(key)))).collect();
            let expected: Map<String, Value> =
                expected.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            found.extend(differences(&format!("keyvalue/{name}"), &expected.into(), &got.into()));
        }
        found
    }
}

/// A value as a case would write it: as JSON where the case has JSON, else as text.
fn readable(value: &[u8], expected: Option<&Value>) -> Value {
    let text = || Value::from(String::from_utf8_lossy(value));
    match expected {
        Some(expected) if !expected.is_string() => serde_json::from_slice(value).unwrap_or_else(|_| text()),
        _ => text(),
    }
}

#[async_trait]
impl KeyValueStore for FakeBuckets {
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.0.lock().get(bucket).and_then(|keys| keys.get(key)).cloned())
    }

    async fn keys(
        &self,
        bucket: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, JournalError> {
        let buckets = self.0.lock();
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        let keys =
            buckets.get(bucket).into_iter().flat_map(|keys| keys.range::<str, _>((begin, Bound::Unbounded)));
        Ok(keys.map(|(key, _)| key.clone()).take(limit).collect())
    }

    async fn change(&self, changes: Vec<KeyValueChange>) -> Result<(), JournalError> {
        let mut buckets = self.0.lock();
        let is = |change: &KeyValueChange| buckets.get(&change.bucket).and_then(|keys| keys.get(&change.key));
        if changes
            .iter()
            .any(|change| change.expect.as_ref().is_some_and(|expect| expect.as_ref() != is(change)))
        {
            return Err(JournalError::Conflict);
        }
        for KeyValueChange { bucket, key, value, .. } in changes {
            let keys = buckets.entry(bucket).or_default();
            match value {
                Some(value) => keys.insert(key, value),
                None => keys.remove(&key),
            };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn buckets_are_changed_and_compared() {
        let buckets = |value| serde_json::from_value::<Buckets>(value).unwrap();
        let fake = FakeBuckets::new(&buckets(json!({"orders": {"7": "open", "8": {"n": 1}}})));
        let change = |key: &str, value: &str, expect| KeyValueChange {
            bucket: "orders".into(),
            key: key.into(),
            value: (!value.is_empty()).then(|| value.into()),
            expect,
        };
        assert_eq!(fake.get("orders", "8").await.unwrap().unwrap(), br#"{"n":1}"#);
        fake.change(vec![change("7", "done", Some(Some(b"open".to_vec()))), change("9", "new", Some(None))])
            .await
            .unwrap();
        let refused = fake.change(vec![change("8", "", None), change("7", "again", Some(None))]).await;
        assert_eq!(refused, Err(JournalError::Conflict));
        assert_eq!(fake.keys("orders", Some("7"), 1).await.unwrap(), ["8"]);
        for (after, problems) in [
            (json!({"orders": {"7": "done", "8": {"n": 1}, "9": "new"}}), vec![]),
            (json!({}), vec![]),
            (
                json!({"orders": {"7": "done", "8": {"n": 2}}}),
                vec![
                    "keyvalue/orders/8/n: expected 2, got 1",
                    "keyvalue/orders/9: expected nothing, got \"new\"",
                ],
            ),
            (json!({"none": {"1": "x"}}), vec!["keyvalue/none/1: expected \"x\", got nothing"]),
        ] {
            assert_eq!(fake.problems(&buckets(after)), problems);
        }
    }
}

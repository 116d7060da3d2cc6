//! How a value lies in the store, and what names and values may be.
//!
//! A row's name is the bucket, a byte 0, and the key; its value is the value. So a bucket's keys are together, in the order
//! of their bytes.

use std::collections::HashMap;

use dirigent_store::{CatalogChange, CatalogKey, CatalogKind, Expect, Store};

use super::{
    KeyPage, KeyValueChange, KeyValueError, MAX_BUCKET_BYTES, MAX_KEY_BYTES, MAX_KEY_VALUE_CHANGES,
    MAX_VALUE_BYTES,
};

/// Values, by bucket and key.
pub(crate) const VALUES: CatalogKind = CatalogKind(14);

/// Rows that are read at a time, whose values come with them: with [`MAX_VALUE_BYTES`] a bound on the memory of a list.
const PAGE: usize = 16;

/// The row of a key.
pub(super) fn key(bucket: &str, key: &str) -> Result<CatalogKey, KeyValueError> {
    if key.is_empty() || key.len() > MAX_KEY_BYTES {
        return Err(KeyValueError::Key(key.len()));
    }
    let mut name = prefix(bucket)?;
    name.extend(key.as_bytes());
    Ok(CatalogKey::new(VALUES, name))
}

fn prefix(bucket: &str) -> Result<Vec<u8>, KeyValueError> {
    let fits = (1..=MAX_BUCKET_BYTES).contains(&bucket.len());
    if !fits || bucket.contains(char::is_control) {
        return Err(KeyValueError::Bucket(bucket.to_owned()));
    }
    Ok([bucket.as_bytes(), &[0]].concat())
}

/// Changes within their limits, by their rows. Of two changes of one key the later one holds.
pub(super) fn changes(
    changes: Vec<KeyValueChange>,
) -> Result<HashMap<CatalogKey, KeyValueChange>, KeyValueError> {
    if changes.len() > MAX_KEY_VALUE_CHANGES {
        return Err(KeyValueError::Changes(changes.len()));
    }
    let mut rows = HashMap::with_capacity(changes.len());
    for change in changes {
        if let Some(value) = change.value.as_ref().filter(|value| value.len() > MAX_VALUE_BYTES) {
            return Err(KeyValueError::Value(value.len()));
        }
        rows.insert(key(&change.bucket, &change.key)?, change);
    }
    Ok(rows)
}

pub(super) fn change(key: CatalogKey, value: Option<Vec<u8>>) -> CatalogChange {
    CatalogChange { key, value, expect: Expect::Anything }
}

/// A value as a number.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}

/// A page of a bucket's keys.
pub(super) async fn list(
    store: &dyn Store,
    bucket: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<KeyPage, KeyValueError> {
    let prefix = prefix(bucket)?;
    let mut after = [&prefix, after.unwrap_or_default().as_bytes()].concat();
    let mut keys = Vec::new();
    loop {
        // One more than are wanted says whether there are more.
        let rows = store.scan(VALUES, Some(&after), PAGE.min(limit + 1 - keys.len())).await?;
        let Some((last, _)) = rows.last() else { return Ok(KeyPage { keys, next: None }) };
        after = last.clone();
        for (name, _) in rows {
            let Some(key) = name.strip_prefix(&*prefix) else { return Ok(KeyPage { keys, next: None }) };
            if keys.len() == limit {
                let next = keys.last().cloned();
                return Ok(KeyPage { keys, next });
            }
            // Keys were texts when they were written.
            keys.push(String::from_utf8_lossy(key).into_owned());
        }
    }
}

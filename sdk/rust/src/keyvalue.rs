//! Buckets of the host's own store (`wasi:keyvalue`), which outlive the task.
//!
//! ```
//! use dirigent_plugin::{Failure, keyvalue};
//!
//! fn next_invoice() -> Result<u64, Failure> {
//!     Ok(keyvalue::open("invoices")?.increment("number", 1)?)
//! }
//! # assert_eq!(next_invoice().ok(), Some(1));
//! ```
//!
//! A plugin reaches the buckets that its `plugin.toml` asks for under `[asks] keyvalue` and the operator allows; another
//! one ends the task with `Plugin.CapabilityDenied`. The host limits the sizes of keys and values.
//!
//! Off wasm buckets are in memory, and each test (each thread) has its own.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

#[cfg(target_arch = "wasm32")]
use crate::guest::bindings::wasi::keyvalue::{atomics, store as raw};
#[cfg(not(target_arch = "wasm32"))]
use crate::testing as raw;

/// Open the bucket of this name.
pub fn open(name: &str) -> Result<Bucket, Error> {
    let inner = raw::open(name).map_err(|error| Error::of("open", name, error))?;
    Ok(Bucket { name: name.to_owned(), inner })
}

/// An open bucket: values by key.
pub struct Bucket {
    name: String,
    inner: raw::Bucket,
}

impl Bucket {
    /// The value of this key.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.inner.get(key).map_err(|error| self.error("get", error))
    }

    /// Set this key's value.
    pub fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        self.inner.set(key, value).map_err(|error| self.error("set", error))
    }

    /// Remove this key. One that is not there is no error.
    pub fn delete(&self, key: &str) -> Result<(), Error> {
        self.inner.delete(key).map_err(|error| self.error("delete", error))
    }

    /// Whether this key has a value.
    pub fn exists(&self, key: &str) -> Result<bool, Error> {
        self.inner.exists(key).map_err(|error| self.error("exists", error))
    }

    /// All keys. The host hands them out in pages, which this puts together.
    pub fn keys(&self) -> Result<Vec<String>, Error> {
        let (mut keys, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.inner.list_keys(cursor).map_err(|error| self.error("list-keys", error))?;
            keys.extend(page.keys);
            match page.cursor {
                // A page that leads to itself would never end.
                Some(next) if Some(next) != cursor => cursor = Some(next),
                _ => return Ok(keys),
            }
        }
    }

    /// Add `delta` to the number that this key has (0 if it has none), in one step that no other task comes between,
    /// and return the sum.
    pub fn increment(&self, key: &str, delta: u64) -> Result<u64, Error> {
        #[cfg(target_arch = "wasm32")]
        let sum = atomics::increment(&self.inner, key, delta);
        #[cfg(not(target_arch = "wasm32"))]
        let sum = self.inner.increment(key, delta);
        sum.map_err(|error| self.error("increment", error))
    }

    /// The value of this key, read as JSON.
    pub fn get_json<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        self.get(key)?
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .map_err(|error| self.json(key, &error))
    }

    /// Set this key's value, written as JSON.
    pub fn set_json(&self, key: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.set(key, &serde_json::to_vec(value).map_err(|error| self.json(key, &error))?)
    }

    fn error(&self, what: &str, error: raw::Error) -> Error {
        Error::of(what, &self.name, error)
    }

    fn json(&self, key: &str, error: &serde_json::Error) -> Error {
        Error::Json { bucket: self.name.clone(), key: key.to_owned(), why: error.to_string() }
    }
}

/// What a bucket could not do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The host has no such bucket.
    NoSuchStore {
        /// Its name.
        bucket: String,
    },
    /// The host does not let this plugin do that.
    AccessDenied {
        /// The bucket's name.
        bucket: String,
    },
    /// A value is not the JSON that was asked for, or cannot be written as JSON.
    Json {
        /// The bucket's name.
        bucket: String,
        /// The value's key.
        key: String,
        /// What serde says of it.
        why: String,
    },
    /// Anything else, in the host's words.
    Other {
        /// What was asked, such as `set`.
        what: String,
        /// The bucket's name.
        bucket: String,
        /// What the host says.
        why: String,
    },
}

impl Error {
    fn of(what: &str, bucket: &str, error: raw::Error) -> Self {
        let bucket = bucket.to_owned();
        match error {
            raw::Error::NoSuchStore => Self::NoSuchStore { bucket },
            raw::Error::AccessDenied => Self::AccessDenied { bucket },
            raw::Error::Other(why) => Self::Other { what: what.to_owned(), bucket, why },
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchStore { bucket } => write!(f, "the host has no bucket `{bucket}`"),
            Self::AccessDenied { bucket } => {
                write!(
                    f,
                    "the host denies access to the bucket `{bucket}`; see [asks] keyvalue in plugin.toml"
                )
            }
            Self::Json { bucket, key, why } => {
                write!(f, "the value of `{key}` in the bucket `{bucket}` does not fit as JSON: {why}")
            }
            Self::Other { what, bucket, why } => write!(f, "{what} in the bucket `{bucket}` failed: {why}"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bucket_keeps_what_it_is_given() {
        let bucket = open("things").unwrap();
        bucket.set_json("a", &[1, 2]).unwrap();
        bucket.set("b", b"{").unwrap();
        assert_eq!(open("things").unwrap().get_json::<Vec<u8>>("a"), Ok(Some(vec![1, 2])));
        assert_eq!(bucket.keys().unwrap(), ["a", "b"]);
        assert!(matches!(bucket.get_json::<u8>("b"), Err(Error::Json { key, .. }) if key == "b"));
        bucket.delete("b").unwrap();
        assert_eq!((bucket.exists("a"), bucket.exists("b")), (Ok(true), Ok(false)));
        assert_eq!(bucket.get("b"), Ok(None));
        assert_eq!((bucket.increment("n", 2), bucket.increment("n", 3)), (Ok(2), Ok(5)));
        assert!(open("others").unwrap().keys().unwrap().is_empty());
    }
}

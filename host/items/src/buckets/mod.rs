//! Where buckets lie.

mod folder;
mod listing;
mod s3;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use object_store::aws::AmazonS3;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use crate::error::BucketError;
use folder::Folder;
pub(crate) use listing::{Entry, Listing};
use s3::S3;
pub use s3::S3Config;

/// Where buckets lie. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Buckets(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Folder(PathBuf),
    S3(S3),
    Memory(Mutex<HashMap<String, Arc<InMemory>>>),
}

impl Buckets {
    /// A bucket is a folder within `dir`, an object a file in it. Users create the folders.
    pub fn folder(dir: impl Into<PathBuf>) -> Buckets {
        Buckets(Arc::new(Kind::Folder(dir.into())))
    }

    /// Buckets of S3, or of what speaks its protocol.
    pub fn s3(config: S3Config) -> Buckets {
        Buckets(Arc::new(Kind::S3(S3::new(config))))
    }

    /// Empty buckets with these names, in memory, for tests.
    pub fn memory(names: &[&str]) -> Buckets {
        let buckets = names.iter().map(|name| ((*name).to_owned(), Arc::default())).collect();
        Buckets(Arc::new(Kind::Memory(Mutex::new(buckets))))
    }

    /// One bucket in memory, with one object in it.
    ///
    /// # Errors
    ///
    /// A name or key that breaks S3's rules.
    pub async fn of_object(bucket: &str, key: &str, content: String) -> Result<Buckets, BucketError> {
        let buckets = Buckets::memory(&[bucket]);
        let place = buckets.open(bucket).await?;
        let path = place.locate(key).await?;
        let put = place.store().put(&path, PutPayload::from(content)).await;
        put.map_err(|error| BucketError::store(bucket, key, error))?;
        Ok(buckets)
    }

    /// A bucket by name.
    ///
    /// # Errors
    ///
    /// A name that breaks S3's rules; a missing bucket (for S3 that shows only at its first use); a folder that is a
    /// symbolic link to a place outside.
    pub async fn open(&self, name: &str) -> Result<Bucket, BucketError> {
        check_name(name)?;
        let place = match &*self.0 {
            Kind::Folder(dir) => {
                let folder = Folder::open(dir, name).await?;
                Place::Folder(Arc::new(folder))
            }
            Kind::S3(s3) => Place::S3(s3.bucket(name)?),
            Kind::Memory(buckets) => {
                let buckets = buckets.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                let missing = || BucketError::NoSuchBucket {
                    bucket: name.to_owned(),
                    advice: "it is not in memory".into(),
                };
                Place::Memory(buckets.get(name).cloned().ok_or_else(missing)?)
            }
        };
        Ok(Bucket { name: name.into(), place })
    }
}

/// One bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bucket {
    name: Arc<str>,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Folder(Arc<Folder>),
    S3(Arc<AmazonS3>),
    Memory(Arc<InMemory>),
}

impl Bucket {
    /// The bucket's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The store behind it. Its paths are what [`Bucket::locate`] gives.
    pub(crate) fn store(&self) -> Arc<dyn ObjectStore> {
        match &self.place {
            Place::Folder(folder) => folder.store(),
            Place::S3(store) => store.clone(),
            Place::Memory(store) => store.clone(),
        }
    }

    /// The path of a key, checked: it cannot lead out of the bucket.
    pub(crate) async fn locate(&self, key: &str) -> Result<Path, BucketError> {
        let invalid = |problem: String| BucketError::InvalidKey {
            bucket: self.name.to_string(),
            key: key.into(),
            problem,
        };
        if key.is_empty() {
            return Err(invalid("it is empty".into()));
        }
        if key.starts_with('/') || key.ends_with('/') {
            return Err(invalid("it begins or ends with a slash".into()));
        }
        if key.len() > MAX_KEY_BYTES {
            return Err(invalid(format!("it has more than {MAX_KEY_BYTES} bytes")));
        }
        let path = Path::parse(key).map_err(|error| invalid(error.to_string()))?;
        if let Place::Folder(folder) = &self.place {
            folder.guard(key, &path).await?;
        }
        Ok(path)
    }

    /// Whether objects have versions that can be asked for.
    pub(crate) fn has_versions(&self) -> bool {
        matches!(self.place, Place::S3(_))
    }

    /// The objects whose keys begin with `prefix`, in the order of their keys' bytes.
    pub(crate) fn list(&self, prefix: &str) -> Listing {
        match &self.place {
            Place::Folder(folder) => Listing::folder(&self.name, folder.clone(), prefix),
            Place::S3(store) => Listing::s3(&self.name, store.clone(), prefix),
            Place::Memory(store) => Listing::memory(&self.name, store.clone(), prefix),
        }
    }
}

/// Most bytes of a key. S3's limit.
const MAX_KEY_BYTES: usize = 1024;

/// S3's rules for names of general purpose buckets, without those about special beginnings and ends.
fn check_name(name: &str) -> Result<(), BucketError> {
    let ends_well = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let problem = if !(3..=63).contains(&name.len()) {
        "it has to have 3 to 63 characters"
    } else if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-') {
        "only lowercase letters, digits, dots and hyphens can be in it"
    } else if !ends_well(name.bytes().next()) || !ends_well(name.bytes().last()) {
        "it has to begin and end with a letter or a digit"
    } else if name.contains("..") {
        "it has two dots side by side"
    } else {
        return Ok(());
    };
    Err(BucketError::InvalidBucketName { bucket: name.to_owned(), problem })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::check_name;

    #[test]
    fn bucket_names() {
        for good in ["abc", "my-bucket", "a.b.c", "0a0", &"x".repeat(63)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ab",
            "..",
            "...",
            "a..b",
            "a/b",
            "../a",
            "Abc",
            "-ab",
            "ab-",
            "a_b",
            ".ab",
            &"x".repeat(64),
            "añb",
        ] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}

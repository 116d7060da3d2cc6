//! A bucket that is a folder: what keeps it from being left.

use std::io::ErrorKind;
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::path::Path;

use crate::error::BucketError;

#[derive(Debug)]
pub(super) struct Folder {
    bucket: String,
    /// The folder of all buckets, without symbolic links. Nothing outside is read or written.
    pub(super) dir: PathBuf,
    /// This bucket's folder, without symbolic links.
    pub(super) root: PathBuf,
    store: Arc<LocalFileSystem>,
}

impl Folder {
    pub(super) async fn open(dir: &FsPath, name: &str) -> Result<Folder, BucketError> {
        let path = dir.join(name);
        let missing = || BucketError::NoSuchBucket {
            bucket: name.to_owned(),
            advice: format!("create the folder {}", path.display()),
        };
        let real = async |path: &FsPath| match tokio::fs::canonicalize(path).await {
            Ok(real) => Ok(real),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(missing()),
            Err(error) => Err(BucketError::io(name, "", error)),
        };
        let (dir, root) = (real(dir).await?, real(&path).await?);
        if !root.starts_with(&dir) {
            return Err(BucketError::LeavesFolder { bucket: name.to_owned(), key: String::new() });
        }
        if !root.is_dir() {
            return Err(missing());
        }
        let store =
            LocalFileSystem::new_with_prefix(&root).map_err(|error| BucketError::store(name, "", error))?;
        // A result file is there or not, also after a power cut.
        Ok(Folder { bucket: name.to_owned(), dir, root, store: Arc::new(store.with_fsync(true)) })
    }

    pub(super) fn store(&self) -> Arc<dyn ObjectStore> {
        self.store.clone()
    }

    /// Refuses a key that symbolic links lead out of the folder of buckets. What does not exist yet is judged by the
    /// nearest folder above it that does.
    pub(super) async fn guard(&self, key: &str, path: &Path) -> Result<(), BucketError> {
        let on_disk = self.store.path_to_filesystem(path).map_err(|error| BucketError::InvalidKey {
            bucket: self.bucket.clone(),
            key: key.to_owned(),
            problem: error.to_string(),
        })?;
        for place in on_disk.ancestors() {
            match tokio::fs::canonicalize(place).await {
                Ok(real) if real.starts_with(&self.dir) => return Ok(()),
                Ok(_) => break,
                // NotADirectory: a file stands where a folder would have to. Reading and writing will say so.
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => return Err(BucketError::io(&self.bucket, key, error)),
            }
        }
        Err(BucketError::LeavesFolder { bucket: self.bucket.clone(), key: key.to_owned() })
    }
}

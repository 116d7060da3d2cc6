//! The objects of a bucket, in the order of their keys, a page or a folder at a time.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3;
use object_store::list::{PaginatedListOptions, PaginatedListStore as _};
use object_store::memory::InMemory;
use object_store::{ObjectMeta, ObjectStore as _};

use super::folder::Folder;
use crate::error::BucketError;
use crate::limits::MAX_FOLDER_DEPTH;

/// What a listing says of an object.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) size: u64,
    pub(crate) etag: Option<String>,
    /// Seconds since 1970.
    pub(crate) last_modified: i64,
}

impl From<ObjectMeta> for Entry {
    fn from(meta: ObjectMeta) -> Entry {
        Entry {
            key: meta.location.to_string(),
            size: meta.size,
            etag: meta.e_tag,
            last_modified: meta.last_modified.timestamp(),
        }
    }
}

/// A listing under way.
#[derive(Debug)]
pub(crate) struct Listing {
    bucket: Arc<str>,
    prefix: String,
    ready: VecDeque<Entry>,
    rest: Rest,
}

/// What is still to be asked for.
#[derive(Debug)]
enum Rest {
    Nothing,
    /// The folders that are not listed yet, the next one last; each with the files beside it that come before it.
    Folder {
        folder: Arc<Folder>,
        stack: Vec<Vec<Child>>,
    },
    S3 {
        store: Arc<AmazonS3>,
        token: Option<String>,
    },
    Memory(Arc<InMemory>),
}

/// A file or folder below a folder bucket. Of siblings the next one is last.
#[derive(Debug)]
enum Child {
    /// Its key ends with a slash.
    Folder(String),
    File(String),
}

impl Child {
    fn key(&self) -> &str {
        match self {
            Child::Folder(key) | Child::File(key) => key,
        }
    }
}

impl Listing {
    pub(super) fn folder(bucket: &Arc<str>, folder: Arc<Folder>, prefix: &str) -> Listing {
        let rest = Rest::Folder { folder, stack: vec![vec![Child::Folder(String::new())]] };
        Listing { bucket: bucket.clone(), prefix: prefix.into(), ready: VecDeque::new(), rest }
    }

    pub(super) fn s3(bucket: &Arc<str>, store: Arc<AmazonS3>, prefix: &str) -> Listing {
        let rest = Rest::S3 { store, token: None };
        Listing { bucket: bucket.clone(), prefix: prefix.into(), ready: VecDeque::new(), rest }
    }

    pub(super) fn memory(bucket: &Arc<str>, store: Arc<InMemory>, prefix: &str) -> Listing {
        let rest = Rest::Memory(store);
        Listing { bucket: bucket.clone(), prefix: prefix.into(), ready: VecDeque::new(), rest }
    }

    /// The next object, or nothing at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Entry>, BucketError> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Ok(Some(entry));
            }
            match std::mem::replace(&mut self.rest, Rest::Nothing) {
                Rest::Nothing => return Ok(None),
                Rest::Folder { folder, stack } => self.step_folder(folder, stack).await?,
                Rest::S3 { store, token } => self.step_s3(store, token).await?,
                Rest::Memory(store) => {
                    let mut all: Vec<ObjectMeta> =
                        store.list(None).try_collect().await.map_err(|e| self.failed(e))?;
                    all.sort_by(|a, b| a.location.cmp(&b.location));
                    let fits = |entry: &Entry| entry.key.starts_with(&self.prefix);
                    self.ready = all.into_iter().map(Entry::from).filter(fits).collect();
                }
            }
        }
    }

    fn failed(&self, error: object_store::Error) -> BucketError {
        BucketError::store(&self.bucket, &self.prefix, error)
    }

    async fn step_s3(&mut self, store: Arc<AmazonS3>, token: Option<String>) -> Result<(), BucketError> {
        let prefix = (!self.prefix.is_empty()).then_some(self.prefix.as_str());
        let options = PaginatedListOptions { page_token: token, ..PaginatedListOptions::default() };
        let page = store.list_paginated(prefix, options).await.map_err(|error| self.failed(error))?;
        self.ready = page.result.objects.into_iter().map(Entry::from).collect();
        if page.page_token.is_some() {
            self.rest = Rest::S3 { store, token: page.page_token };
        }
        Ok(())
    }

    /// Takes the next child: a file becomes ready, a folder's children come before what follows it.
    async fn step_folder(
        &mut self,
        folder: Arc<Folder>,
        mut stack: Vec<Vec<Child>>,
    ) -> Result<(), BucketError> {
        let Some(children) = stack.last_mut() else { return Ok(()) };
        match children.pop() {
            None => {
                stack.pop();
            }
            Some(Child::File(key)) => self.ready.extend(self.stat(&folder, key).await?),
            Some(Child::Folder(key)) => {
                if stack.len() > MAX_FOLDER_DEPTH {
                    let problem = format!(
                        "more than {MAX_FOLDER_DEPTH} folders within folders; a symbolic link may lead back to a folder above it"
                    );
                    return Err(BucketError::Unsupported { bucket: self.bucket.to_string(), key, problem });
                }
                let (bucket, prefix, place) = (self.bucket.clone(), self.prefix.clone(), folder.clone());
                let read = move || read_folder(&bucket, &place, &key, &prefix);
                let children = tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other);
                stack.push(children.map_err(|error| BucketError::io(&self.bucket, &self.prefix, error))??);
            }
        }
        self.rest = Rest::Folder { folder, stack };
        Ok(())
    }

    /// Nothing if the file is gone by now, as with S3.
    async fn stat(&self, folder: &Folder, key: String) -> Result<Option<Entry>, BucketError> {
        let metadata = match tokio::fs::metadata(folder.root.join(&key)).await {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(BucketError::io(&self.bucket, &key, error)),
        };
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .unwrap_or_default();
        let size = metadata.len();
        let etag = Some(format!("{:x}-{size:x}", modified.as_nanos()));
        Ok(Some(Entry {
            key,
            size,
            etag,
            last_modified: i64::try_from(modified.as_secs()).unwrap_or(i64::MAX),
        }))
    }
}

/// The children of a folder that can hold keys with the prefix, the last one by key first.
fn read_folder(bucket: &str, folder: &Folder, key: &str, prefix: &str) -> Result<Vec<Child>, BucketError> {
    let failed = |error| BucketError::io(bucket, key, error);
    let mut children = Vec::new();
    let place: PathBuf = folder.root.join(key);
    for entry in std::fs::read_dir(place).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().into_string().map_err(|name| BucketError::InvalidKey {
            bucket: bucket.to_owned(),
            key: format!("{key}{}", name.display()),
            problem: "the file's name is not UTF-8; rename it".into(),
        })?;
        let mut child = format!("{key}{name}");
        if !child.starts_with(prefix) && !prefix.starts_with(&child) {
            continue;
        }
        let mut kind = entry.file_type().map_err(failed)?;
        if kind.is_symlink() {
            let real = match std::fs::canonicalize(entry.path()) {
                Ok(real) => real,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                // Links that lead in circles, above all.
                Err(error) => return Err(BucketError::io(bucket, &child, error)),
            };
            if !real.starts_with(&folder.dir) {
                return Err(BucketError::LeavesFolder { bucket: bucket.to_owned(), key: child });
            }
            kind = std::fs::metadata(real).map_err(failed)?.file_type();
        }
        if kind.is_dir() {
            child.push('/');
            if child.starts_with(prefix) || prefix.starts_with(&child) {
                children.push(Child::Folder(child));
            }
        } else if kind.is_file() && child.starts_with(prefix) && !is_upload(&name) {
            children.push(Child::File(child));
        }
    }
    children.sort_by(|a, b| b.key().cmp(a.key()));
    Ok(children)
}

/// An upload that is not finished: `object_store` appends `#` and a number to the file's name.
fn is_upload(name: &str) -> bool {
    name.rsplit_once('#').is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}

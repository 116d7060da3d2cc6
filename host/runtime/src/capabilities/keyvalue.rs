//! `wasi:keyvalue`: buckets in the host's own store.

use wasmtime::component::{HasSelf, Linker, Resource};

use crate::{
    journal::KeyValueChange,
    outside::{Buckets, Problem},
    sandbox::{
        CallState,
        bindings::{
            atomics,
            keyvalue::{self, Error, KeyResponse},
        },
    },
};

/// An open bucket. Public because the generated bindings want it so.
#[allow(unreachable_pub)]
pub struct Bucket {
    name: String,
    /// The last keys of the pages that were given, which WASI's cursors count.
    pages: Vec<String>,
}

/// Link the interfaces.
pub(super) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    keyvalue::add_to_linker::<_, HasSelf<CallState>>(linker, |state| state)?;
    atomics::add_to_linker::<_, HasSelf<CallState>>(linker, |state| state)
}

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl CallState {
    /// A bucket's name, and the way to it.
    fn bucket(&mut self, bucket: &Resource<Bucket>) -> wasmtime::Result<(String, Buckets)> {
        self.count_host_call()?;
        let name = self.wasi().table().get(bucket)?.name.clone();
        Ok((name, Buckets { outside: self.outside.clone(), store: self.keyvalue.clone() }))
    }

    fn answer<T>(&self, got: Result<T, Problem>) -> Answer<T> {
        match got {
            Ok(value) => Ok(Ok(value)),
            Err(Problem::Told(why)) => Ok(Err(Error::Other(why))),
            Err(Problem::Ends(failure)) => Err(self.end_with(failure).into()),
        }
    }
}

impl keyvalue::Host for CallState {
    async fn open(&mut self, identifier: String) -> Answer<Resource<Bucket>> {
        self.count_host_call()?;
        if let Err(denied) = self.outside.grant().keyvalue(&identifier) {
            return Err(self.end_with(self.outside.denied(&denied)).into());
        }
        Ok(Ok(self.wasi().table().push(Bucket { name: identifier, pages: Vec::new() })?))
    }
}

impl keyvalue::HostBucket for CallState {
    async fn get(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<Option<Vec<u8>>> {
        let (bucket, buckets) = self.bucket(&bucket)?;
        let got = buckets.get(&bucket, &key).await;
        self.answer(got)
    }

    async fn set(&mut self, bucket: Resource<Bucket>, key: String, value: Vec<u8>) -> Answer<()> {
        let (bucket, buckets) = self.bucket(&bucket)?;
        let got = buckets.change(KeyValueChange { bucket, key, value: Some(value), expect: None }).await;
        self.answer(got)
    }

    async fn delete(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<()> {
        let (bucket, buckets) = self.bucket(&bucket)?;
        let got = buckets.change(KeyValueChange { bucket, key, value: None, expect: None }).await;
        self.answer(got)
    }

    async fn exists(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<bool> {
        let (bucket, buckets) = self.bucket(&bucket)?;
        let got = buckets.get(&bucket, &key).await.map(|value| value.is_some());
        self.answer(got)
    }

    async fn list_keys(&mut self, bucket: Resource<Bucket>, cursor: Option<u64>) -> Answer<KeyResponse> {
        let (name, buckets) = self.bucket(&bucket)?;
        let open = self.wasi().table().get(&bucket)?;
        let after = match cursor {
            None => None,
            Some(page) => match usize::try_from(page).ok().and_then(|page| open.pages.get(page)) {
                Some(key) => Some(key.clone()),
                None => return Ok(Err(Error::Other(format!("there is no cursor {page}")))),
            },
        };
        let got = buckets.list(&name, after.as_deref()).await;
        let (keys, full) = match self.answer(got)? {
            Ok(page) => page,
            Err(error) => return Ok(Err(error)),
        };
        let mut next = None;
        if full && let Some(last) = keys.last() {
            let pages = &mut self.wasi().table().get_mut(&bucket)?.pages;
            pages.push(last.clone());
            next = Some(pages.len() as u64 - 1);
        }
        Ok(Ok(KeyResponse { keys, cursor: next }))
    }

    async fn drop(&mut self, bucket: Resource<Bucket>) -> wasmtime::Result<()> {
        self.wasi().table().delete(bucket)?;
        Ok(())
    }
}

impl atomics::Host for CallState {
    async fn increment(&mut self, bucket: Resource<Bucket>, key: String, delta: u64) -> Answer<u64> {
        let (bucket, buckets) = self.bucket(&bucket)?;
        let got = buckets.increment(&bucket, &key, delta).await;
        self.answer(got)
    }
}

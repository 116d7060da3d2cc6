//! Components on disk by digest, with their compiled form.
//!
//! ```text
//! <digest>.wasm                    the component; its name is its checksum
//! <pin>.json                       whose that is, and which component (`Identity`)
//! <digest>-<compatibility>.cwasm   compiled for one build of wasmtime, its settings and this processor
//! <digest>-<compatibility>.sha256  checksum of the compiled form, written after it
//! ```
//!
//! Files appear whole: they are written under another name and renamed. A compiled file without the right
//! checksum (the machine stopped in between, the disk lies) is as good as none. Nothing is synced to disk on purpose: the
//! checksums find out, and everything here can be made again from the registry.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use wasmtime::component::Component;

use super::Identity;
use crate::{Digest, sandbox::Workshop};

/// The directory `<data>/plugins`.
pub(crate) struct Cache {
    dir: PathBuf,
}

/// A component and the size of its compiled form in bytes.
pub(crate) struct Compiled {
    pub(crate) component: Component,
    pub(crate) bytes: u64,
}

impl Cache {
    /// Make the directory if it is missing, and remove what an earlier process left half-written.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        for entry in fs::read_dir(dir)?.flatten() {
            if entry.file_name().to_string_lossy().ends_with(TEMPORARY) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(Self { dir: dir.to_owned() })
    }

    fn path(&self, digest: &Digest, extension: &str) -> PathBuf {
        self.dir.join(format!("{}.{extension}", digest.to_hex()))
    }

    fn compiled_path(&self, workshop: &Workshop, digest: &Digest, extension: &str) -> PathBuf {
        self.dir.join(format!("{}-{}.{extension}", digest.to_hex(), workshop.compatibility))
    }

    /// Whether the component is kept here.
    pub(crate) fn has(&self, digest: &Digest) -> bool {
        self.path(digest, "wasm").is_file()
    }

    /// The component's bytes. Those of a damaged file are an error, and the file is removed.
    pub(crate) fn read(&self, digest: &Digest) -> io::Result<Vec<u8>> {
        let path = self.path(digest, "wasm");
        let bytes = fs::read(&path)?;
        if Digest::of(&bytes) != *digest {
            fs::remove_file(&path)?;
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged", path.display())));
        }
        Ok(bytes)
    }

    /// Keep a component.
    pub(crate) fn store(&self, digest: &Digest, bytes: &[u8]) -> io::Result<()> {
        self.write(&self.path(digest, "wasm"), bytes)
    }

    /// Whose pin this was when it was last in the registry.
    pub(crate) fn read_identity(&self, pin: &Digest) -> Option<Identity> {
        serde_json::from_slice(&fs::read(self.path(pin, "json")).ok()?).ok()
    }

    /// Remember whose pin this is.
    pub(crate) fn store_identity(&self, pin: &Digest, identity: &Identity) -> io::Result<()> {
        if self.read_identity(pin).as_ref() == Some(identity) {
            return Ok(());
        }
        self.write(&self.path(pin, "json"), &serde_json::to_vec(identity)?)
    }

    /// The compiled form, if there is one that is whole.
    pub(crate) fn load_compiled(&self, workshop: &Workshop, digest: &Digest) -> Option<Compiled> {
        let path = self.compiled_path(workshop, digest, "cwasm");
        let expected = fs::read_to_string(self.compiled_path(workshop, digest, "sha256")).ok()?;
        let bytes = fs::read(&path).ok()?;
        if Digest::of(&bytes).to_string() != expected.trim_end() {
            tracing::warn!(path = %path.display(), "a compiled plugin in the cache is damaged; it is compiled again");
            return None;
        }
        let size = bytes.len() as u64;
        drop(bytes);
        // SAFETY: `deserialize_file` runs what the file holds, so it has to be what `Engine::precompile_component` gave.
        // The checksum says that it is what this program wrote for this very engine (the name has the compatibility
        // hash, and wasmtime checks its version and settings again). The file is mapped, so nobody may change it
        // afterwards: we only ever replace it by rename, and `RuntimeConfig::cache` asks for a directory of our own.
        #[allow(unsafe_code)]
        let component = unsafe { Component::deserialize_file(&workshop.engine, &path) };
        match component {
            Ok(component) => Some(Compiled { component, bytes: size }),
            Err(error) => {
                tracing::warn!(path = %path.display(), "a compiled plugin cannot be loaded; it is compiled again: {error:#}");
                None
            }
        }
    }

    /// Keep a compiled form, and remove those of this component that other builds of the host left.
    pub(crate) fn store_compiled(
        &self,
        workshop: &Workshop,
        digest: &Digest,
        bytes: &[u8],
    ) -> io::Result<()> {
        let stale = format!("{}-", digest.to_hex());
        for entry in fs::read_dir(&self.dir)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&stale) {
                let _ = fs::remove_file(entry.path());
            }
        }
        self.write(&self.compiled_path(workshop, digest, "cwasm"), bytes)?;
        let checksum = Digest::of(bytes).to_string();
        self.write(&self.compiled_path(workshop, digest, "sha256"), checksum.as_bytes())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let unique = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = self.dir.join(format!("{}-{unique}{TEMPORARY}", std::process::id()));
        let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

const TEMPORARY: &str = ".tmp";

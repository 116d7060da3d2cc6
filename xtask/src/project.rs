//! Where things are in the checkout.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The checkout.
pub(crate) struct Project {
    root: PathBuf,
}

/// A cargo workspace whose crates become components.
pub(crate) struct GuestWorkspace {
    /// Its folder, relative to the checkout, for messages.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) dir: PathBuf,
}

impl Project {
    /// Finds the checkout that this xtask was built from.
    pub(crate) fn find() -> Result<Self> {
        // Set by `cargo run`; the compile-time value serves a binary that is started by hand.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask lies in no folder")?.to_owned();
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// Where `cargo xtask plugins` installs components: a registry directory as the host reads it.
    pub(crate) fn registry(&self) -> PathBuf {
        self.target().join("registry")
    }

    /// The release binary of the host.
    pub(crate) fn release_binary(&self) -> PathBuf {
        self.target().join("release").join(format!("dirigent{}", std::env::consts::EXE_SUFFIX))
    }

    /// The Rust SDK, a workspace of its own that is tested natively.
    pub(crate) fn rust_sdk(&self) -> PathBuf {
        self.root.join("sdk/rust")
    }

    /// `plugins` and every `examples/*/plugins`, by name.
    pub(crate) fn guest_workspaces(&self) -> Result<Vec<GuestWorkspace>> {
        let mut folders = vec![self.root.join("plugins")];
        let examples = self.root.join("examples");
        if examples.is_dir() {
            for entry in std::fs::read_dir(&examples).context("cannot read examples")? {
                folders.push(entry.context("cannot read examples")?.path().join("plugins"));
            }
        }
        folders.retain(|folder| folder.join("Cargo.toml").is_file());
        folders.sort();
        Ok(folders.into_iter().map(|dir| GuestWorkspace { name: self.relative(&dir), dir }).collect())
    }

    /// A path as it is called in messages.
    pub(crate) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

//! Registries of a test's own, filled with the project's plugins.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::places;

/// A registry directory. It goes when the value does.
#[derive(Debug)]
pub struct Registry(TempDir);

impl Registry {
    /// One without plugins.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn empty() -> Registry {
        Registry(places::scratch())
    }

    /// One with these of the project's plugins, under their own names.
    ///
    /// # Panics
    /// When there are none of these names.
    #[track_caller]
    #[must_use]
    pub fn with(plugins: &[&str]) -> Registry {
        let registry = Registry::empty();
        for plugin in plugins {
            registry.install(plugin, "1.0.0", plugin, "");
        }
        registry
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Installs the component of `plugin` as `name` `version`, with this manifest. It gets a digest of its own.
    ///
    /// # Panics
    /// When the project has no such plugin, or writing fails.
    #[track_caller]
    pub fn install(&self, name: &str, version: &str, plugin: &str, manifest: &str) {
        let marked = marked(component(plugin), &format!("{name}@{version}"));
        self.put(name, version, &marked, manifest);
    }

    /// Installs these bytes as `name` `version`, with this manifest.
    ///
    /// # Panics
    /// When writing fails.
    #[track_caller]
    pub fn put(&self, name: &str, version: &str, component: &[u8], manifest: &str) {
        let place = self.path().join(name).join(version);
        let written = fs::create_dir_all(&place)
            .and_then(|()| replace(&place.join("plugin.toml"), manifest.as_bytes()))
            .and_then(|()| replace(&place.join("plugin.wasm"), component));
        written.unwrap_or_else(|error| panic!("cannot write to {}: {error}", place.display()));
    }

    /// Removes a version.
    ///
    /// # Panics
    /// When that fails.
    #[track_caller]
    pub fn remove(&self, name: &str, version: &str) {
        let place = self.path().join(name).join(version);
        fs::remove_dir_all(&place)
            .unwrap_or_else(|error| panic!("cannot remove {}: {error}", place.display()));
    }
}

/// The bytes of a component of the project's, its newest version's.
///
/// # Panics
/// When there is none of that name.
#[track_caller]
#[must_use]
pub fn component(plugin: &str) -> Vec<u8> {
    let folder = places::registry().join(plugin);
    let versions = fs::read_dir(&folder).into_iter().flatten().flatten();
    let newest: Option<PathBuf> = versions.map(|entry| entry.path().join("plugin.wasm")).max();
    let bytes = newest.and_then(|path| fs::read(path).ok());
    bytes.unwrap_or_else(|| {
        panic!("there is no plugin in {}: `cargo xtask plugins` builds and installs it", folder.display())
    })
}

/// The component with a custom section at its end that says nothing to anybody and changes its digest.
fn marked(mut component: Vec<u8>, mark: &str) -> Vec<u8> {
    let short = |len: usize| u8::try_from(len).ok().filter(|len| *len < 0x80).expect("a mark of a few bytes");
    // Section id 0, its size, and a name, each length in one byte of LEB128.
    component.extend([0, short(mark.len() + 1), short(mark.len())]);
    component.extend(mark.as_bytes());
    component
}

/// Renamed into place, so that the host never reads half a file.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, bytes)?;
    fs::rename(new, path)
}

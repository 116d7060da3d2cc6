//! Where the binary, the plugins and the recorded data are.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The checkout.
#[must_use]
pub fn root() -> PathBuf {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_dir.parent().unwrap_or(crate_dir).to_owned()
}

/// The release binary: `DIRIGENT_BIN`, or where cargo builds it.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn binary() -> PathBuf {
    let built = || root().join("target/release").join(format!("dirigent{}", std::env::consts::EXE_SUFFIX));
    let binary = std::env::var_os("DIRIGENT_BIN").map_or_else(built, PathBuf::from);
    assert!(
        binary.is_file(),
        "there is no {}: `cargo build --release -p dirigent-cli` builds it",
        binary.display()
    );
    binary
}

/// The registry with the project's own plugins: `DIRIGENT_REGISTRY`, or where xtask installs them.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn registry() -> PathBuf {
    let installed = || root().join("target/registry");
    let registry = std::env::var_os("DIRIGENT_REGISTRY").map_or_else(installed, PathBuf::from);
    assert!(
        registry.is_dir(),
        "there is no registry {}: `cargo xtask plugins` builds and installs the plugins",
        registry.display()
    );
    registry
}

/// A file or folder of the data that lies beside the project, or `None` where this machine has none.
#[must_use]
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(name);
    path.exists().then_some(path)
}

/// A fresh folder on the disk that holds the checkout. It goes when the value does.
///
/// # Panics
/// When it cannot be made.
#[must_use]
pub fn scratch() -> TempDir {
    let tmp = root().join("target/tmp");
    let made = std::fs::create_dir_all(&tmp).and_then(|()| TempDir::with_prefix_in("suite-", &tmp));
    made.unwrap_or_else(|error| panic!("cannot make a folder in {}: {error}", tmp.display()))
}

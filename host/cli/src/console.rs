//! The console's build, in the binary. A host that is built where it was not is without it.

use dirigent_api::Console;
use include_dir::{Dir, include_dir};

/// Its folder always has a file that holds its place, so that a host is built without Node.js; the build script looks after changes.
static BUILD: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../console/dist");

/// Files that are there for git.
const NOT_SERVED: &str = ".gitkeep";

pub(crate) fn console() -> Console {
    let mut files = Vec::new();
    let mut folders = vec![&BUILD];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        files.extend(folder.files().filter_map(|file| Some((file.path().to_str()?, file.contents()))));
    }
    files.retain(|(path, _)| *path != NOT_SERVED);
    Console::new(files)
}

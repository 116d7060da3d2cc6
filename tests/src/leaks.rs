//! Searching what a host leaves behind for secrets.

use std::fs;
use std::path::Path;

/// Bytes of what stands before a secret that are shown.
const AROUND: usize = 300;

/// Holds that these bytes have none of the texts.
///
/// # Panics
/// When they have one.
#[track_caller]
pub fn assert_clean<T: AsRef<str>>(what: &str, bytes: &[u8], texts: &[T]) {
    for text in texts.iter().map(AsRef::as_ref) {
        let found = bytes.windows(text.len()).position(|window| window == text.as_bytes());
        let before = |at: usize| String::from_utf8_lossy(&bytes[at.saturating_sub(AROUND)..at]).into_owned();
        assert!(found.is_none(), "{what} has `{text}` behind: {}", before(found.unwrap_or(0)));
    }
}

/// Holds that no file below a folder has any of the texts. How many bytes were searched.
///
/// # Panics
/// When one has, or cannot be read.
#[track_caller]
pub fn search<T: AsRef<str>>(folder: &Path, texts: &[T]) -> usize {
    let mut searched = 0;
    for entry in fs::read_dir(folder).expect("the folder can be read").map_while(Result::ok) {
        let path = entry.path();
        // Compiled plugins are large, and older than any secret here.
        if path.extension().is_some_and(|extension| extension == "cwasm") {
            continue;
        }
        if path.is_dir() {
            searched += search(&path, texts);
        } else {
            let bytes = fs::read(&path).expect("the file can be read");
            assert_clean(&path.display().to_string(), &bytes, texts);
            searched += bytes.len();
        }
    }
    searched
}

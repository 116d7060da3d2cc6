//! What this binary carries so that plugins are written without a checkout: the contract, and for each language a template
//! and a library.

use std::path::Path;

use anyhow::Context;
use include_dir::{Dir, include_dir};

/// The contract: the WIT package `dirigent:task` and what it imports.
pub(crate) static WIT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../wit");

/// What stands for the plugin's name in the names and the texts of a template's files.
const NAME: &str = "{{name}}";

/// Writes what is embedded below a folder, each file only if it is another one, so that build tools see no change where
/// there is none. Files that are there and are not embedded stay.
pub(crate) fn place(embedded: &Dir<'_>, folder: &Path) -> anyhow::Result<()> {
    for file in files(embedded) {
        place_file(&folder.join(file.path()), file.contents())?;
    }
    Ok(())
}

/// As [`place`] for one file.
pub(crate) fn place_file(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    if std::fs::read(path).is_ok_and(|there| there == contents) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    std::fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))
}

/// Writes a template below a folder, with the plugin's name in its places. Returns the files' paths in the folder, in order.
pub(crate) fn fill(template: &Dir<'_>, name: &str, folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut written = Vec::new();
    for file in files(template) {
        let path = file.path().to_string_lossy().replace(NAME, name);
        match file.contents_utf8() {
            Some(text) => place_file(&folder.join(&path), text.replace(NAME, name).as_bytes())?,
            None => place_file(&folder.join(&path), file.contents())?,
        }
        written.push(path);
    }
    written.sort_unstable();
    Ok(written)
}

fn files<'a>(dir: &'a Dir<'a>) -> Vec<&'a include_dir::File<'a>> {
    let below = dir.dirs().flat_map(files);
    dir.files().chain(below).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::plugin::build::Language;

    #[test]
    fn the_contract_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        place(&WIT, dir.path()).unwrap();
        for file in ["world.wit", "handler.wit", "deps/http.wit"] {
            assert!(dir.path().join(file).is_file(), "{file}");
        }
    }

    #[test]
    fn every_template_is_a_project() {
        for language in Language::ALL {
            let Some(toolkit) = language.toolkit() else { continue };
            let dir = tempfile::tempdir().unwrap();
            let written = fill(toolkit.template, "greet", dir.path()).unwrap();
            for file in ["plugin.toml", "cases.json", "workflow.asl.json", "README.md", ".gitignore"] {
                assert!(written.iter().any(|path| path == file), "{language}: {file} is not in {written:?}");
            }
            for path in written {
                let text = std::fs::read_to_string(dir.path().join(&path)).unwrap_or_default();
                assert!(!path.contains("{{") && !text.contains(NAME), "{language}: {path}");
            }
            let project = crate::plugin::project::Project::read(dir.path()).unwrap();
            assert_eq!((project.name.as_str(), project.language), ("greet", Some(language)));
        }
    }
}

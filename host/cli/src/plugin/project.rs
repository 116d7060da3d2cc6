//! A plugin's folder: what its `plugin.toml` says of how it is built, and which of its files are sources.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;

use super::build::Language;

/// The manifest, beside the component.
pub(crate) const MANIFEST: &str = "plugin.toml";
/// The component.
pub(crate) const COMPONENT: &str = "plugin.wasm";
/// What builds need: SDK, contract, generated code. Made anew when it is missing.
pub(crate) const WORKSPACE: &str = ".dirigent";

/// Folders of tools, which no author writes into.
const NO_SOURCES: [&str; 6] = ["target", "node_modules", "__pycache__", "dist", "build", "venv"];
/// Files that are looked at to see whether a build is due; with more, it always is.
const SOURCES_LIMIT: usize = 10_000;
/// The longest name that the registry takes. Source: `dirigent-runtime`, names of plugins.
const NAME_LIMIT: usize = 64;

/// A plugin's folder, as its manifest has it.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The folder.
    pub(crate) dir: PathBuf,
    pub(crate) name: String,
    pub(crate) version: String,
    /// What it is written in; `None` for a component that is there and is not built here.
    pub(crate) language: Option<Language>,
    /// The Lambda handler that it wraps, if it does.
    pub(crate) lambda: Option<Lambda>,
}

/// An AWS Lambda handler.
#[derive(Clone, Debug)]
pub(crate) struct Lambda {
    /// The file, found from here.
    pub(crate) file: PathBuf,
    /// Its function; `None` is what the language's tools of AWS call it.
    pub(crate) handler: Option<String>,
}

/// What of a manifest matters to this program. The rest is the host's.
#[derive(Deserialize)]
pub(crate) struct Head {
    name: Option<String>,
    version: Option<String>,
    #[serde(default)]
    build: BuildTable,
}

impl Head {
    /// Whose manifest it is.
    ///
    /// # Errors
    /// When it does not say that, or says it wrongly.
    pub(crate) fn name_and_version(&self) -> anyhow::Result<(String, String)> {
        let missing = |key, such| format!("it does not say the {key}: add {key} = \"{such}\"");
        let name_text = self.name.as_ref().with_context(|| missing("name", "hello"))?;
        let version = self.version.clone().with_context(|| missing("version", "1.0.0"))?;
        Ok((name(name_text).map_err(|why| anyhow!(why))?, version))
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BuildTable {
    language: Option<Language>,
    lambda: Option<PathBuf>,
    handler: Option<String>,
}

impl Project {
    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// When there is none, or it lacks the name or the version.
    pub(crate) fn read(dir: &Path) -> anyhow::Result<Project> {
        let path = dir.join(MANIFEST);
        if !path.is_file() {
            bail!(
                "there is no {}. Name the plugin's folder, or make one: dirigent plugin new NAME --lang rust",
                path.display()
            );
        }
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let head: Head = toml::from_str(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        let (name, version) = head.name_and_version().with_context(|| path.display().to_string())?;
        let Head { build: BuildTable { language, lambda, handler }, .. } = head;
        let lambda = lambda.map(|file| Lambda { file: dir.join(file), handler });
        Ok(Project { dir: dir.to_owned(), name, version, language, lambda })
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.dir.join(MANIFEST)
    }

    pub(crate) fn component(&self) -> PathBuf {
        self.dir.join(COMPONENT)
    }

    /// Whether a source is younger than the component, or there is no component. Another version of this program
    /// counts as a source, as it carries the SDK.
    pub(crate) fn is_stale(&self) -> bool {
        let modified = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
        let Some(built) = modified(&self.component()) else { return true };
        let of_lambda = self.lambda.iter().filter_map(|lambda| lambda.file.parent());
        let mut newest = std::env::current_exe().ok().and_then(|program| modified(&program));
        let mut seen = 0;
        for dir in std::iter::once(self.dir.as_path()).chain(of_lambda) {
            newest = newest.max(newest_source(dir, &mut seen));
        }
        seen > SOURCES_LIMIT || newest.is_some_and(|newest| newest > built)
    }
}

/// When the youngest source in the folder and below was changed. Counts what it looks at, and stops at the limit.
fn newest_source(dir: &Path, seen: &mut usize) -> Option<SystemTime> {
    let mut newest = None;
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        *seen += 1;
        if *seen > SOURCES_LIMIT {
            break;
        }
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else { continue };
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && !NO_SOURCES.contains(&&*name) {
            newest = newest.max(newest_source(&entry.path(), seen));
        } else if kind.is_file() && is_source(&name) {
            newest = newest.max(entry.metadata().and_then(|metadata| metadata.modified()).ok());
        }
    }
    newest
}

/// What goes into no component: the component itself, the lock files that builds write, documents, cases and workflows.
fn is_source(name: &str) -> bool {
    let not = [".wasm", ".lock", "-lock.json", ".md", "cases.json", ".asl.json"];
    !not.iter().any(|end| name.ends_with(end))
}

/// A plugin's name. It is a folder's name and a package's in every language, so it is stricter than the registry.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let letter_first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if letter_first && plain && text.len() <= NAME_LIMIT {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is no plugin's name: it begins with a letter, goes on with letters, digits, - and _, and has at most \
         {NAME_LIMIT} of them"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;
    use std::time::Duration;

    use super::*;

    #[test]
    fn names() {
        for (text, sound) in [
            ("hello", true),
            ("charge-card_2", true),
            ("Charge", true),
            ("", false),
            ("2fast", false),
            ("-x", false),
            ("a b", false),
            ("a/b", false),
            ("..", false),
            (&"a".repeat(64), true),
            (&"a".repeat(65), false),
        ] {
            assert_eq!(name(text).is_ok(), sound, "{text}");
        }
    }

    #[test]
    fn manifests() {
        let dir = tempfile::tempdir().unwrap();
        for (text, expected) in [
            ("name = \"a\"\nversion = \"1.0.0\"\n[build]\nlanguage = \"rust\"", Ok(Some(Language::Rust))),
            ("name = \"a\"\nversion = \"1.0.0\"\n[asks]\nhttp = []", Ok(None)),
            ("version = \"1.0.0\"", Err("does not say the name: add name = \"hello\"")),
            ("name = \"a\"", Err("does not say the version: add version = \"1.0.0\"")),
            ("name = \"../a\"\nversion = \"1.0.0\"", Err("`../a` is no plugin's name")),
            (
                "name = \"a\"\nversion = \"1.0.0\"\n[build]\nlanguage = \"cobol\"",
                Err("unknown variant `cobol`"),
            ),
            ("name = \"a\"\nversion = \"1.0.0\"\n[build]\nlang = \"c\"", Err("unknown field `lang`")),
        ] {
            fs::write(dir.path().join(MANIFEST), text).unwrap();
            match (Project::read(dir.path()), expected) {
                (Ok(project), expected) => assert_eq!(Ok(project.language), expected, "{text}"),
                (Err(error), Err(expected)) => {
                    let error = format!("{error:#}");
                    assert!(error.contains(expected), "{expected} is not in {error}");
                }
                (Err(error), Ok(_)) => panic!("{text}: {error:#}"),
            }
        }
        fs::remove_file(dir.path().join(MANIFEST)).unwrap();
        let error = Project::read(dir.path()).unwrap_err().to_string();
        assert!(error.contains("dirigent plugin new"), "{error}");
    }

    #[test]
    fn a_build_is_due_when_a_source_is_younger() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(MANIFEST), "name = \"a\"\nversion = \"1.0.0\"").unwrap();
        let project = Project::read(dir.path()).unwrap();
        assert!(project.is_stale(), "there is no component");
        let later = |seconds| SystemTime::now() + Duration::from_secs(seconds);
        let touch = |file: &str, seconds| {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::File::create(path).unwrap().set_modified(later(seconds)).unwrap();
        };
        touch(COMPONENT, 100);
        assert!(!project.is_stale());
        for (file, source) in [
            ("README.md", false),
            ("cases.json", false),
            ("Cargo.lock", false),
            ("target/release/x.rs", false),
            (".dirigent/sdk/x.rs", false),
            ("src/deep/x.rs", true),
        ] {
            touch(file, 200);
            assert_eq!(project.is_stale(), source, "{file}");
        }
    }
}

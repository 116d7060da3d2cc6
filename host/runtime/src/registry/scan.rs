//! Reading the registry directory: what is there, without any judgement of whether it works.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use semver::Version;

use super::{ALIASES, COMPONENT, MANIFEST, aliases::Aliases, manifest::Manifest};
use crate::Digest;

/// How long a file has to stay as it is before it counts as finished. Whoever writes it slower than this, in pauses,
/// should write beside it and rename.
pub(super) const SETTLE: Duration = Duration::from_secs(2);
/// Plugin versions that are looked at; more are ignored with a warning.
const FOUND_LIMIT: usize = 10_000;
/// Bytes of a component. The largest seen, whole interpreters, have some 40 MiB.
const COMPONENT_LIMIT: u64 = 256 << 20;
/// Bytes of a manifest.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// One version of a plugin, as it lies there.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) name: String,
    /// The folder's name, and what it means. An error if it is not a version.
    pub(super) folder: String,
    pub(super) version: Result<Version, String>,
    pub(super) component: PathBuf,
    pub(super) component_bytes: u64,
    pub(super) digest: Result<Digest, String>,
    pub(super) manifest: Result<Manifest, String>,
    /// Neither file changed within [`SETTLE`].
    pub(super) settled: bool,
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    len: u64,
    inode: u64,
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> io::Result<Self> {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Ok(Self { modified: metadata.modified()?, len: metadata.len(), inode })
    }

    /// A time in the future (a clock that was set back) counts as settled: it will not come nearer by waiting.
    fn settled(&self) -> bool {
        SystemTime::now().duration_since(self.modified).map_or(true, |age| age >= SETTLE)
    }
}

/// Reads the directory, and remembers digests of files that did not change.
pub(super) struct Scanner {
    directory: PathBuf,
    known: HashMap<PathBuf, (Stamp, Digest)>,
}

impl Scanner {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory, known: HashMap::new() }
    }

    /// Everything that is there now, in no order.
    pub(super) fn scan(&mut self) -> Vec<Found> {
        let mut all = Vec::new();
        for (name, plugin) in folders(&self.directory) {
            for (folder, path) in folders(&plugin) {
                if all.len() >= FOUND_LIMIT {
                    tracing::warn!(registry = %self.directory.display(), "more than {FOUND_LIMIT} plugin versions; the rest is ignored");
                    return all;
                }
                all.extend(self.read(name.clone(), folder, &path));
            }
        }
        self.known.retain(|path, _| all.iter().any(|found| found.component == *path));
        all
    }

    /// The aliases of each plugin that has a file of them.
    pub(super) fn aliases(&self) -> BTreeMap<String, Result<Aliases, String>> {
        let read = folders(&self.directory).into_iter().filter_map(|(name, plugin)| {
            let path = plugin.join(ALIASES);
            let size = fs::metadata(&path).ok()?.len();
            let read = if size > MANIFEST_LIMIT {
                Err(format!("it has {size} bytes; at most {MANIFEST_LIMIT} are allowed"))
            } else {
                fs::read_to_string(&path)
                    .map_err(|error| error.to_string())
                    .and_then(|text| Aliases::read(&text))
            };
            Some((name, read.map_err(|why| format!("{}: {why}", path.display()))))
        });
        read.take(FOUND_LIMIT).collect()
    }

    fn read(&mut self, name: String, folder: String, path: &Path) -> Option<Found> {
        let component = path.join(COMPONENT);
        let manifest_path = path.join(MANIFEST);
        let mut settled = true;
        let digest = match self.digest(&component) {
            Ok((stamp, digest)) => {
                settled &= stamp.settled();
                Ok((stamp.len, digest))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A folder that is being made or removed, or a manifest without its component yet.
                if !manifest_path.exists() {
                    return None;
                }
                Err(format!("{} is missing", component.display()))
            }
            Err(error) => Err(format!("{} cannot be read: {error}", component.display())),
        };
        let manifest = match fs::metadata(&manifest_path).and_then(|metadata| Stamp::of(&metadata)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Manifest::default()),
            Err(error) => Err(error.to_string()),
            Ok(stamp) if stamp.len > MANIFEST_LIMIT => {
                settled &= stamp.settled();
                Err(format!("it has {} bytes; at most {MANIFEST_LIMIT} are allowed", stamp.len))
            }
            Ok(stamp) => {
                settled &= stamp.settled();
                fs::read_to_string(&manifest_path)
                    .map_err(|error| error.to_string())
                    .and_then(|text| Manifest::read(&text, &name, &folder))
            }
        }
        .map_err(|why| format!("{}: {why}", manifest_path.display()));
        let version = Version::parse(&folder).map_err(|_| {
            format!("the folder {} is not a version; name it like 1.2.0 (major.minor.patch)", path.display())
        });
        Some(Found {
            name,
            folder,
            version,
            component,
            component_bytes: digest.as_ref().map_or(0, |(len, _)| *len),
            digest: digest.map(|(_, digest)| digest),
            manifest,
            settled,
        })
    }

    fn digest(&mut self, path: &Path) -> io::Result<(Stamp, Digest)> {
        let stamp = Stamp::of(&fs::metadata(path)?)?;
        if let Some(known) = self.known.get(path)
            && known.0 == stamp
        {
            return Ok(*known);
        }
        if stamp.len > COMPONENT_LIMIT {
            return Err(io::Error::other(format!(
                "it has {} bytes; at most {COMPONENT_LIMIT} are allowed",
                stamp.len
            )));
        }
        let settled = stamp.settled();
        let read = (stamp, Digest::of(&fs::read(path)?));
        // A file's time is coarser than a write, so only one that had settled before it was read is known by its stamp.
        if settled {
            self.known.insert(path.to_owned(), read);
        }
        Ok(read)
    }
}

/// Folders in a folder, by name. One that cannot be read is empty: it may be on its way out.
fn folders(path: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        // Hidden folders are how tools write beside and rename.
        .filter(|(name, _)| !name.starts_with('.'))
        .collect()
}

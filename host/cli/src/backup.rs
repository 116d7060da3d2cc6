//! `dirigent backup` and `dirigent restore`: all that a host keeps, as a file.

use std::fs;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use dirigent_api::BackupSource;
use dirigent_store::archive::{self, ArchiveFile, Contents};
use dirigent_store::{RedbOptions, RedbStore};

use crate::args;
use crate::client;

/// The folder of a data directory that has the components which executions are bound to.
pub(crate) const PLUGINS: &str = "plugins";

/// Files of that folder which executions need: components, and whose they are. Compiled forms are made again.
const NEEDED: [&str; 2] = ["wasm", "json"];

/// What a running host makes backups of.
pub(crate) struct Backups {
    store: Arc<RedbStore>,
    data: PathBuf,
}

impl Backups {
    pub(crate) fn new(store: Arc<RedbStore>, data: &Path) -> Backups {
        Backups { store, data: data.to_owned() }
    }
}

impl BackupSource for Backups {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        write(&self.store, &self.data, to).map(drop).map_err(|error| io::Error::other(format!("{error:#}")))
    }
}

fn write(store: &RedbStore, data: &Path, to: &mut dyn Write) -> anyhow::Result<Contents> {
    // The rows first: a component is kept before anything is bound to it, so the files have what the rows name.
    let snapshot = store.snapshot()?;
    Ok(archive::write(&snapshot, &needed(data)?, to)?)
}

/// The files of a data directory that executions need.
fn needed(data: &Path) -> anyhow::Result<Vec<ArchiveFile>> {
    let dir = data.join(PLUGINS);
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", dir.display())),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", dir.display()))?.path();
        let needed = path.extension().is_some_and(|kind| NEEDED.iter().any(|needed| kind == *needed));
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| needed) {
            files.push(ArchiveFile { name: format!("{PLUGINS}/{name}"), path });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

pub(crate) fn backup(args: args::Backup) -> anyhow::Result<ExitCode> {
    let to = &args.to;
    if to.exists() {
        bail!("{} is there already; name a file that is not", to.display());
    }
    let mut part = to.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let contents = make(&args, &part).inspect_err(|_| {
        // What there is of it is of no use.
        let _ = fs::remove_file(&part);
    })?;
    fs::rename(&part, to).with_context(|| format!("cannot rename {} to {}", part.display(), to.display()))?;
    println!("{} {}", to.display(), shown(&contents));
    Ok(ExitCode::SUCCESS)
}

/// Writes the backup, syncs it, and reads it back: a backup that cannot be read is found out now and not when it is needed.
fn make(args: &args::Backup, part: &Path) -> anyhow::Result<Contents> {
    let writing = || format!("cannot write {}", part.display());
    let mut file = private(part).with_context(writing)?;
    let mut out = BufWriter::new(&mut file);
    match &args.data {
        Some(data) => {
            let store = RedbStore::open_to_read(data, &RedbOptions::default())
                .context("ask the host that runs there for a backup, with --endpoint")?;
            write(&store, data, &mut out)?;
        }
        None => client::backup::fetch(args.host.clone(), &mut out)?,
    }
    out.flush().with_context(writing)?;
    drop(out);
    file.sync_all().with_context(writing)?;
    verified(part)
}

/// A new file that nobody else may read: payloads may be anybody's secrets.
fn private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn verified(path: &Path) -> anyhow::Result<Contents> {
    let file = fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    archive::verify(&mut BufReader::new(file)).with_context(|| format!("{} cannot be used", path.display()))
}

pub(crate) fn restore(args: &args::Restore) -> anyhow::Result<ExitCode> {
    let file = fs::File::open(&args.from).with_context(|| format!("cannot read {}", args.from.display()))?;
    let contents = archive::restore(&mut BufReader::new(file), &args.data)
        .with_context(|| format!("{} was not restored", args.from.display()))?;
    println!("{} {}", args.data.display(), shown(&contents));
    Ok(ExitCode::SUCCESS)
}

fn shown(contents: &Contents) -> String {
    let Contents { rows, executions, files, bytes } = contents;
    format!("has {executions} executions ({rows} rows) and {files} files of plugins, {bytes} bytes in all")
}

//! Files of log groups: a record a line, and a new file when one is full.
//!
//! Records go to `DIR/GROUP/ACCOUNT.REGION.jsonl`. When that is full it becomes `ACCOUNT.REGION.1.jsonl`, what that was
//! becomes `.2`, and so on, and the oldest goes. Files are opened for each flush, so one that somebody moves or deletes is
//! made anew.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use dirigent_api::logging::LogGroup;
use dirigent_runtime::ByteSize;

/// Bytes of a file, unless the command line says otherwise.
pub(crate) const DEFAULT_FILE_BYTES: ByteSize = ByteSize::mib(64);

/// Files of a log group, unless the command line says otherwise.
pub(crate) const DEFAULT_FILES: u32 = 8;

/// Bytes of records that are kept back for one write.
const MAX_BUFFER: usize = 1 << 20;

/// Longest name of a folder that a log group's name is made to, in bytes. File systems take 255.
const MAX_FOLDER_NAME: usize = 200;

/// Where files are, and how many.
#[derive(Clone, Debug)]
pub(crate) struct FilesConfig {
    /// The directory of all.
    pub(crate) dir: PathBuf,
    /// Bytes after which a file is full. A longer record has a file to itself.
    pub(crate) file_bytes: u64,
    /// Files of one log group, the one that is written among them; at least 1.
    pub(crate) files: u32,
}

/// Records for files.
#[derive(Debug)]
pub(super) struct Files {
    config: FilesConfig,
    lines: HashMap<LogGroup, Vec<String>>,
    buffered: usize,
}

/// Records that could not be written.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) records: u64,
    path: PathBuf,
    error: io::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write {}: {}", self.path.display(), self.error)
    }
}

impl Files {
    pub(super) fn new(config: FilesConfig) -> Files {
        Files { config, lines: HashMap::new(), buffered: 0 }
    }

    /// Keeps a record for the next flush.
    pub(super) fn append(&mut self, group: &LogGroup, record: String) {
        let line = record + "\n";
        self.buffered += line.len();
        match self.lines.get_mut(group) {
            Some(lines) => lines.push(line),
            None => {
                self.lines.insert(group.clone(), vec![line]);
            }
        }
    }

    /// Whether it is time for a flush.
    pub(super) fn is_full(&self) -> bool {
        self.buffered >= MAX_BUFFER
    }

    /// Writes all records. Those of a group whose file fails are given up.
    pub(super) fn flush(&mut self) -> Option<Failure> {
        self.buffered = 0;
        let mut failure: Option<Failure> = None;
        for (group, lines) in self.lines.drain() {
            let mut series =
                Series { path: path(&self.config.dir, &group), config: &self.config, written: 0 };
            if let Err(error) = series.write(&lines) {
                let before = failure.map_or(0, |failure| failure.records);
                let records = before + (lines.len() - series.written) as u64;
                failure = Some(Failure { records, path: series.path, error });
            }
        }
        failure
    }
}

/// The files of one log group.
struct Series<'a> {
    path: PathBuf,
    config: &'a FilesConfig,
    /// Lines that are in a file.
    written: usize,
}

impl Series<'_> {
    fn write(&mut self, lines: &[String]) -> io::Result<()> {
        let (mut file, mut length) = open(&self.path)?;
        let mut chunk = String::new();
        for (at, line) in lines.iter().enumerate() {
            let before = length + chunk.len() as u64;
            if before > 0 && before + line.len() as u64 > self.config.file_bytes {
                file.write_all(chunk.as_bytes())?;
                self.written = at;
                chunk.clear();
                self.rotate()?;
                (file, length) = open(&self.path)?;
            }
            chunk.push_str(line);
        }
        file.write_all(chunk.as_bytes())?;
        self.written = lines.len();
        Ok(())
    }

    fn rotate(&self) -> io::Result<()> {
        let last = self.config.files.saturating_sub(1);
        if last == 0 {
            return fs::remove_file(&self.path);
        }
        for number in (1..last).rev() {
            match fs::rename(self.numbered(number), self.numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(&self.path, self.numbered(1))
    }

    fn numbered(&self, number: u32) -> PathBuf {
        self.path.with_extension(format!("{number}.jsonl"))
    }
}

/// Opens a file to append lines to, and tells its length.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true);
    let mut file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            options.open(path)?
        }
        opened => opened?,
    };
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if let Some(at) = length.checked_sub(1) {
        file.read_exact_at(&mut last, at)?;
    }
    if last != [b'\n'] {
        // The host or its disk failed within a record. It stays a broken line, and does not break the next one.
        file.write_all(b"\n")?;
        return Ok((file, length + 1));
    }
    Ok((file, length))
}

/// The file of a log group that is written.
fn path(dir: &Path, group: &LogGroup) -> PathBuf {
    let mut path = dir.to_owned();
    path.extend(folders(&group.name));
    path.join(format!("{}.{}.jsonl", group.account, group.region))
}

/// The folders of a log group's name, which are others for every other name: `/` is `+`, which no name has; a name that
/// begins with a dot has `=` in front; and one that is longer than a folder's name may be goes on in folders inside.
fn folders(name: &str) -> Vec<String> {
    let dot = if name.starts_with('.') { "=" } else { "" };
    let safe = format!("{dot}{}", name.replace('/', "+"));
    // A log group's name is ASCII.
    let pieces = safe.as_bytes().chunks(MAX_FOLDER_NAME).map(String::from_utf8_lossy);
    // A `+` in front keeps a piece apart from the files beside it.
    pieces
        .enumerate()
        .map(|(at, piece)| if at == 0 { piece.into_owned() } else { format!("+{piece}") })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use tempfile::TempDir;

    use super::*;

    fn group(name: &str) -> LogGroup {
        LogGroup { account: "000000000000".into(), region: "us-east-1".into(), name: name.into() }
    }

    fn files(dir: &TempDir, file_bytes: u64, files: u32) -> Files {
        Files::new(FilesConfig { dir: dir.path().to_owned(), file_bytes, files })
    }

    /// The files of a folder, by name.
    fn contents(folder: &Path) -> BTreeMap<String, String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let read = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        };
        entries.map(read).collect()
    }

    /// Records of two bytes, `1` to `last`, a line each; flushed after each or together.
    fn numbers(files: &mut Files, last: u64, together: bool) {
        for number in 1..=last {
            files.append(&group("g"), number.to_string());
            if !together {
                assert!(files.flush().is_none());
            }
        }
        assert!(files.flush().is_none());
    }

    #[test]
    fn a_full_file_makes_room_for_the_next() {
        for together in [true, false] {
            for (file_bytes, keep, last, expected) in [
                (100, 3, 3, &[("", "1\n2\n3\n")][..]),
                (6, 3, 3, &[("", "1\n2\n3\n")]),
                (6, 3, 4, &[("", "4\n"), (".1", "1\n2\n3\n")]),
                (6, 3, 7, &[("", "7\n"), (".1", "4\n5\n6\n"), (".2", "1\n2\n3\n")]),
                (4, 3, 9, &[("", "9\n"), (".1", "7\n8\n"), (".2", "5\n6\n")]),
                (4, 2, 5, &[("", "5\n"), (".1", "3\n4\n")]),
                (4, 1, 5, &[("", "5\n")]),
                // A record longer than a file has one to itself.
                (1, 3, 3, &[("", "3\n"), (".1", "2\n"), (".2", "1\n")]),
            ] {
                let dir = TempDir::new().unwrap();
                numbers(&mut files(&dir, file_bytes, keep), last, together);
                let expected = expected
                    .iter()
                    .map(|(number, text)| {
                        (format!("000000000000.us-east-1{number}.jsonl"), (*text).to_owned())
                    })
                    .collect();
                assert_eq!(
                    contents(&dir.path().join("g")),
                    expected,
                    "{file_bytes} {keep} {last} {together}"
                );
            }
        }
    }

    #[test]
    fn a_file_is_gone_on_with() {
        for (before, after) in [("", "1\n"), ("a\n", "a\n1\n"), ("a\n{\"id", "a\n{\"id\n1\n")] {
            let dir = TempDir::new().unwrap();
            let path = path(dir.path(), &group("g"));
            fs::create_dir(dir.path().join("g")).unwrap();
            fs::write(&path, before).unwrap();
            numbers(&mut files(&dir, 100, 2), 1, true);
            assert_eq!(fs::read_to_string(&path).unwrap(), after);
        }
    }

    #[test]
    fn what_cannot_be_written_is_counted() {
        let dir = TempDir::new().unwrap();
        // A file where the group's folder should be.
        fs::write(dir.path().join("g"), "").unwrap();
        let mut files = files(&dir, 100, 2);
        for number in 0..3 {
            files.append(&group("g"), number.to_string());
            files.append(&group("other"), number.to_string());
        }
        let failure = files.flush().unwrap();
        assert_eq!(failure.records, 3, "{failure}");
        assert_eq!(contents(&dir.path().join("other")).into_values().collect::<String>(), "0\n1\n2\n");
        // It is tried again with what comes later.
        fs::remove_file(dir.path().join("g")).unwrap();
        files.append(&group("g"), "4".to_owned());
        assert!(files.flush().is_none());
        assert_eq!(contents(&dir.path().join("g")).into_values().collect::<String>(), "4\n");
    }

    #[test]
    fn folders_of_names() {
        let long = "x".repeat(MAX_FOLDER_NAME);
        for (name, expected) in [
            ("g", "g"),
            ("/aws/vendedlogs/states/orders", "+aws+vendedlogs+states+orders"),
            ("a.b-c_d#e", "a.b-c_d#e"),
            (".", "=."),
            ("..", "=.."),
            ("../../g", "=..+..+g"),
            (&long, &long),
            (&format!("{long}y"), &format!("{long}/+y")),
            (&format!("{long}{long}y"), &format!("{long}/+{long}/+y")),
        ] {
            assert_eq!(folders(name).join("/"), expected, "{name}");
            let path = path(Path::new("logs"), &group(name));
            assert_eq!(path, Path::new("logs").join(expected).join("000000000000.us-east-1.jsonl"));
        }
    }
}

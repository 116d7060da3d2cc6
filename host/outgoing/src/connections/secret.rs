//! What must not be seen, and where the host finds it.

use std::{
    fmt, io,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::{
    command,
    known::Known,
    reader::{self, ConfigError},
};

/// Fewest bytes of a secret: fewer could not be told from ordinary text when they are taken out of responses.
pub const SECRET_MIN_BYTES: usize = 4;
/// Most bytes of a secret.
pub const SECRET_MAX_BYTES: usize = 16 << 10;

/// A text that nothing shows: it has no `Display`, its `Debug` says only what it is, and its memory is zeroed when it goes.
pub(super) struct Secret(Zeroizing<String>);

impl Secret {
    /// Take over a text that is a secret from here on.
    pub(super) fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The text itself, for what goes to its destination.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Where a secret is. Shown without the arguments of a command, which may be what should not be seen.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// In an environment variable of the host.
    Env(String),
    /// In a file, whose last line end does not count.
    File(PathBuf),
    /// In what a program prints. Never empty: the program and its arguments.
    Command(Vec<String>),
}

impl Source {
    /// Where the secret at a place of the configuration is: `{ env = … }`, `{ file = … }` or `{ command = … }`.
    ///
    /// # Errors
    /// When it is none of these. No message repeats the value.
    pub fn read(place: &str, value: &toml::Value) -> Result<Self, ConfigError> {
        reader::source(place, value)
    }

    /// The secret, as it is there now: one line of printable ASCII.
    ///
    /// # Errors
    /// When there is none. No message has any of it.
    pub async fn look_up(&self) -> Result<Zeroizing<String>, SecretError> {
        fit(find(self).await?, self)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            // Arguments may be what should not be seen.
            Self::Command(words) => write!(f, "the command {}", words.first().map_or("", String::as_str)),
        }
    }
}

/// Why a secret is not to be had. None of these has any of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The variable is not there.
    #[error("the environment variable {0} is not set: set it where the host is started")]
    Unset(String),
    /// The file cannot be read.
    #[error("the file {path} cannot be read ({why}): the host's user needs to read it")]
    File {
        /// Its path.
        path: String,
        /// What the system said.
        why: io::ErrorKind,
    },
    /// The program did not do its part.
    #[error("the command {program} {why}")]
    Command {
        /// The program, without its arguments.
        program: String,
        /// What went wrong.
        why: String,
    },
    /// What was found cannot be used.
    #[error("{origin} holds {what}")]
    Unfit {
        /// Where it was found.
        origin: String,
        /// What is wrong with it, without saying what it is.
        what: &'static str,
    },
}

/// A secret that is looked up when it is needed, and again after a while.
pub(super) struct Stored {
    /// Its place in the configuration, which names it among the known ones.
    place: String,
    source: Source,
    refresh: Duration,
    known: Arc<Known>,
    kept: Mutex<Option<(Instant, Arc<Secret>)>>,
}

impl Stored {
    pub(super) fn new(place: String, source: Source, refresh: Duration, known: Arc<Known>) -> Self {
        Self { place, source, refresh, known, kept: Mutex::new(None) }
    }

    /// The secret, as it was found at most the configured time ago. Callers wait for each other, so it is looked up once.
    pub(super) async fn get(&self) -> Result<Arc<Secret>, SecretError> {
        let mut kept = self.kept.lock().await;
        if let Some((_, secret)) = kept.as_ref().filter(|(since, _)| since.elapsed() < self.refresh) {
            return Ok(Arc::clone(secret));
        }
        let secret = Arc::new(Secret::new(self.source.look_up().await?));
        self.known.note(&self.place, secret.reveal());
        *kept = Some((Instant::now(), Arc::clone(&secret)));
        Ok(secret)
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret of {}", self.source)
    }
}

async fn find(source: &Source) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    match source {
        Source::Env(name) => std::env::var_os(name)
            .map(|text| Zeroizing::new(text.into_encoded_bytes()))
            .ok_or_else(|| SecretError::Unset(name.clone())),
        Source::File(path) => {
            let failed =
                |error: io::Error| SecretError::File { path: path.display().to_string(), why: error.kind() };
            let file = tokio::fs::File::open(path).await.map_err(failed)?;
            let mut text = Zeroizing::new(Vec::with_capacity(SECRET_MAX_BYTES + 3));
            // One byte more than fits, and a line end, tell that there is more.
            let most = SECRET_MAX_BYTES as u64 + 3;
            tokio::io::AsyncReadExt::read_to_end(&mut tokio::io::AsyncReadExt::take(file, most), &mut text)
                .await
                .map_err(failed)?;
            Ok(text)
        }
        Source::Command(words) => {
            let words = words.clone();
            let program = words.first().cloned().unwrap_or_default();
            let failed = |why: String| SecretError::Command { program: program.clone(), why };
            tokio::task::spawn_blocking(move || command::output(&words, SECRET_MAX_BYTES + 2))
                .await
                .map_err(|_| failed("could not be waited for".into()))?
                .map_err(|error| failed(error.to_string()))
        }
    }
}

/// The text without its last line end, if it can be a secret: printable ASCII, so that it fits in any header and has few
/// other forms that would have to be found in responses.
fn fit(mut bytes: Zeroizing<Vec<u8>>, source: &Source) -> Result<Zeroizing<String>, SecretError> {
    let unfit = |what| SecretError::Unfit { origin: source.to_string(), what };
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    if bytes.len() < SECRET_MIN_BYTES {
        return Err(unfit("less than the 4 bytes that a secret must have"));
    }
    if bytes.len() > SECRET_MAX_BYTES {
        return Err(unfit("more than the 16 KiB that a secret may have"));
    }
    if !bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return Err(unfit("something other than one line of printable ASCII"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| unfit("something other than text"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn look_up(source: Source) -> Result<String, String> {
        let stored = Stored::new("p".into(), source, Duration::from_secs(60), Arc::default());
        stored.get().await.map(|secret| secret.reveal().to_owned()).map_err(|error| error.to_string())
    }

    fn shell(script: &str) -> Source {
        Source::Command(["sh", "-c", script].map(str::to_owned).to_vec())
    }

    #[tokio::test]
    async fn where_secrets_are() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            Source::File(path)
        };
        let long = "x".repeat(SECRET_MAX_BYTES);
        for (source, expected) in [
            (file("a", b"hunter22\n"), Ok("hunter22".to_owned())),
            (file("b", b"hunter 22\r\n"), Ok("hunter 22".to_owned())),
            (file("c", long.as_bytes()), Ok(long.clone())),
            (shell("printf hunter22"), Ok("hunter22".to_owned())),
            (shell("echo hunter22; echo noise >&2"), Ok("hunter22".to_owned())),
            (file("d", b"abc\n"), Err("holds less than the 4 bytes")),
            (file("e", format!("{long}x").as_bytes()), Err("holds more than the 16 KiB")),
            (file("f", b"two\nlines"), Err("something other than one line of printable ASCII")),
            (file("g", "schlüssel".as_bytes()), Err("something other than one line of printable ASCII")),
            (Source::File(folder.path().join("none")), Err("cannot be read (entity not found)")),
            (
                Source::Env("DIRIGENT_TEST_NOT_SET".into()),
                Err("the environment variable DIRIGENT_TEST_NOT_SET is not set"),
            ),
            (shell("echo hunter22; exit 3"), Err("the command sh ended with exit status: 3")),
            (
                Source::Command(vec!["no-such-program-here".into()]),
                Err("the command no-such-program-here cannot be started"),
            ),
        ] {
            let found = look_up(source.clone()).await;
            match expected {
                Ok(text) => assert_eq!(found, Ok(text), "{source:?}"),
                Err(part) => {
                    let error = found.unwrap_err();
                    assert!(error.contains(part), "{source:?}: {error}");
                    assert!(!error.contains("hunter"), "{error}");
                }
            }
        }
    }

    #[tokio::test]
    async fn environment_variables_are_read() {
        // The test process has this one, whatever it is.
        let path = std::env::var("PATH").unwrap();
        assert_eq!(look_up(Source::Env("PATH".into())).await, Ok(path));
    }

    #[tokio::test]
    async fn a_secret_is_kept_for_the_configured_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (refresh, second) in [(Duration::from_secs(3600), "first"), (Duration::ZERO, "second")] {
            std::fs::write(&path, "first").unwrap();
            let stored = Stored::new("p".into(), Source::File(path.clone()), refresh, Arc::default());
            assert_eq!(stored.get().await.unwrap().reveal(), "first");
            std::fs::write(&path, "second").unwrap();
            assert_eq!(stored.get().await.unwrap().reveal(), second);
        }
    }
}

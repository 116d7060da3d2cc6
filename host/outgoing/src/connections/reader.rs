//! Reads tables of the configuration, key by key. A message says at which place something is wrong and never what stands
//! there: it may be a secret that somebody wrote where only its place belongs.

use std::{collections::BTreeSet, path::PathBuf};

use toml::{Table, Value};

use super::secret::Source;

/// What is wrong in the configuration of connections.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct ConfigError {
    /// The place, such as `connection.payments.basic.password`.
    pub place: String,
    /// What is wrong there, and what to do.
    pub what: String,
}

/// How secrets are written, for messages.
const SECRET_FORM: &str = "a secret never stands in the configuration itself: write { env = \"NAME\" }, { file = \"PATH\" } or { command = [\"PROGRAM\", \"ARGUMENT\"] }";

/// A table, and what was read of it.
pub(super) struct Reader<'a> {
    place: String,
    table: &'a Table,
    read: BTreeSet<&'static str>,
}

impl<'a> Reader<'a> {
    /// The value at this place, which has to be a table.
    pub(super) fn new(place: String, value: &'a Value) -> Result<Self, ConfigError> {
        let Value::Table(table) = value else { return Err(wrong(&place, "this has to be a table")) };
        Ok(Self { place, table, read: BTreeSet::new() })
    }

    /// Where a key of this table is.
    pub(super) fn place(&self, key: &str) -> String {
        format!("{}.{key}", self.place)
    }

    /// An error at this table.
    pub(super) fn wrong(&self, what: &str) -> ConfigError {
        wrong(&self.place, what)
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Value> {
        self.read.insert(key);
        self.table.get(key)
    }

    /// What has to be there.
    pub(super) fn required<T>(&self, key: &str, value: Option<T>) -> Result<T, ConfigError> {
        value.ok_or_else(|| self.wrong(&format!("`{key}` is missing")))
    }

    /// A text.
    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(&self.place(key), "this has to be text")),
        }
    }

    /// A number of seconds.
    pub(super) fn seconds(&mut self, key: &'static str) -> Result<Option<u64>, ConfigError> {
        match self
            .get(key)
            .map(|value| (value, value.as_integer().and_then(|number| u64::try_from(number).ok())))
        {
            None => Ok(None),
            Some((_, Some(number))) => Ok(Some(number)),
            Some(_) => Err(wrong(&self.place(key), "this has to be a number of seconds, 0 or more")),
        }
    }

    /// A list of texts; none there is an empty one.
    pub(super) fn texts(&mut self, key: &'static str) -> Result<Vec<String>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        texts(value).ok_or_else(|| wrong(&self.place(key), "this has to be a list of texts"))
    }

    /// A table below this one.
    pub(super) fn table(&mut self, key: &'static str) -> Result<Option<Self>, ConfigError> {
        let place = self.place(key);
        self.get(key).map(|value| Self::new(place, value)).transpose()
    }

    /// Where a secret is.
    pub(super) fn secret(&mut self, key: &'static str) -> Result<Option<Source>, ConfigError> {
        let place = self.place(key);
        self.get(key).map(|value| source(&place, value)).transpose()
    }

    /// All keys of this table with their values, for tables whose keys are the user's.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        self.table.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// That there is nothing else in the table.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        let Some(unknown) = self.table.keys().find(|key| !self.read.contains(key.as_str())) else {
            return Ok(());
        };
        let known = self.read.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        Err(self.wrong(&format!("there is no `{unknown}` here: known are {known}")))
    }
}

/// An error at this place.
pub(super) fn wrong(place: &str, what: &str) -> ConfigError {
    ConfigError { place: place.to_owned(), what: what.to_owned() }
}

/// Where a secret is, from the value at this place.
pub(super) fn source(place: &str, value: &Value) -> Result<Source, ConfigError> {
    let Value::Table(_) = value else { return Err(wrong(place, SECRET_FORM)) };
    let mut reader = Reader::new(place.to_owned(), value)?;
    let (env, file) = (reader.text("env")?, reader.text("file")?);
    let command = reader.texts("command")?;
    let given = usize::from(env.is_some()) + usize::from(file.is_some()) + usize::from(!command.is_empty());
    reader.finish()?;
    match (env, file) {
        _ if given != 1 => Err(wrong(place, SECRET_FORM)),
        (Some(name), _) if name.is_empty() || name.contains(['=', '\0']) => {
            Err(wrong(place, "`env` has to be the name of an environment variable"))
        }
        (Some(name), _) => Ok(Source::Env(name)),
        (_, Some(path)) => Ok(Source::File(PathBuf::from(path))),
        _ => Ok(Source::Command(command)),
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

//! What stands in a file of test cases.
//!
//! ```json
//! [
//!   {
//!     "name": "charges the card",
//!     "input": { "order": 7 },
//!     "config": { "currency": "EUR" },
//!     "http": [
//!       {
//!         "request": { "method": "POST", "url": "https://api.example.com/v1/charges", "body": { "order": 7 } },
//!         "response": { "status": 201, "body": { "id": "ch_1" } }
//!       }
//!     ],
//!     "keyvalue": { "before": {}, "after": { "orders": { "7": "charged" } } },
//!     "output": { "charge": "ch_1" }
//!   },
//!   { "name": "an order that is none", "input": {}, "error": { "name": "Plugin.InvalidInput", "cause": "order" } }
//! ]
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Bytes of a file of cases.
const FILE_LIMIT: u64 = 64 << 20;

/// Buckets by name, and in each the values by key. A text stands for its bytes, any other value for its JSON.
pub(super) type Buckets = BTreeMap<String, BTreeMap<String, Value>>;

/// One case: an input, what is around it, and what is expected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    #[serde(default = "empty_object")]
    pub(super) input: Value,
    /// The expected output. `null` is one, too.
    #[serde(default, deserialize_with = "given")]
    pub(super) output: Option<Value>,
    /// The expected error.
    pub(super) error: Option<ExpectedError>,
    #[serde(default)]
    pub(super) context: Context,
    /// Environment variables, besides those of the manifest.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    /// Values of `wasi:config`.
    #[serde(default)]
    pub(super) config: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) keyvalue: KeyValue,
    /// The requests that the plugin makes, each once, and what comes back.
    #[serde(default)]
    pub(super) http: Vec<Exchange>,
    /// Connections that there are. Requests that go through one have the header `X-Connection` with its name.
    #[serde(default)]
    pub(super) connections: Vec<String>,
    /// Directories that the plugin asks for, and where they are, seen from the plugin's folder.
    #[serde(default)]
    pub(super) directories: BTreeMap<String, PathBuf>,
    /// Texts that have to be in lines of the log.
    #[serde(default)]
    pub(super) logs: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedError {
    pub(super) name: String,
    /// What the cause has to contain.
    pub(super) cause: Option<String>,
}

/// What the plugin is told of the work it is part of.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Context {
    pub(super) attempt: u32,
    pub(super) state_name: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) idempotency_key: Option<String>,
    pub(super) task_token: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct KeyValue {
    pub(super) before: Buckets,
    /// What the buckets that are named here hold at the end, whole.
    pub(super) after: Buckets,
}

/// A request and its response.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    pub(super) request: Request,
    pub(super) response: Response,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    #[serde(default = "get")]
    pub(super) method: String,
    pub(super) url: String,
    /// Headers that have to be there; there may be others.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// A text is the body as it is; any other value is compared as JSON.
    #[serde(default, deserialize_with = "given")]
    pub(super) body: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Response {
    #[serde(default = "ok")]
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "given")]
    pub(super) body: Option<Value>,
    /// In place of a response.
    pub(super) error: Option<NoResponse>,
}

/// Why there is no response.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum NoResponse {
    /// The host has no address.
    Name,
    /// Nothing listens there.
    Connect,
    /// It took too long.
    Timeout,
    /// The connection broke.
    Broken,
}

fn empty_object() -> Value {
    Value::Object(serde_json::Map::new())
}

fn get() -> String {
    "GET".into()
}

fn ok() -> u16 {
    200
}

/// A value that is there, `null` among them.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The bytes that a value of a case file stands for.
pub(super) fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    }
}

/// Reads a file of cases.
///
/// # Errors
/// When it is no such file, has no case, or has a case that could not fail.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Case>> {
    let here = || format!("cannot read the cases {}", path.display());
    if !path.is_file() {
        bail!(
            "there is no {}. It has a list of cases, such as [{{\"name\": \"greets\", \"input\": {{\"name\": \"Ada\"}}, \
             \"output\": {{\"greeting\": \"Hello\"}}}}]",
            path.display()
        );
    }
    let size = path.metadata().with_context(here)?.len();
    if size > FILE_LIMIT {
        bail!("{} has {size} bytes; at most {FILE_LIMIT} are read", path.display());
    }
    let text = std::fs::read_to_string(path).with_context(here)?;
    let cases: Vec<Case> =
        serde_json::from_str(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    check(&cases).map_err(|why| anyhow!("{}: {why}", path.display()))?;
    Ok(cases)
}

fn check(cases: &[Case]) -> Result<(), String> {
    if cases.is_empty() {
        return Err("it has no case".into());
    }
    let mut names = BTreeSet::new();
    for case in cases {
        let name = &case.name;
        if !names.insert(name) {
            return Err(format!("two cases are called `{name}`"));
        }
        if case.output.is_some() == case.error.is_some() {
            return Err(format!("the case `{name}` has to expect either an `output` or an `error`"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn files_that_are_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cases.json");
        for (text, expected) in [
            ("[]", "it has no case"),
            ("{}", "invalid type: map, expected a sequence"),
            (r#"[{"name": "a"}]"#, "the case `a` has to expect either an `output` or an `error`"),
            (r#"[{"name": "a", "output": 1, "error": {"name": "E"}}]"#, "the case `a` has to expect either"),
            (r#"[{"name": "a", "output": 1}, {"name": "a", "output": 1}]"#, "two cases are called `a`"),
            (r#"[{"name": "a", "outptu": 1}]"#, "unknown field `outptu`"),
            (
                r#"[{"name": "a", "output": 1, "http": [{"request": {"url": "x"}, "response": {"error": "tired"}}]}]"#,
                "unknown variant `tired`",
            ),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read(&path).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(expected), "{text}: `{expected}` is not in `{error}`");
        }
        std::fs::write(&path, r#"[{"name": "a", "output": null}]"#).unwrap();
        assert_eq!(read(&path).unwrap()[0].output, Some(Value::Null));
        assert!(read(&dir.path().join("absent.json")).unwrap_err().to_string().contains("there is no "));
    }
}

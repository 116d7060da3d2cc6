//! `plugin.toml`: what a plugin is, what it serves, what it asks for, and the limits it sets itself.
//!
//! ```toml
//! name = "charge"              # optional; has to be the folder's name
//! version = "1.2.0"            # optional; has to be the folder's version
//! description = "Charges a card"
//! serves = ["arn:aws:states:::sqs:sendMessage"]
//!
//! [limits]                     # each can only lower the host's limit
//! fuel = 1_000_000_000
//! memory = "64MiB"
//! output = "1MiB"
//! time = "30s"
//! host_calls = 1000
//!
//! [asks]
//! http = ["POST https://api.example.com/v1/*"]
//!
//! [environment]                # variables that the component sees, as Lambda functions have them; no place for secrets
//! TABLE = "orders"
//!
//! [build]                      # how `dirigent plugin build` makes the component; nothing to the host
//! language = "rust"
//! ```

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer, de};

use crate::{Asks, ByteSize, Digest, Fuel, LimitOverrides};

/// Resources that one manifest may name.
const SERVES_LIMIT: usize = 1_000;
/// Bytes of all environment variables together, names and values. (AWS Lambda takes 4 KB.)
const ENVIRONMENT_LIMIT: usize = 32 << 10;

/// A manifest as it was read. An empty file is a valid one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) description: String,
    pub(super) serves: Vec<String>,
    #[serde(deserialize_with = "limits")]
    pub(super) limits: LimitOverrides,
    pub(super) asks: Asks,
    /// Environment variables of the component.
    pub(super) environment: BTreeMap<String, String>,
    /// What the tools that build plugins keep here. The host does not look into it.
    #[allow(dead_code, reason = "it is here to be allowed in the file")]
    pub(super) build: toml::Table,
}

impl Manifest {
    /// Read a manifest found at these folders. An error says what is wrong and where, in one line.
    pub(super) fn read(text: &str, name: &str, version: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map(|span| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            format!("{place}{}", error.message().replace('\n', ", "))
        })?;
        for (key, said, folder) in [("name", &manifest.name, name), ("version", &manifest.version, version)] {
            if let Some(said) = said
                && said != folder
            {
                return Err(format!("{key} is \"{said}\" but the folder is `{folder}`; make them the same"));
            }
        }
        if manifest.serves.len() > SERVES_LIMIT {
            return Err(format!(
                "serves has {} resources; at most {SERVES_LIMIT} are allowed",
                manifest.serves.len()
            ));
        }
        check_environment(&manifest.environment)?;
        Ok(manifest)
    }

    /// What an execution pins for a component with this manifest.
    ///
    /// An environment or asks make another plugin of the same component, so the pin is a digest of all that together,
    /// and of whose they are. Without them it is the component's own.
    pub(super) fn pin(&self, component: Digest, name: &str, version: &str) -> Digest {
        if self.environment.is_empty() && self.asks == Asks::default() {
            return component;
        }
        // As JSON, so that no two of them have the same text.
        let pinned = serde_json::json!({
            "component": component,
            "name": name,
            "version": version,
            "environment": self.environment,
            "asks": self.asks,
        });
        Digest::of(pinned.to_string().as_bytes())
    }
}

/// What no environment can hold is an error here, and not a surprise in the guest.
fn check_environment(environment: &BTreeMap<String, String>) -> Result<(), String> {
    for (name, value) in environment {
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            return Err(format!(
                "environment has the variable `{}`: a name must not be empty or hold `=`, and neither a name nor a value \
                 can hold NUL",
                name.escape_debug()
            ));
        }
    }
    let bytes: usize = environment.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > ENVIRONMENT_LIMIT {
        return Err(format!("environment has {bytes} bytes; at most {ENVIRONMENT_LIMIT} are allowed"));
    }
    Ok(())
}

/// Check a manifest before it is put into a registry, at the folders of this name and version.
///
/// # Errors
/// What a host would say of it, in one line.
pub fn check_manifest(text: &str, name: &str, version: &str) -> Result<(), String> {
    if semver::Version::parse(version).is_err() {
        return Err(format!("version `{version}` is none; write it like 1.2.0 (major.minor.patch)"));
    }
    Manifest::read(text, name, version).map(drop)
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Limits {
    fuel: Option<u64>,
    memory: Option<Size>,
    output: Option<Size>,
    time: Option<Time>,
    host_calls: Option<u32>,
}

struct Size(ByteSize);
struct Time(Duration);

fn limits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LimitOverrides, D::Error> {
    let Limits { fuel, memory, output, time, host_calls } = Limits::deserialize(deserializer)?;
    Ok(LimitOverrides {
        fuel: fuel.map(Fuel),
        memory: memory.map(|size| size.0),
        output: output.map(|size| size.0),
        time: time.map(|time| time.0),
        host_calls,
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(u64),
    Text(String),
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match NumberOrText::deserialize(deserializer) {
            Ok(NumberOrText::Number(bytes)) => Ok(Self(ByteSize(bytes))),
            Ok(NumberOrText::Text(text)) => text.parse().map(Self).map_err(de::Error::custom),
            Err(_) => {
                Err(de::Error::custom("a size is a number of bytes, or \"64KiB\", \"16MiB\", \"1GiB\""))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const HINT: &str = "a time is \"500ms\", \"30s\", \"5m\" or \"1h\"";
        let text = String::deserialize(deserializer).map_err(|_| de::Error::custom(HINT))?;
        let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let unit = match unit.trim() {
            "ms" => Some(1),
            "s" => Some(1_000),
            "m" => Some(60_000),
            "h" => Some(3_600_000),
            _ => None,
        };
        let milliseconds = unit.zip(digits.parse::<u64>().ok()).and_then(|(unit, n)| n.checked_mul(unit));
        milliseconds
            .map(|milliseconds| Self(Duration::from_millis(milliseconds)))
            .ok_or_else(|| de::Error::custom(format!("`{text}` is not a time: {HINT}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_a_manifest_can_say() {
        let text = r#"
            name = "charge"
            version = "1.2.0"
            description = "Charges a card"
            serves = ["arn:aws:states:::sqs:sendMessage"]
            [limits]
            fuel = 1_000
            memory = "64MiB"
            output = 4096
            time = "30s"
            host_calls = 7
            [asks]
            http = ["https://api.example.com"]
            directories = ["orders"]
            [environment]
            TABLE = "orders"
            [build]
            language = "rust"
        "#;
        let expected = Manifest {
            name: Some("charge".into()),
            version: Some("1.2.0".into()),
            description: "Charges a card".into(),
            serves: vec!["arn:aws:states:::sqs:sendMessage".into()],
            limits: LimitOverrides {
                fuel: Some(Fuel(1_000)),
                memory: Some(ByteSize::mib(64)),
                output: Some(ByteSize(4096)),
                time: Some(Duration::from_secs(30)),
                host_calls: Some(7),
            },
            asks: Asks {
                http: vec!["https://api.example.com".parse().expect("a rule")],
                directories: vec!["orders".into()],
                ..Asks::default()
            },
            environment: [("TABLE".to_owned(), "orders".to_owned())].into(),
            build: toml::Table::from_iter([("language".into(), "rust".into())]),
        };
        assert_eq!(Manifest::read(text, "charge", "1.2.0"), Ok(expected));
        assert_eq!(Manifest::read("", "charge", "1.2.0"), Ok(Manifest::default()));
    }

    #[test]
    fn what_is_pinned() {
        let component = Digest::of(b"component");
        let pin = |text: &str, name: &str, version: &str| {
            Manifest::read(text, name, version).map(|manifest| manifest.pin(component, name, version))
        };
        // Neither text nor limits make another plugin of a component, whatever it is called.
        for text in ["", "description = \"Charges\"", "[limits]\nfuel = 1", "[environment]\n[asks]"] {
            assert_eq!(pin(text, "charge", "1.2.0"), Ok(component), "{text}");
        }
        let others = [
            ("[environment]\nA = \"1\"", "charge", "1.2.0"),
            ("[environment]\nA = \"2\"", "charge", "1.2.0"),
            ("[environment]\nB = \"1\"", "charge", "1.2.0"),
            ("[environment]\nA = \"1\"", "charge", "1.2.1"),
            ("[environment]\nA = \"1\"", "refund", "1.2.0"),
            ("[asks]\nhttp = [\"https://api.example.com\"]", "charge", "1.2.0"),
            ("[asks]\nconfig = [\"A\"]", "charge", "1.2.0"),
        ];
        let mut pins: Vec<_> = others.iter().map(|(text, name, version)| pin(text, name, version)).collect();
        // The same again is the same.
        assert_eq!(pin(others[0].0, others[0].1, others[0].2), pins[0]);
        pins.push(Ok(component));
        for (place, one) in pins.iter().enumerate() {
            assert!(one.is_ok() && !pins[..place].contains(one), "{:?}", others.get(place));
        }
    }

    #[test]
    fn an_environment_is_limited() {
        let text = |bytes: usize| format!("[environment]\nA = \"{}\"", "x".repeat(bytes - 1));
        assert!(Manifest::read(&text(ENVIRONMENT_LIMIT), "charge", "1.2.0").is_ok());
        assert_eq!(
            Manifest::read(&text(ENVIRONMENT_LIMIT + 1), "charge", "1.2.0"),
            Err("environment has 32769 bytes; at most 32768 are allowed".into())
        );
    }

    #[test]
    fn errors_name_the_key_and_what_is_known() {
        for (text, expected) in [
            (
                "naem = \"charge\"",
                "line 1: unknown field `naem`, expected one of `name`, `version`, `description`, `serves`, `limits`, `asks`, `environment`, `build`",
            ),
            (
                "\n[limits]\nfule = 1",
                "line 3: unknown field `fule`, expected one of `fuel`, `memory`, `output`, `time`, `host_calls`",
            ),
            (
                "[asks]\nhtpp = []",
                "line 2: unknown field `htpp`, expected one of `http`, `keyvalue`, `connections`, `config`, `directories`",
            ),
            ("name = \"other\"", "name is \"other\" but the folder is `charge`; make them the same"),
            ("version = \"2.0.0\"", "version is \"2.0.0\" but the folder is `1.2.0`; make them the same"),
            (
                "[limits]\nmemory = \"64MB\"",
                "line 2: `64MB` is not a size: write a number of bytes, or \"64KiB\", \"16MiB\", \"1GiB\"",
            ),
            (
                "[limits]\nmemory = true",
                "line 2: a size is a number of bytes, or \"64KiB\", \"16MiB\", \"1GiB\"",
            ),
            (
                "[limits]\ntime = \"30\"",
                "line 2: `30` is not a time: a time is \"500ms\", \"30s\", \"5m\" or \"1h\"",
            ),
            ("[limits]\ntime = 30", "line 2: a time is \"500ms\", \"30s\", \"5m\" or \"1h\""),
            ("[limits]\nfuel = -1", "line 2: invalid value: integer `-1`, expected u64"),
            ("[environment]\nTABLE = 1", "line 2: invalid type: integer `1`, expected a string"),
            (
                "[environment]\n\"A=B\" = \"\"",
                "environment has the variable `A=B`: a name must not be empty or hold `=`, and neither a name nor a value can hold NUL",
            ),
            ("serves = \"one\"", "line 1: invalid type: string \"one\", expected a sequence"),
            ("name = ", "line 1: string values must be quoted, expected literal string"),
        ] {
            assert_eq!(Manifest::read(text, "charge", "1.2.0"), Err(expected.to_owned()), "{text}");
        }
    }
}

//! `loggingConfiguration`, `tracingConfiguration` and `encryptionConfiguration`: checked and kept as they are described
//! later. Logging is acted upon. The other two are kept and shown: nothing is traced, and nothing encrypted.
//!
//! Only what the service model knows is kept, so that a description has nothing that a caller invented.

use serde_json::{Map, Value, json};

use super::MAX_ARN;
use crate::error::ApiError;
use crate::logging::LogGroup;
use crate::params::Params;

/// Longest id, alias or ARN of a key, in characters. Source: the service model, `KmsKeyId`.
const MAX_KEY_ID: usize = 2_048;

/// For how long a data key may be reused, in seconds. Source: the service model, `KmsDataKeyReusePeriodSeconds`.
const REUSE_SECONDS: std::ops::RangeInclusive<i64> = 60..=900;

/// The type with a key of the caller's.
const CUSTOMER_MANAGED: &str = "CUSTOMER_MANAGED_KMS_KEY";

/// The configurations of a state machine, as JSON texts where they have content.
pub(super) struct Configurations {
    pub(super) logging: Option<String>,
    pub(super) tracing: Option<String>,
    pub(super) encryption: Option<String>,
}

/// The same as a caller wants them.
pub(super) struct Wanted {
    logging: Option<Logging>,
    tracing: Option<String>,
    encryption: Option<Encryption>,
}

impl Wanted {
    /// Reads all three. What is out of bounds is among the violations then.
    pub(super) fn read(params: &mut Params) -> Result<Wanted, ApiError> {
        Ok(Wanted {
            logging: Logging::read(params)?,
            tracing: tracing(params)?,
            encryption: Encryption::read(params)?,
        })
    }

    /// What may be kept, after the violations have been told.
    ///
    /// # Errors
    /// `InvalidLoggingConfiguration`, `InvalidEncryptionConfiguration`.
    pub(super) fn checked(self) -> Result<Configurations, ApiError> {
        Ok(Configurations {
            logging: self.logging.map(Logging::checked).transpose()?.flatten(),
            tracing: self.tracing,
            encryption: self.encryption.map(Encryption::checked).transpose()?,
        })
    }
}

/// `loggingConfiguration`. Source: AWS API Reference, "LoggingConfiguration".
struct Logging {
    kept: Map<String, Value>,
    is_on: bool,
}

impl Logging {
    fn read(params: &mut Params) -> Result<Option<Logging>, ApiError> {
        let Some(mut logging) = params.nested("loggingConfiguration")? else { return Ok(None) };
        let mut kept = Map::new();
        let level = logging.word("level", &["ALL", "ERROR", "FATAL", "OFF"])?;
        let is_on = level.as_deref().is_some_and(|level| level != "OFF");
        keep(&mut kept, "level", level);
        keep(&mut kept, "includeExecutionData", logging.boolean("includeExecutionData")?);
        let destinations = logging.items("destinations")?.map(|list| destinations(&mut logging, list));
        let destinations = destinations.transpose()?;
        keep(&mut kept, "destinations", destinations);
        params.absorb(logging);
        Ok(Some(Logging { kept, is_on }))
    }

    fn checked(self) -> Result<Option<String>, ApiError> {
        if self.is_on {
            self.check_destination()?;
        }
        Ok(text(self.kept))
    }

    fn check_destination(&self) -> Result<(), ApiError> {
        let refused = |message: &str| {
            let message = format!("Invalid Logging Configuration: {message}");
            Err(ApiError::new("InvalidLoggingConfiguration", message))
        };
        let destinations = self.kept.get("destinations").and_then(Value::as_array);
        let [destination] = destinations.map_or(&[][..], Vec::as_slice) else {
            return refused("Must specify exactly one Log Destination.");
        };
        match destination.pointer("/cloudWatchLogsLogGroup/logGroupArn").and_then(Value::as_str) {
            None => refused("Must specify exactly one Log Destination."),
            Some(arn) if !arn.ends_with(":*") => {
                refused("Log Group ARN must be provided with '*' qualifier.")
            }
            // The words are ours: those of AWS are not known.
            Some(arn) if LogGroup::parse(arn).is_none() => refused(&format!(
                "'{arn}' is no ARN of a log group, such as arn:aws:logs:us-east-1:000000000000:log-group:NAME:*"
            )),
            Some(_) => Ok(()),
        }
    }
}

fn destinations(logging: &mut Params, list: Vec<Params>) -> Result<Vec<Value>, ApiError> {
    let mut kept = Vec::with_capacity(list.len());
    for mut destination in list {
        let mut content = Map::new();
        if let Some(mut group) = destination.nested("cloudWatchLogsLogGroup")? {
            let mut named = Map::new();
            keep(&mut named, "logGroupArn", group.string("logGroupArn", 1, MAX_ARN)?);
            destination.absorb(group);
            content.insert("cloudWatchLogsLogGroup".into(), Value::Object(named));
        }
        logging.absorb(destination);
        kept.push(Value::Object(content));
    }
    Ok(kept)
}

/// `tracingConfiguration`, as JSON text.
fn tracing(params: &mut Params) -> Result<Option<String>, ApiError> {
    let Some(tracing) = params.nested("tracingConfiguration")? else { return Ok(None) };
    let mut kept = Map::new();
    keep(&mut kept, "enabled", tracing.boolean("enabled")?);
    Ok(text(kept))
}

/// `encryptionConfiguration`. Source: AWS API Reference, "EncryptionConfiguration" and "InvalidEncryptionConfiguration".
pub(super) struct Encryption {
    kind: String,
    key_id: Option<String>,
    reuse_seconds: Option<i64>,
}

impl Encryption {
    /// Reads it, where given. What is out of bounds is among the violations then.
    pub(super) fn read(params: &mut Params) -> Result<Option<Encryption>, ApiError> {
        let Some(mut encryption) = params.nested("encryptionConfiguration")? else { return Ok(None) };
        let kind = encryption.word("type", &["AWS_OWNED_KEY", CUSTOMER_MANAGED])?;
        if kind.is_none() {
            encryption.missing("type");
        }
        let key_id = encryption.string("kmsKeyId", 1, MAX_KEY_ID)?;
        let reuse_seconds = encryption.integer("kmsDataKeyReusePeriodSeconds", i64::MIN, i64::MAX)?;
        params.absorb(encryption);
        Ok(Some(Encryption { kind: kind.unwrap_or_default(), key_id, reuse_seconds }))
    }

    /// Its JSON text.
    ///
    /// # Errors
    /// `InvalidEncryptionConfiguration`.
    pub(super) fn checked(self) -> Result<String, ApiError> {
        let invalid = |why: String| {
            let message = format!("Invalid Encryption Configuration: '{why}'");
            Err(ApiError::new("InvalidEncryptionConfiguration", message))
        };
        if self.kind == CUSTOMER_MANAGED && self.key_id.is_none() {
            return invalid(format!("kmsKeyId must be given with the type {CUSTOMER_MANAGED}"));
        }
        if let Some(seconds) = self.reuse_seconds.filter(|seconds| !REUSE_SECONDS.contains(seconds)) {
            let (least, most) = (REUSE_SECONDS.start(), REUSE_SECONDS.end());
            return invalid(format!(
                "kmsDataKeyReusePeriodSeconds must be between {least} and {most}, and is {seconds}"
            ));
        }
        let mut kept = Map::from_iter([("type".to_owned(), json!(self.kind))]);
        keep(&mut kept, "kmsKeyId", self.key_id);
        keep(&mut kept, "kmsDataKeyReusePeriodSeconds", self.reuse_seconds);
        Ok(Value::Object(kept).to_string())
    }
}

fn keep(kept: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        kept.insert(name.to_owned(), value.into());
    }
}

/// As JSON text; one without content is as good as none.
fn text(kept: Map<String, Value>) -> Option<String> {
    (!kept.is_empty()).then(|| Value::Object(kept).to_string())
}

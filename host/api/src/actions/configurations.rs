//! `loggingConfiguration`, `tracingConfiguration` and `encryptionConfiguration` of state machines and activities.
//!
//! Sources: AWS Step Functions API Reference, "LoggingConfiguration", "TracingConfiguration" and "EncryptionConfiguration".
//! Logging is acted upon. The other two are kept and shown: nothing is traced, and nothing encrypted.

use serde_json::{Map, Value, json};

use super::MAX_ARN;
use crate::error::ApiError;
use crate::logging::LogGroup;
use crate::params::Params;

/// Longest `kmsKeyId`, in characters.
const MAX_KMS_KEY_ID: usize = 2_048;

/// The configurations that a call gives, each as JSON with the members that AWS knows. One without content is as good
/// as none.
#[derive(Debug)]
pub(super) struct Configurations {
    logging: Map<String, Value>,
    tracing: Map<String, Value>,
    encryption: Map<String, Value>,
}

impl Configurations {
    /// Reads them. What is out of bounds is noted with the call's other violations.
    pub(super) fn read(params: &mut Params) -> Result<Configurations, ApiError> {
        Ok(Configurations {
            logging: nested(params, "loggingConfiguration", logging)?,
            tracing: nested(params, "tracingConfiguration", |tracing, members| {
                members.extend(tracing.boolean("enabled")?.map(|enabled| ("enabled".into(), enabled.into())));
                Ok(())
            })?,
            encryption: nested(params, "encryptionConfiguration", encryption)?,
        })
    }

    /// Refuses what AWS has errors of its own for.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        self.check_logging()?;
        if self.encryption.get("type").is_some_and(|of| of == "CUSTOMER_MANAGED_KMS_KEY")
            && !self.encryption.contains_key("kmsKeyId")
        {
            let message =
                "Invalid Encryption Configuration: kmsKeyId must be set for CUSTOMER_MANAGED_KMS_KEY";
            return Err(ApiError::new("InvalidEncryptionConfiguration", message));
        }
        Ok(())
    }

    fn check_logging(&self) -> Result<(), ApiError> {
        let refused = |message: &str| {
            let message = format!("Invalid Logging Configuration: {message}");
            Err(ApiError::new("InvalidLoggingConfiguration", message))
        };
        if self.logging.get("level").is_none_or(|level| level == "OFF") {
            return Ok(());
        }
        let destinations = self.logging.get("destinations").and_then(Value::as_array);
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

    pub(super) fn logging(&self) -> Option<String> {
        text(&self.logging)
    }

    pub(super) fn tracing(&self) -> Option<String> {
        text(&self.tracing)
    }

    pub(super) fn encryption(&self) -> Option<String> {
        text(&self.encryption)
    }
}

fn text(members: &Map<String, Value>) -> Option<String> {
    (!members.is_empty()).then(|| Value::Object(members.clone()).to_string())
}

/// The members of a nested structure that `read` finds.
fn nested(
    params: &mut Params,
    name: &str,
    read: impl FnOnce(&mut Params, &mut Map<String, Value>) -> Result<(), ApiError>,
) -> Result<Map<String, Value>, ApiError> {
    let mut members = Map::new();
    if let Some(mut nested) = params.nested(name)?.filter(|nested| !nested.is_empty()) {
        read(&mut nested, &mut members)?;
        params.absorb(nested);
    }
    Ok(members)
}

fn logging(params: &mut Params, members: &mut Map<String, Value>) -> Result<(), ApiError> {
    if let Some(destinations) = params.array("destinations")?.cloned() {
        let read = |(index, destination)| destination_of(params, index, destination);
        let list = destinations.iter().enumerate().map(read).collect::<Result<Vec<Value>, ApiError>>()?;
        members.insert("destinations".into(), list.into());
    }
    if let Some(include) = params.boolean("includeExecutionData")? {
        members.insert("includeExecutionData".into(), include.into());
    }
    if let Some(level) = params.word("level", &["ALL", "ERROR", "FATAL", "OFF"])? {
        members.insert("level".into(), level.into());
    }
    Ok(())
}

/// A destination with what AWS knows of it.
fn destination_of(params: &mut Params, index: usize, destination: &Value) -> Result<Value, ApiError> {
    let arn = match destination.pointer("/cloudWatchLogsLogGroup/logGroupArn") {
        None | Some(Value::Null) => return Ok(json!({})),
        Some(Value::String(arn)) => arn,
        Some(_) => {
            let message = "The value of 'logGroupArn' must be a string";
            return Err(ApiError::new("SerializationException", message));
        }
    };
    if arn.chars().count() > MAX_ARN {
        let name = format!("destinations.{}.member.cloudWatchLogsLogGroup.logGroupArn", index + 1);
        let constraint = format!("Member must have length less than or equal to {MAX_ARN}");
        params.violation(&name, arn, &constraint);
    }
    Ok(json!({ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }))
}

fn encryption(params: &mut Params, members: &mut Map<String, Value>) -> Result<(), ApiError> {
    if let Some(key) = params.string("kmsKeyId", 1, MAX_KMS_KEY_ID)? {
        members.insert("kmsKeyId".into(), key.into());
    }
    if let Some(seconds) = params.integer("kmsDataKeyReusePeriodSeconds", 60, 900)? {
        members.insert("kmsDataKeyReusePeriodSeconds".into(), seconds.into());
    }
    match params.word("type", &["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"])? {
        Some(of) => {
            members.insert("type".into(), of.into());
        }
        None => params.missing("type"),
    }
    Ok(())
}

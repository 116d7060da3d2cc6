//! `lambda:invoke`: AWS's call around the function, which is what a workflow's paths refer to.
//!
//! Source: AWS Lambda API, "Invoke", and what Step Functions returned of it when it was recorded.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::core::error_names;
use crate::event::{Fault, Metering};
use crate::payload::Payload;

/// The error of a host that has no component for a binding.
const NOT_FOUND: &str = "Plugin.NotFound";

/// Greatest size of `LogResult` before it is encoded, in bytes. Source: AWS Lambda API, "Invoke": the last 4 KB.
const MAX_LOG_BYTES: usize = 4096;

/// What the parameters of `lambda:invoke` ask for.
#[derive(Debug)]
pub(super) struct Invocation {
    /// The function's name, without account and qualifier.
    pub(super) function: Arc<str>,
    /// The function's name, with the version or alias behind a colon if one is named: what it is looked up by.
    pub(super) qualified: Arc<str>,
    /// Its event, as JSON text.
    pub(super) input: Arc<str>,
    /// `LogType: Tail`.
    log_tail: bool,
}

impl Invocation {
    pub(super) fn of(parameters: &Payload) -> Result<Invocation, Fault> {
        let parameters = parameters.value();
        let Some(function) = parameters.get("FunctionName").and_then(Value::as_str) else {
            let cause = "The parameters of lambda:invoke need a FunctionName";
            return Err(Fault::new(error_names::RUNTIME, cause));
        };
        // AWS Lambda API, "Invoke": a qualifier in the name or beside it.
        let qualifier = parameters.get("Qualifier").and_then(Value::as_str).or_else(|| qualifier(function));
        let function = function_name(function);
        Ok(Invocation {
            function: function.into(),
            qualified: match qualifier {
                Some(qualifier) => format!("{function}:{qualifier}").into(),
                None => function.into(),
            },
            input: event(parameters.get("Payload"))?.into(),
            log_tail: parameters.get("LogType").and_then(Value::as_str) == Some("Tail"),
        })
    }

    /// The task's result for what the function returned.
    pub(super) fn reply(&self, result: Result<String, Fault>, metering: &Metering) -> Result<Payload, Fault> {
        let request_id = Uuid::new_v4().to_string();
        let output = result.map_err(failed)?;
        let mut headers = vec![
            ("X-Amz-Executed-Version", "$LATEST".to_owned()),
            ("x-amzn-Remapped-Content-Length", "0".to_owned()),
            ("Connection", "keep-alive".to_owned()),
            ("x-amzn-RequestId", request_id.clone()),
            ("Content-Length", output.len().to_string()),
            ("Date", date()),
            ("X-Amzn-Trace-Id", trace_id()),
            ("Content-Type", "application/json".to_owned()),
        ];
        let mut reply = Map::new();
        reply.insert("ExecutedVersion".into(), "$LATEST".into());
        if self.log_tail {
            let log = BASE64_STANDARD.encode(log_tail(&request_id, metering));
            headers.insert(0, ("X-Amz-Log-Result", log.clone()));
            reply.insert("LogResult".into(), log.into());
        }
        reply.insert("Payload".into(), Payload::from_text(output).value().clone());
        reply.insert("SdkHttpMetadata".into(), http_metadata(&headers));
        reply.insert("SdkResponseMetadata".into(), json!({ "RequestId": request_id }));
        reply.insert("StatusCode".into(), 200.into());
        Ok(Payload::from_value(Value::Object(reply)))
    }

    /// The fault of a function that is not there, in Lambda's words. A plugin that is there and cannot be called keeps
    /// its own.
    pub(super) fn not_found(&self, explained: Fault, region: &str, account: &str) -> Fault {
        if explained.error.as_deref() != Some(NOT_FOUND) {
            return explained;
        }
        let Invocation { function, .. } = self;
        tracing::debug!(function = &**function, cause = explained.cause.as_deref(), "no such function");
        let cause = format!(
            "Function not found: arn:aws:lambda:{region}:{account}:function:{function}:$LATEST (Service: AWSLambda; \
             Status Code: 404; Error Code: ResourceNotFoundException; Request ID: {}; Proxy: null)",
            Uuid::new_v4()
        );
        Fault::new("Lambda.ResourceNotFoundException", cause)
    }
}

/// The function's event. A text is sent as it is, so it has to be JSON; nothing and null are an empty object.
fn event(payload: Option<&Value>) -> Result<String, Fault> {
    match payload {
        None | Some(Value::Null) => Ok("{}".to_owned()),
        Some(Value::String(text)) => match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Ok(_) => Ok(text.clone()),
            Err(error) => Err(Fault::new(
                "Lambda.InvalidRequestContentException",
                format!(
                    "Could not parse request body into json: {error} (Service: AWSLambda; Status Code: 400)"
                ),
            )),
        },
        Some(other) => Ok(other.to_string()),
    }
}

/// A cause that is JSON loses its spaces on the way through Lambda's API.
fn failed(mut fault: Fault) -> Fault {
    let json = fault.cause.as_deref().filter(|cause| cause.starts_with('{'));
    if let Some(value) = json.and_then(|cause| serde_json::from_str::<Value>(cause).ok()) {
        fault.cause = Some(value.to_string().into());
    }
    fault
}

/// `SdkHttpMetadata` and `SdkResponseMetadata` of an answer of so many bytes.
pub(super) fn response_metadata(length: usize, content_type: &str) -> Map<String, Value> {
    let request_id = Uuid::new_v4().to_string();
    let headers = [
        ("x-amzn-RequestId", request_id.clone()),
        ("connection", "keep-alive".to_owned()),
        ("Content-Length", length.to_string()),
        ("Date", date()),
        ("Content-Type", content_type.to_owned()),
    ];
    let mut metadata = Map::new();
    metadata.insert("SdkHttpMetadata".into(), http_metadata(&headers));
    metadata.insert("SdkResponseMetadata".into(), json!({ "RequestId": request_id }));
    metadata
}

fn http_metadata(headers: &[(&'static str, String)]) -> Value {
    let all = headers.iter().map(|(name, value)| ((*name).to_owned(), json!([value])));
    let mut sorted = headers.to_vec();
    sorted.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    let one = sorted.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
    json!({
        "AllHttpHeaders": all.collect::<Map<_, _>>(),
        "HttpHeaders": one.collect::<Map<_, _>>(),
        "HttpStatusCode": 200,
    })
}

/// Now, as RFC 9110 has it in headers.
fn date() -> String {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&jiff::Timestamp::now()).unwrap_or_default()
}

fn trace_id() -> String {
    let id = Uuid::new_v4().simple().to_string();
    format!("Root=1-{:08x}-{};Sampled=0", jiff::Timestamp::now().as_second(), &id[..24])
}

/// The end of what the call logged, in the form of Lambda's log.
fn log_tail(request_id: &str, metering: &Metering) -> String {
    let mut log = format!("START RequestId: {request_id} Version: $LATEST\n");
    for (_, line) in &metering.logs {
        log.push_str(line);
        log.push('\n');
    }
    let milliseconds = metering.wall_us as f64 / 1000.0;
    let megabytes = metering.peak_memory.div_ceil(1 << 20);
    let _ = writeln!(log, "END RequestId: {request_id}");
    let _ = writeln!(
        log,
        "REPORT RequestId: {request_id}\tDuration: {milliseconds:.2} ms\tMax Memory Used: {megabytes} MB"
    );
    let mut from = log.len().saturating_sub(MAX_LOG_BYTES);
    while !log.is_char_boundary(from) {
        from += 1;
    }
    log.split_off(from)
}

/// The name in a function's name, partial ARN or ARN, without its qualifier.
fn function_name(text: &str) -> &str {
    let after = text.rsplit_once("function:").map_or(text, |(_, after)| after);
    after.split(':').next().unwrap_or(after)
}

fn qualifier(text: &str) -> Option<&str> {
    let after = text.rsplit_once("function:").map_or(text, |(_, after)| after);
    after.split_once(':').map(|(_, qualifier)| qualifier)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn invocation(parameters: Value) -> Result<Invocation, Fault> {
        Invocation::of(&Payload::from_value(parameters))
    }

    #[test]
    fn function_names() {
        for text in [
            "f",
            "f:live",
            "function:f",
            "123456789012:function:f",
            "arn:aws:lambda:us-east-1:1:function:f:1",
        ] {
            assert_eq!(function_name(text), "f", "{text}");
        }
    }

    #[test]
    fn qualifiers() {
        for (parameters, qualified) in [
            (json!({ "FunctionName": "f" }), "f"),
            (json!({ "FunctionName": "f:live" }), "f:live"),
            (json!({ "FunctionName": "arn:aws:lambda:us-east-1:1:function:f:7" }), "f:7"),
            (json!({ "FunctionName": "f", "Qualifier": "canary" }), "f:canary"),
        ] {
            assert_eq!(&*invocation(parameters).unwrap().qualified, qualified);
        }
    }

    #[test]
    fn events() {
        for (parameters, input) in [
            (json!({ "FunctionName": "f" }), "{}"),
            (json!({ "FunctionName": "f", "Payload": null }), "{}"),
            (json!({ "FunctionName": "f", "Payload": { "a": 1 } }), r#"{"a":1}"#),
            (json!({ "FunctionName": "f", "Payload": "[1, 2.0]" }), "[1, 2.0]"),
            (json!({ "FunctionName": "f", "Payload": "\"text\"" }), "\"text\""),
        ] {
            assert_eq!(&*invocation(parameters).unwrap().input, input);
        }
        let fault = invocation(json!({ "FunctionName": "f", "Payload": "text" })).unwrap_err();
        assert_eq!(fault.error.as_deref(), Some("Lambda.InvalidRequestContentException"));
        let fault = invocation(json!({ "Payload": {} })).unwrap_err();
        assert_eq!(fault.error.as_deref(), Some(error_names::RUNTIME));
    }

    #[test]
    fn the_reply_is_the_response_of_lambdas_api() {
        let plain = invocation(json!({ "FunctionName": "f" })).unwrap();
        let reply = plain.reply(Ok(r#"{"a": 1}"#.into()), &Metering::default()).unwrap();
        let reply = reply.value();
        assert_eq!(reply["Payload"], json!({ "a": 1 }));
        assert_eq!((&reply["StatusCode"], &reply["ExecutedVersion"]), (&json!(200), &json!("$LATEST")));
        let http = &reply["SdkHttpMetadata"];
        assert_eq!(http["AllHttpHeaders"]["Content-Length"], json!(["8"]));
        assert_eq!(http["HttpHeaders"]["x-amzn-RequestId"], reply["SdkResponseMetadata"]["RequestId"]);
        assert!(http["HttpHeaders"]["Date"].as_str().unwrap().ends_with(" GMT"), "{http}");
        assert!(reply.get("LogResult").is_none());

        let tail = invocation(json!({ "FunctionName": "f", "LogType": "Tail" })).unwrap();
        let metering = Metering { logs: vec![("Info".into(), "x".repeat(5000))], ..Metering::default() };
        let reply = tail.reply(Ok("1".into()), &metering).unwrap();
        let log = BASE64_STANDARD.decode(reply.value()["LogResult"].as_str().unwrap()).unwrap();
        assert_eq!(log.len(), MAX_LOG_BYTES);
        assert!(String::from_utf8(log).unwrap().contains("REPORT RequestId"));
    }

    #[test]
    fn faults() {
        let it = invocation(json!({ "FunctionName": "f" })).unwrap();
        let fault = it.reply(Err(Fault::new("E", "{\"a\": [1, 2]}")), &Metering::default()).unwrap_err();
        assert_eq!(fault.cause.as_deref(), Some(r#"{"a":[1,2]}"#));
        let missing = it.not_found(Fault::new(NOT_FOUND, "there is no plugin `f`"), "r", "1");
        assert_eq!(missing.error.as_deref(), Some("Lambda.ResourceNotFoundException"));
        assert!(
            missing.cause.unwrap().starts_with("Function not found: arn:aws:lambda:r:1:function:f:$LATEST (")
        );
        let broken = it.not_found(Fault::new("Plugin.Broken", "why"), "r", "1");
        assert_eq!(broken.error.as_deref(), Some("Plugin.Broken"));
    }
}

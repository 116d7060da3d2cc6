//! Calls of the host that a test lists as JSON: `[{"do": "http", "url": "http://…"}, {"do": "random"}]`. What the guests
//! `caller` and `job-probe` are made of.
//!
//! Operations run one after the other, and each answers with a value. One that fails in a way that a guest can live with
//! answers `{"error": "…"}`, and the next one runs.

use std::{collections::BTreeMap, time::Duration};

use dirigent_plugin::{Context, Failure, clock, config, heartbeat, http, journal, keyvalue, log, random};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One call of the host. Names of fields are as in the JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Operation {
    /// Send a request. Answers `{"status", "headers", "body"}`; of the headers only those that are asked for.
    Http {
        #[serde(default = "get")]
        method: String,
        url: String,
        /// Names and values, in order, with any name as often as it is there.
        #[serde(default)]
        headers: Vec<(String, String)>,
        #[serde(default)]
        body: String,
        /// Send this many bytes instead of `body`.
        #[serde(default)]
        fill: Option<usize>,
        /// Send the context's idempotency key, with this behind it, as `Idempotency-Key`.
        #[serde(default)]
        key: Option<String>,
        #[serde(default)]
        timeout_ms: Option<u64>,
        /// Names of headers that the answer shows.
        #[serde(default)]
        show: Vec<String>,
        /// Answer with the body's length instead of its text.
        #[serde(default)]
        length: bool,
    },
    /// Answers with the value, or null.
    KvGet {
        bucket: String,
        key: String,
    },
    KvSet {
        bucket: String,
        key: String,
        value: String,
    },
    KvDelete {
        bucket: String,
        key: String,
    },
    /// Answers true or false.
    KvExists {
        bucket: String,
        key: String,
    },
    /// Answers with all keys.
    KvKeys {
        bucket: String,
    },
    /// Answers with the sum.
    KvIncrement {
        bucket: String,
        key: String,
        delta: u64,
    },
    /// Answers with the value, or null.
    Config {
        key: String,
    },
    /// Answers with all values by key.
    ConfigAll,
    /// Answers with the milliseconds since 1970.
    Clock,
    /// Answers with a random number, as text: JSON's numbers are no 64 bits everywhere.
    Random,
    /// A step of the journal that does these operations and has their answers as its result.
    Step {
        name: String,
        operations: Vec<Operation>,
    },
    /// Ask the journal, and record nothing. Answers `fresh`, `in-doubt` or `{"done": …}`.
    Recall {
        name: String,
    },
    /// Record a step's result without asking first.
    Record {
        name: String,
        value: Value,
    },
    /// Answers with the attempt and the idempotency key.
    Context,
    Log {
        message: String,
    },
    /// Say that the task is alive.
    Heartbeat,
    /// End the task with this failure.
    Fail {
        error: String,
        cause: String,
    },
    /// End the task with a trap.
    Panic {
        message: String,
    },
    /// Do these operations this many times, and answer with the last answers.
    Repeat {
        times: u64,
        operations: Vec<Operation>,
    },
    /// Compute until the fuel or the time is over.
    Loop,
}

fn get() -> String {
    "GET".to_owned()
}

/// Do these operations. Fails only with a failure that ends the task.
pub fn run(context: &Context, operations: &[Operation]) -> Result<Vec<Value>, Failure> {
    operations.iter().map(|operation| one(context, operation)).collect()
}

fn one(context: &Context, operation: &Operation) -> Result<Value, Failure> {
    Ok(match operation {
        Operation::Http { .. } => answered(request(context, operation)),
        Operation::Step { name, operations } => {
            return journal::step(name, || run(context, operations)).map(Value::from);
        }
        Operation::Recall { name } => match journal::recall(name)? {
            journal::Recollection::Fresh => json!("fresh"),
            journal::Recollection::InDoubt => json!("in-doubt"),
            journal::Recollection::Done(value) => json!({ "done": serde_json::from_str::<Value>(&value)? }),
        },
        Operation::Record { name, value } => {
            journal::record(name, &serde_json::value::to_raw_value(value)?)?;
            Value::Null
        }
        Operation::Context => json!({
            "attempt": context.attempt,
            "idempotencyKey": context.idempotency_key,
            "stateMachine": context.state_machine_name,
        }),
        Operation::Clock => json!(clock::now().as_millis() as u64),
        Operation::Random => json!(random::u64().to_string()),
        Operation::Config { key } => answered(config::get(key)),
        Operation::ConfigAll => {
            answered(config::all().map(|all| all.into_iter().collect::<BTreeMap<_, _>>()))
        }
        Operation::Log { message } => {
            log::info!("{message}");
            Value::Null
        }
        Operation::Heartbeat => {
            heartbeat();
            Value::Null
        }
        Operation::Fail { error, cause } => return Err(Failure::new(error, cause)),
        Operation::Panic { message } => panic!("{message}"),
        Operation::Repeat { times, operations } => {
            let mut last = Vec::new();
            for _ in 0..*times {
                last = run(context, operations)?;
            }
            Value::from(last)
        }
        Operation::Loop => loop {
            std::hint::black_box(0);
        },
        bucket => answered(keyvalue(bucket)),
    })
}

fn answered<T: Serialize, E: std::fmt::Display>(outcome: Result<T, E>) -> Value {
    match outcome {
        Ok(value) => json!(value),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn request(context: &Context, operation: &Operation) -> Result<Value, http::Error> {
    let Operation::Http { method, url, headers, body, fill, key, timeout_ms, show, length } = operation
    else {
        return Ok(Value::Null);
    };
    let body = fill.map_or_else(|| body.clone().into_bytes(), |bytes| vec![b'x'; bytes]);
    let mut request = http::Request::new(method, url).body(body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if let Some(suffix) = key {
        request = request.header("Idempotency-Key", format!("{}{suffix}", context.idempotency_key));
    }
    if let Some(limit) = timeout_ms {
        request = request.timeout(Duration::from_millis(*limit));
    }
    let response = request.send()?;
    let shown: BTreeMap<_, _> = show.iter().map(|name| (name, response.headers.get(name))).collect();
    let body = if *length { json!(response.body.len()) } else { json!(response.text()) };
    Ok(json!({ "status": response.status, "headers": shown, "body": body }))
}

fn keyvalue(operation: &Operation) -> Result<Value, keyvalue::Error> {
    Ok(match operation {
        Operation::KvGet { bucket, key } => {
            let value = keyvalue::open(bucket)?.get(key)?;
            json!(value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        }
        Operation::KvSet { bucket, key, value } => json!(keyvalue::open(bucket)?.set(key, value.as_bytes())?),
        Operation::KvDelete { bucket, key } => json!(keyvalue::open(bucket)?.delete(key)?),
        Operation::KvExists { bucket, key } => json!(keyvalue::open(bucket)?.exists(key)?),
        Operation::KvKeys { bucket } => json!(keyvalue::open(bucket)?.keys()?),
        Operation::KvIncrement { bucket, key, delta } => {
            json!(keyvalue::open(bucket)?.increment(key, *delta)?)
        }
        // The rest is done in `one`.
        _ => Value::Null,
    })
}

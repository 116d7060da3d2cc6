//! The functions that AWS adds to JSONata: `$partition`, `$range`, `$hash`, `$random`, `$uuid`, `$parse`.
//!
//! Source: AWS developer guide, "Transforming data with JSONata in Step Functions", "JSONata functions provided by Step
//! Functions".

use std::sync::atomic::{AtomicU64, Ordering};

use jlens_core::{Bindings, Error, HostFunction};
use serde_json::{Value, json};

use crate::intrinsic::hash;

/// Most items of `$range` and parts of `$partition`.
const MAX_ITEMS: usize = 100_000;

pub(super) fn is_own(name: &str) -> bool {
    matches!(name, "partition" | "range" | "hash" | "random" | "uuid" | "parse")
}

/// AWS's functions as the analysis of what an expression reads needs them: they do not look at the context item.
pub(super) fn for_analysis() -> Bindings {
    let names = [("partition", 2), ("range", 3), ("hash", 2), ("random", 1), ("uuid", 0), ("parse", 1)];
    names.into_iter().fold(Bindings::new(), |bindings, (name, parameters)| {
        bindings.function(name, HostFunction::new(parameters, |_, _| Ok(None)).without_input())
    })
}

/// The function of that name, with entropy from the seed where it needs some.
pub(super) fn own(name: &str, seed: u64) -> Option<HostFunction> {
    let function = match name {
        "partition" => HostFunction::new(2, |args, _| partition(args)),
        "range" => HostFunction::new(3, |args, _| range(args)),
        "hash" => HostFunction::new(2, |args, _| hashed(args)),
        "parse" => HostFunction::new(1, |args, _| parse(args)),
        "random" => {
            let state = AtomicU64::new(seed.wrapping_add(1));
            HostFunction::new(1, move |args, _| random(args, &state))
        }
        "uuid" => {
            let state = AtomicU64::new(seed.rotate_left(32));
            HostFunction::new(0, move |_, _| {
                let (high, low) = (next(&state), next(&state));
                Ok(Some(json!(uuid::Builder::from_random_bytes(bytes(high, low)).into_uuid().to_string())))
            })
        }
        _ => return None,
    };
    Some(function.without_input())
}

type Args<'a> = &'a [Option<Value>];
type Outcome = Result<Option<Value>, Error>;

/// JSONata's code for an argument that does not fit.
pub(super) const REFUSED: &str = "T0410";

fn refused(function: &str, why: &str) -> Error {
    Error::new(REFUSED).with("token", function).with("message", format!("${function}: {why}"))
}

fn argument<'a>(args: Args<'a>, index: usize) -> Option<&'a Value> {
    args.get(index).and_then(Option::as_ref)
}

fn partition(args: Args<'_>) -> Outcome {
    let size = argument(args, 1).and_then(Value::as_f64).filter(|size| *size >= 1.0);
    let (Some(Value::Array(items)), Some(size)) = (argument(args, 0), size) else {
        return Err(refused("partition", "takes an array and a size of at least 1"));
    };
    let parts: Vec<Value> = items.chunks(size as usize).map(|part| Value::Array(part.to_vec())).collect();
    Ok(Some(Value::Array(parts)))
}

fn range(args: Args<'_>) -> Outcome {
    let number = |index| argument(args, index).and_then(Value::as_f64);
    let (Some(first), Some(last), Some(step)) = (number(0), number(1), number(2).or(Some(1.0))) else {
        return Err(refused("range", "takes a first number, a last one and a step"));
    };
    if step == 0.0 {
        return Err(refused("range", "takes a step other than 0"));
    }
    let count = ((last - first) / step).floor() + 1.0;
    if count > MAX_ITEMS as f64 {
        return Err(refused("range", &format!("gives at most {MAX_ITEMS} items")));
    }
    let items = (0..count.max(0.0) as u64).map(|n| number_value(first + n as f64 * step)).collect();
    Ok(Some(Value::Array(items)))
}

fn hashed(args: Args<'_>) -> Outcome {
    let algorithm = match argument(args, 1) {
        None => "SHA-256",
        Some(Value::String(name)) => name,
        Some(_) => return Err(refused("hash", "takes the algorithm's name as a string")),
    };
    let Some(data) = argument(args, 0) else { return Ok(None) };
    hash(data, algorithm).map(Some).map_err(|why| refused("hash", &why))
}

fn parse(args: Args<'_>) -> Outcome {
    match argument(args, 0) {
        None => Ok(None),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map(Some)
            .map_err(|error| refused("parse", &format!("the string is not JSON: {error}"))),
        Some(_) => Err(refused("parse", "takes a string")),
    }
}

/// From 0 up to 1; a seed gives the same number each time.
fn random(args: Args<'_>, state: &AtomicU64) -> Outcome {
    let bits = match argument(args, 0) {
        None => next(state),
        Some(seed) => match seed.as_f64() {
            Some(seed) => next(&AtomicU64::new(seed.to_bits())),
            None => return Err(refused("random", "takes a number as its seed")),
        },
    };
    Ok(Some(json!((bits >> 11) as f64 / (1_u64 << 53) as f64)))
}

/// SplitMix64.
fn next(state: &AtomicU64) -> u64 {
    let z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn bytes(high: u64, low: u64) -> [u8; 16] {
    ((u128::from(high) << 64) | u128::from(low)).to_be_bytes()
}

fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}

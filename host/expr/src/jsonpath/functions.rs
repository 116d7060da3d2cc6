//! The functions that a path may call: `length`, `size`, `min`, `max`, `avg`, `sum`, `stddev`, `concat`, `append`,
//! `keys`, `first`, `last`, `index`.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::error::PathError;
use super::eval::Query;
use super::segments::{Argument, Call};

/// Calls a function on `model`, the value that the path has come to.
pub(super) fn call(call: &Call, model: &Value, query: &Query<'_>) -> Result<Value, PathError> {
    let query = query.lenient();
    let mut arguments = Vec::with_capacity(call.arguments.len());
    for argument in &call.arguments {
        arguments.push(match argument {
            Argument::Json(value) => Cow::Borrowed(value),
            // Paths in arguments start from the document, even those that start with '@'.
            Argument::Path(path) => query.answer(path, query.root)?,
        });
    }
    match &*call.name {
        "length" | "size" => length(call, model, &query),
        "min" => aggregate(model, &arguments, |numbers| numbers.iter().copied().fold(f64::MAX, f64::min)),
        "max" => aggregate(model, &arguments, |numbers| numbers.iter().copied().fold(f64::MIN, f64::max)),
        "sum" => aggregate(model, &arguments, |numbers| numbers.iter().sum()),
        "avg" => aggregate(model, &arguments, |numbers| numbers.iter().sum::<f64>() / numbers.len() as f64),
        "stddev" => aggregate(model, &arguments, standard_deviation),
        "concat" => Ok(Value::String(concat(model, &arguments))),
        "append" => Ok(match model {
            Value::Array(items) => {
                let appended = arguments.into_iter().map(Cow::into_owned);
                Value::Array(items.iter().cloned().chain(appended).collect())
            }
            other => other.clone(),
        }),
        "keys" => Ok(match model {
            Value::Object(members) => members.keys().map(|name| Value::String(name.clone())).collect(),
            _ => Value::Null,
        }),
        "first" => item(model, 0),
        "last" => item(model, -1),
        "index" => match arguments.first().and_then(|index| index.as_f64()) {
            Some(index) => item(model, index as i64),
            None => Err(PathError::evaluation("The function 'index' takes a number")),
        },
        name => Err(PathError::unsupported(format!("Function with name: {name} does not exist."))),
    }
}

/// Of the argument if there is one, which sees `model` as its document; else of `model`.
fn length(call: &Call, model: &Value, query: &Query<'_>) -> Result<Value, PathError> {
    if let Some(Argument::Path(path)) = call.arguments.first() {
        let query = query.with_root(model);
        if let Value::Array(items) = query.answer(path, model)?.as_ref() {
            return Ok(items.len().into());
        }
    }
    Ok(match model {
        Value::Array(items) => items.len().into(),
        Value::Object(members) => members.len().into(),
        _ => Value::Null,
    })
}

/// Of the numbers in `model` and in the arguments; what is no number does not count.
fn aggregate(
    model: &Value,
    arguments: &[Cow<'_, Value>],
    function: impl FnOnce(&[f64]) -> f64,
) -> Result<Value, PathError> {
    let mut numbers: Vec<f64> = match model {
        Value::Array(items) => items.iter().filter_map(Value::as_f64).collect(),
        _ => Vec::new(),
    };
    for argument in arguments {
        match argument.as_ref() {
            Value::Array(items) => numbers.extend(items.iter().filter_map(Value::as_f64)),
            single => numbers.extend(single.as_f64()),
        }
    }
    if numbers.is_empty() {
        return Err(PathError::evaluation(
            "Aggregation function attempted to calculate value using empty array",
        ));
    }
    Number::from_f64(function(&numbers))
        .map(Value::Number)
        .ok_or_else(|| PathError::evaluation("The result is too large for a number"))
}

/// Of the whole population, by sum and sum of squares: the order of operations shows in the last digits.
fn standard_deviation(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let sum: f64 = numbers.iter().sum();
    let squares: f64 = numbers.iter().map(|number| number * number).sum();
    (squares / count - sum * sum / count / count).max(0.0).sqrt()
}

fn concat(model: &Value, arguments: &[Cow<'_, Value>]) -> String {
    let mut text = String::new();
    if let Value::Array(items) = model {
        items.iter().filter_map(Value::as_str).for_each(|item| text.push_str(item));
    }
    let mut push = |value: &Value| match value {
        Value::Null => {}
        Value::String(string) => text.push_str(string),
        other => text.push_str(&other.to_string()),
    };
    for argument in arguments {
        match argument.as_ref() {
            Value::Array(items) => items.iter().for_each(&mut push),
            single => push(single),
        }
    }
    text
}

fn item(model: &Value, index: i64) -> Result<Value, PathError> {
    let Value::Array(items) = model else {
        return Err(PathError::evaluation(
            "Aggregation function attempted to calculate value using empty array",
        ));
    };
    let real = if index < 0 { index + items.len() as i64 } else { index };
    usize::try_from(real).ok().and_then(|index| items.get(index)).cloned().ok_or_else(|| {
        PathError::evaluation(format!("Target index:{index} larger than object count:{}", items.len()))
    })
}

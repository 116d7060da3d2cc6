//! Parquet's values as JSON.
//!
//! Numbers, strings, booleans, lists and groups are what they are in JSON; a map is an object. What JSON has no form for
//! is a string: dates (`2024-02-29`), times, moments in RFC 3339 and UTC, decimals with all their digits, and bytes in
//! base64. Numbers that are infinite or none are `null`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use parquet::record::{Field, Row};
use serde_json::{Number, Value};

pub(super) fn row(row: Row) -> Value {
    Value::Object(row.into_columns().into_iter().map(|(name, field)| (name, value(&field))).collect())
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => Value::from(*value),
        Field::Byte(value) => Value::from(*value),
        Field::Short(value) => Value::from(*value),
        Field::Int(value) => Value::from(*value),
        Field::Long(value) => Value::from(*value),
        Field::UByte(value) => Value::from(*value),
        Field::UShort(value) => Value::from(*value),
        Field::UInt(value) => Value::from(*value),
        Field::ULong(value) => Value::from(*value),
        Field::Float16(value) => float(f64::from(*value)),
        Field::Float(value) => single(*value),
        Field::Double(value) => float(*value),
        Field::Str(text) => Value::from(text.as_str()),
        Field::Bytes(bytes) => Value::from(BASE64_STANDARD.encode(bytes.data())),
        Field::Decimal(_) | Field::Date(_) | Field::TimeMillis(_) | Field::TimeMicros(_) => {
            Value::from(field.to_string())
        }
        Field::TimestampMillis(millis) => moment(Timestamp::from_millisecond(*millis), 3, *millis),
        Field::TimestampMicros(micros) => moment(Timestamp::from_microsecond(*micros), 6, *micros),
        Field::Group(row) => {
            Value::Object(row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect())
        }
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        Field::MapInternal(map) => {
            let name = |key: &Field| match value(key) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            Value::Object(map.entries().iter().map(|(key, field)| (name(key), value(field))).collect())
        }
    }
}

fn float(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// The shortest digits that are this number among those of single precision: 0.1, not 0.10000000149011612.
fn single(value: f32) -> Value {
    value.to_string().parse().map_or(Value::Null, float)
}

/// A moment beyond the years that RFC 3339 has stays a number.
fn moment(moment: Result<Timestamp, jiff::Error>, digits: usize, number: i64) -> Value {
    moment.map_or(Value::from(number), |moment| Value::from(format!("{moment:.digits$}")))
}

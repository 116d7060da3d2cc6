//! Numbers: rounding, sums, random numbers.

use serde_json::Value;

use super::{Answer, excerpt};
use crate::scope::Scope;

/// The range of what `States.MathAdd` adds (AWS developer guide, "Intrinsic functions").
const ADD_RANGE: std::ops::RangeInclusive<i64> = -2_147_483_648..=2_147_483_647;

/// A number, rounded to the nearest integer; a half is rounded up, -1.5 to -1 (recorded).
pub(super) fn integer(value: &Value) -> Result<i64, String> {
    if let Some(integer) = value.as_i64() {
        return Ok(integer);
    }
    match value.as_f64() {
        // The cast saturates, as Java's does.
        Some(number) => Ok((number + 0.5).floor() as i64),
        None => Err(format!("Expected a number, but got {}", excerpt(value))),
    }
}

pub(super) fn add(first: &Value, second: &Value) -> Answer {
    let mut sum = 0;
    for value in [first, second] {
        let number = integer(value)?;
        if !ADD_RANGE.contains(&number) {
            let (least, greatest) = (ADD_RANGE.start(), ADD_RANGE.end());
            return Err(format!("{number} is not in the range from {least} to {greatest}"));
        }
        sum += number;
    }
    Ok(sum.into())
}

/// A number from `start` (included) to `end` (excluded); the same one every time for the same seed.
pub(super) fn random(start: &Value, end: &Value, seed: Option<&Value>, scope: &dyn Scope) -> Answer {
    let (start, end) = (integer(start)?, integer(end)?);
    let width = i128::from(end) - i128::from(start);
    if width <= 0 {
        return Err(format!("The start {start} must be less than the end {end}"));
    }
    let bits = match seed {
        Some(seed) => mix(integer(seed)? as u64),
        None => scope.random(),
    };
    // The high half of the product is even over the width, up to 1 in 2⁶⁴.
    let offset = (u128::from(bits) * width.unsigned_abs()) >> 64;
    Ok(Value::from((i128::from(start) + offset as i128) as i64))
}

/// SplitMix64's output for a seed. It is written out here because the answer for a seed must never change, whatever
/// becomes of a library.
fn mix(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn rounds_as_java_does() {
        for (number, expected) in [
            (json!(1.49), 1),
            (json!(1.5), 2),
            (json!(2.5), 3),
            (json!(-0.5), 0),
            (json!(-1.5), -1),
            (json!(-1.51), -2),
            (json!(1e300), i64::MAX),
            (json!(u64::MAX), i64::MAX),
            (json!(i64::MIN), i64::MIN),
        ] {
            assert_eq!(integer(&number).unwrap(), expected, "{number}");
        }
    }

    /// The published first output of SplitMix64 for the seed 1234567.
    #[test]
    fn mixes_as_published() {
        assert_eq!(mix(1_234_567), 6_457_827_717_110_365_317);
    }
}

//! The functions on arrays.

use std::collections::HashSet;

use serde_json::Value;

use super::Answer;

/// Elements that `States.ArrayRange` may make (AWS developer guide, "Intrinsic functions").
const MAX_RANGE: i128 = 1000;

pub(super) fn partition(items: &[Value], size: i64) -> Answer {
    match usize::try_from(size) {
        Ok(size) if size > 0 => Ok(items.chunks(size).map(|chunk| Value::Array(chunk.to_vec())).collect()),
        _ => Err(format!("The chunk size must be a positive integer, not {size}")),
    }
}

/// From `first` to `last`, both included.
pub(super) fn range(first: i64, last: i64, step: i64) -> Answer {
    if step == 0 {
        return Err("The step must not be 0".to_owned());
    }
    let (first, last, step) = (i128::from(first), i128::from(last), i128::from(step));
    let count = ((last - first) / step + 1).max(0);
    // Division rounds towards zero: a range that starts on the wrong side of its end, by less than a step, is empty.
    let count = if (last - first).signum() == -step.signum() { 0 } else { count };
    if count > MAX_RANGE {
        return Err(format!("The array would have {count} elements, and at most {MAX_RANGE} are allowed"));
    }
    Ok((0..count).map(|index| Value::from((first + index * step) as i64)).collect())
}

pub(super) fn item(items: &[Value], index: i64) -> Answer {
    usize::try_from(index)
        .ok()
        .and_then(|index| items.get(index))
        .cloned()
        .ok_or_else(|| format!("The index {index} is out of bounds for an array of {} elements", items.len()))
}

/// The first of each, in order.
pub(super) fn unique(items: &[Value]) -> Value {
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().filter(|item| seen.insert(*item)).cloned().collect()
}

//! Walks a path through a document.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::Value;

use super::error::PathError;
use super::filter::accepts;
use super::functions::call;
use super::segments::{Name, Path, Root, Segment, Slice};

/// Steps one query may take: places visited, and values copied into its answer.
pub const MAX_STEPS: usize = 2_000_000;
/// Segments and levels of the document that one query may be inside of at a time.
pub const MAX_DEPTH: usize = 640;

/// One query: what `$` means in it, and what it has left to spend.
pub(super) struct Query<'r> {
    /// What `$` stands for in filters and arguments.
    pub(super) root: &'r Value,
    budget: &'r Budget,
    /// Whether anything missing is an error, as in the check whether a filter's path exists.
    strict: bool,
}

/// What the queries inside one query (filters, arguments) spend together.
pub(super) struct Budget {
    steps: Cell<usize>,
    depth: Cell<usize>,
}

impl Budget {
    pub(super) fn new() -> Budget {
        Budget { steps: Cell::new(MAX_STEPS), depth: Cell::new(MAX_DEPTH) }
    }

    fn spend(&self, steps: usize) -> Result<(), PathError> {
        match self.steps.get().checked_sub(steps) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => {
                Err(PathError::limit(format!("The path takes more than {MAX_STEPS} steps in this document")))
            }
        }
    }

    /// Runs `walk` one level deeper.
    fn deeper<T>(&self, walk: impl FnOnce() -> Result<T, PathError>) -> Result<T, PathError> {
        self.spend(1)?;
        let Some(left) = self.depth.get().checked_sub(1) else {
            return Err(PathError::limit(format!(
                "The path and the document nest more than {MAX_DEPTH} levels"
            )));
        };
        self.depth.set(left);
        let result = walk();
        self.depth.set(left + 1);
        result
    }

    /// Pays for a copy of `value`. Values nest at most [`MAX_DEPTH`] levels.
    fn copy(&self, value: &Value) -> Result<(), PathError> {
        self.deeper(|| match value {
            Value::Array(items) => items.iter().try_for_each(|item| self.copy(item)),
            Value::Object(members) => members.values().try_for_each(|member| self.copy(member)),
            _ => Ok(()),
        })
    }
}

impl<'r> Query<'r> {
    pub(super) fn new(root: &'r Value, budget: &'r Budget) -> Query<'r> {
        Query { root, budget, strict: false }
    }

    /// The same query, with another `$`.
    pub(super) fn with_root<'s>(&'s self, root: &'s Value) -> Query<'s> {
        Query { root, budget: self.budget, strict: self.strict }
    }

    /// The same query, but anything missing is an error.
    pub(super) fn strict(&self) -> Query<'r> {
        Query { root: self.root, budget: self.budget, strict: true }
    }

    /// The same query, with missing members left out where the path may stand for many places.
    pub(super) fn lenient(&self) -> Query<'r> {
        Query { root: self.root, budget: self.budget, strict: false }
    }

    /// The answer of `path`: the value at a definite path, an array of what an indefinite one finds.
    pub(super) fn answer<'a>(&'a self, path: &'a Path, item: &'a Value) -> Result<Cow<'a, Value>, PathError> {
        match path.root {
            Root::Document => self.answer_from(path, self.root),
            Root::Item => self.answer_from(path, item),
        }
    }

    /// The answer of `path` with `start` as the value that it starts from.
    pub(super) fn answer_from<'a>(&self, path: &Path, start: &'a Value) -> Result<Cow<'a, Value>, PathError> {
        let mut found = Vec::new();
        self.walk(path, 0, start, &mut found)?;
        if path.is_definite() {
            // Each function of a chain leaves a result, and the last one counts.
            return found.pop().ok_or_else(|| {
                PathError::not_found(format!("No results for path: {}", path.canonical(path.segments.len())))
            });
        }
        let mut values = Vec::with_capacity(found.len());
        for value in found {
            if matches!(value, Cow::Borrowed(_)) {
                self.budget.copy(&value)?;
            }
            values.push(value.into_owned());
        }
        Ok(Cow::Owned(Value::Array(values)))
    }

    /// Follows the segments from `at` on, starting at `value`, and adds what they lead to.
    fn walk<'a>(
        &self,
        path: &Path,
        at: usize,
        value: &'a Value,
        found: &mut Vec<Cow<'a, Value>>,
    ) -> Result<(), PathError> {
        let Some(segment) = path.segments.get(at) else {
            found.push(Cow::Borrowed(value));
            return Ok(());
        };
        self.budget.deeper(|| match segment {
            Segment::Property(names) => self.property(path, at, names, value, found),
            Segment::Wildcard => self.wildcard(path, at, value, found),
            Segment::Index(indexes) => {
                let Some(items) = self.items(path, at, value)? else { return Ok(()) };
                for index in indexes {
                    self.item(path, at, items, i64::from(*index), found)?;
                }
                Ok(())
            }
            Segment::Slice(slice) => {
                let Some(items) = self.items(path, at, value)? else { return Ok(()) };
                for index in slice_indexes(*slice, items.len()) {
                    self.item(path, at, items, index, found)?;
                }
                Ok(())
            }
            Segment::Filter(filter) => match value {
                Value::Object(_) if accepts(filter, value, self)? => self.walk(path, at + 1, value, found),
                Value::Object(_) => Ok(()),
                Value::Array(items) => {
                    for item in items {
                        if accepts(filter, item, self)? {
                            self.walk(path, at + 1, item, found)?;
                        }
                    }
                    Ok(())
                }
                _ if path.is_definite_before(at) => Err(PathError::unsupported(format!(
                    "Filter: [?] can not be applied to primitives. Current context is: {value}"
                ))),
                _ => Ok(()),
            },
            Segment::Scan => self.scan(path, at + 1, value, found),
            Segment::Function(function) => {
                let result = call(function, value, self)?;
                if at + 1 < path.segments.len() {
                    let mut behind = Vec::new();
                    self.walk(path, at + 1, &result, &mut behind)?;
                    found.extend(behind.into_iter().map(|value| Cow::Owned(value.into_owned())));
                } else {
                    found.push(Cow::Owned(result));
                }
                Ok(())
            }
        })
    }

    fn property<'a>(
        &self,
        path: &Path,
        at: usize,
        names: &[Name],
        value: &'a Value,
        found: &mut Vec<Cow<'a, Value>>,
    ) -> Result<(), PathError> {
        let is_last = at + 1 == path.segments.len();
        let Value::Object(members) = value else {
            return if path.is_definite_before(at) { Err(no_object(path, at, value)) } else { Ok(()) };
        };
        if names.len() > 1 && is_last {
            let mut merged = serde_json::Map::new();
            for name in names {
                match name.find(members) {
                    Some(member) => {
                        self.budget.copy(member)?;
                        merged.insert(name.text.to_string(), member.clone());
                    }
                    None if self.strict => return Err(missing(path, at, name)),
                    None => {}
                }
            }
            found.push(Cow::Owned(Value::Object(merged)));
            return Ok(());
        }
        let must_be_there = self.strict || (!is_last && names.len() == 1 && path.is_definite_before(at));
        for name in names {
            match name.find(members) {
                Some(member) => self.walk(path, at + 1, member, found)?,
                None if must_be_there => return Err(missing(path, at, name)),
                None => {}
            }
        }
        Ok(())
    }

    fn wildcard<'a>(
        &self,
        path: &Path,
        at: usize,
        value: &'a Value,
        found: &mut Vec<Cow<'a, Value>>,
    ) -> Result<(), PathError> {
        let mut child = |child| match self.walk(path, at + 1, child, found) {
            Err(error) if error.is_not_found() && !self.strict => Ok(()),
            result => result,
        };
        match value {
            Value::Object(members) => members.values().try_for_each(&mut child),
            Value::Array(items) => items.iter().try_for_each(&mut child),
            _ => Ok(()),
        }
    }

    /// The items of the array that an index or slice is applied to.
    fn items<'a>(&self, path: &Path, at: usize, value: &'a Value) -> Result<Option<&'a [Value]>, PathError> {
        match value {
            Value::Array(items) => Ok(Some(items)),
            _ if !path.is_definite_before(at) => Ok(None),
            Value::Null => Err(PathError::wrong_type(format!("The path {} is null", path.canonical(at)))),
            _ => {
                let mut segment = String::new();
                path.segments[at].print(&mut segment);
                Err(PathError::wrong_type(format!(
                    "Filter: {segment} can only be applied to arrays. Current context is: {value}"
                )))
            }
        }
    }

    fn item<'a>(
        &self,
        path: &Path,
        at: usize,
        items: &'a [Value],
        index: i64,
        found: &mut Vec<Cow<'a, Value>>,
    ) -> Result<(), PathError> {
        let index = if index < 0 { index + items.len() as i64 } else { index };
        match usize::try_from(index).ok().and_then(|index| items.get(index)) {
            Some(item) => self.walk(path, at + 1, item, found),
            None => Ok(()),
        }
    }

    /// Applies the segment at `at`, which follows `..`, to `value` and to every array and object inside of it.
    ///
    /// Jayway 2.9.0 mixes up the elements of an array when a name follows a bracket behind `..`: `$..[*].a` finds
    /// nothing in arrays, `$..[0].a.b` finds `b` in all. Here both mean what they say.
    fn scan<'a>(
        &self,
        path: &Path,
        at: usize,
        value: &'a Value,
        found: &mut Vec<Cow<'a, Value>>,
    ) -> Result<(), PathError> {
        if !value.is_array() && !value.is_object() {
            return Ok(());
        }
        self.budget.deeper(|| {
            if self.scan_stops_at(path, at, value)? {
                self.walk(path, at, value, found)?;
            }
            match value {
                Value::Array(items) => items.iter().try_for_each(|item| self.scan(path, at, item, found)),
                Value::Object(members) => {
                    members.values().try_for_each(|member| self.scan(path, at, member, found))
                }
                _ => Ok(()),
            }
        })
    }

    fn scan_stops_at(&self, path: &Path, at: usize, value: &Value) -> Result<bool, PathError> {
        Ok(match (path.segments.get(at), value) {
            (Some(Segment::Property(names)), Value::Object(members)) => {
                let one_by_one = names.len() > 1 && at + 1 < path.segments.len();
                self.strict || one_by_one || names.iter().all(|name| name.find(members).is_some())
            }
            (Some(Segment::Index(_) | Segment::Slice(_)), Value::Array(_)) => true,
            (Some(Segment::Wildcard), _) => true,
            (Some(Segment::Filter(filter)), _) => accepts(filter, value, self)?,
            _ => false,
        })
    }
}

/// Jayway's arithmetic: a negative start counts from the end if the slice has no end; one with an end runs from the
/// negative index through 0, so that `[-1:1]` is the last element and the first.
fn slice_indexes(slice: Slice, length: usize) -> std::ops::Range<i64> {
    let length = length as i64;
    let from_end = |index: i32| if index < 0 { length + i64::from(index) } else { i64::from(index) };
    match (slice.from, slice.to) {
        (Some(from), Some(to)) => i64::from(from).max(-length)..i64::from(to).min(length),
        (Some(from), None) => from_end(from).max(0)..length,
        (None, to) => 0..to.map_or(length, from_end).min(length),
    }
}

#[cold]
fn missing(path: &Path, at: usize, name: &Name) -> PathError {
    let place = format!("{}['{}']", path.canonical(at), name.text);
    if at + 1 == path.segments.len() {
        PathError::not_found(format!("No results for path: {place}"))
    } else {
        PathError::not_found(format!("Missing property in path {place}"))
    }
}

#[cold]
fn no_object(path: &Path, at: usize, value: &Value) -> PathError {
    let mut segment = String::new();
    path.segments[at].print(&mut segment);
    // Jayway names Java's class for what it found.
    let class = match value {
        Value::Null => "null",
        Value::Bool(_) => "java.lang.Boolean",
        Value::Number(number) if number.is_f64() => "java.lang.Double",
        Value::Number(number) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => {
            "java.lang.Integer"
        }
        Value::Number(number) if number.is_i64() => "java.lang.Long",
        Value::Number(_) => "java.math.BigInteger",
        Value::String(_) => "java.lang.String",
        Value::Array(_) => "java.util.ArrayList",
        Value::Object(_) => "java.util.LinkedHashMap",
    };
    PathError::wrong_type(format!(
        "Expected to find an object with property {segment} in path {} but found '{class}'. This is not a json \
         object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
        path.canonical(at)
    ))
}

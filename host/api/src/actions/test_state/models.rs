//! What the results of AWS's actions look like, as far as `models.txt` has it: mocks of others are not checked.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

use super::request::Validation;

const TEXT: &str = include_str!("models.txt");

/// Deepest nesting of structures that is followed; DynamoDB's values nest in themselves.
const MAX_DEPTH: usize = 64;

/// The type of a member.
#[derive(Debug)]
enum Type {
    Any,
    Boolean,
    String { least: usize, most: Option<usize> },
    Word(Vec<&'static str>),
    Number { least: Option<f64>, most: Option<f64> },
    List(Box<Type>),
    Map(Box<Type>),
    Structure(&'static str),
}

#[derive(Debug)]
struct Member {
    name: &'static str,
    required: bool,
    is: Type,
}

#[derive(Debug, Default)]
struct Models {
    /// The structure that an operation answers with, by `SERVICE:ACTION`.
    operations: HashMap<&'static str, &'static str>,
    structures: HashMap<&'static str, Vec<Member>>,
}

/// Checks a result of `service:action`, as a `Resource` names it.
///
/// # Errors
/// What is wrong with it, in AWS's words.
pub(super) fn check(
    service: &str,
    action: &str,
    result: &Value,
    validation: Validation,
) -> Result<(), String> {
    let models = models();
    if validation == Validation::None {
        return Ok(());
    }
    let service = match service.strip_prefix("aws-sdk:").unwrap_or(service) {
        "events" => "eventbridge",
        "states" => "sfn",
        other => other,
    };
    let Some(structure) = models.operations.get(format!("{service}:{action}").as_str()) else {
        return Ok(());
    };
    models.structure(structure, "result", result, validation, 0)
}

fn models() -> &'static Models {
    static MODELS: OnceLock<Models> = OnceLock::new();
    MODELS.get_or_init(|| read(TEXT))
}

impl Models {
    fn structure(
        &self,
        structure: &str,
        field: &str,
        value: &Value,
        validation: Validation,
        depth: usize,
    ) -> Result<(), String> {
        let Some(values) = value.as_object() else { return Err(wrong(field, "an object")) };
        let members = self.structures.get(structure).map(Vec::as_slice).unwrap_or_default();
        if depth > MAX_DEPTH {
            return Ok(());
        }
        for member in members {
            match values.get(member.name) {
                None if member.required && validation == Validation::Strict => {
                    return Err(format!("Required field '{}' is missing", member.name));
                }
                None => {}
                Some(value) => self.value(&member.is, member.name, value, validation, depth + 1)?,
            }
        }
        Ok(())
    }

    fn value(
        &self,
        is: &Type,
        field: &str,
        value: &Value,
        validation: Validation,
        depth: usize,
    ) -> Result<(), String> {
        match is {
            Type::Any => Ok(()),
            Type::Boolean => value.as_bool().map(|_| ()).ok_or_else(|| wrong(field, "a boolean")),
            Type::Word(words) => {
                let word = value.as_str().ok_or_else(|| wrong(field, "a string"))?;
                match words.contains(&word) {
                    true => Ok(()),
                    false => Err(format!("Field '{field}' is not an expected value")),
                }
            }
            Type::String { least, most } => {
                let length = value.as_str().ok_or_else(|| wrong(field, "a string"))?.chars().count();
                if length < *least {
                    return Err(format!("Field '{field}' is smaller than the minimum length"));
                }
                if most.is_some_and(|most| length > most) {
                    return Err(format!("Field '{field}' exceeds the maximum length"));
                }
                Ok(())
            }
            Type::Number { least, most } => {
                let number = value.as_f64().ok_or_else(|| wrong(field, "a number"))?;
                if least.is_some_and(|least| number < least) {
                    return Err(format!("Field '{field}' is less than the minimum value"));
                }
                if most.is_some_and(|most| number > most) {
                    return Err(format!("Field '{field}' exceeds the maximum value"));
                }
                Ok(())
            }
            Type::List(of) => {
                let items = value.as_array().ok_or_else(|| wrong(field, "an array"))?;
                items.iter().try_for_each(|item| self.value(of, field, item, validation, depth))
            }
            Type::Map(of) => {
                let values = value.as_object().ok_or_else(|| wrong(field, "an object"))?;
                values.values().try_for_each(|value| self.value(of, field, value, validation, depth))
            }
            Type::Structure(name) => self.structure(name, field, value, validation, depth),
        }
    }
}

fn wrong(field: &str, expected: &str) -> String {
    format!("Field '{field}' must be {expected}")
}

/// Reads `models.txt`, whose first lines say how it is written.
fn read(text: &'static str) -> Models {
    let mut models = Models::default();
    let mut structure: Option<&mut Vec<Member>> = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(first), Some(second)) = (words.next(), words.next()) else { continue };
        if line.starts_with(' ') {
            let required = first.ends_with('!');
            let member = Member { name: first.trim_end_matches('!'), required, is: read_type(second, words) };
            if let Some(members) = &mut structure {
                members.push(member);
            }
        } else if let ("operation", Some(answer)) = (first, words.next()) {
            models.operations.insert(second, answer);
        } else {
            structure = Some(models.structures.entry(second).or_default());
        }
    }
    models
}

fn read_type(word: &'static str, mut rest: std::str::SplitWhitespace<'static>) -> Type {
    let inner = |rest: &mut std::str::SplitWhitespace<'static>| {
        let word = rest.next().unwrap_or("any");
        Box::new(read_type(word, rest.clone()))
    };
    match word {
        "any" => Type::Any,
        "boolean" => Type::Boolean,
        "list" => Type::List(inner(&mut rest)),
        "map" => Type::Map(inner(&mut rest)),
        "number" => {
            let (least, most) = rest.next().and_then(|range| range.split_once("..")).unwrap_or_default();
            Type::Number { least: least.parse().ok(), most: most.parse().ok() }
        }
        "string" => match rest.next() {
            None => Type::String { least: 0, most: None },
            Some(bounds) => match bounds.split_once("..") {
                Some((least, most)) => {
                    Type::String { least: least.parse().unwrap_or(0), most: most.parse().ok() }
                }
                None => Type::Word(bounds.split('|').collect()),
            },
        },
        name => Type::Structure(name),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_structure_that_is_named_is_there() {
        fn named(is: &Type) -> Option<&'static str> {
            match is {
                Type::Structure(name) => Some(name),
                Type::List(of) | Type::Map(of) => named(of),
                _ => None,
            }
        }
        let models = models();
        assert!(models.operations.len() > 30 && models.structures.len() > 100);
        let members = models.structures.values().flatten().filter_map(|member| named(&member.is));
        for name in members.chain(models.operations.values().copied()) {
            assert!(models.structures.contains_key(name), "{name}");
        }
    }

    #[test]
    fn results() {
        use Validation::{None as Nothing, Present, Strict};
        let cases = [
            ("states", "startExecution", json!({}), Strict, Some("Required field 'ExecutionArn' is missing")),
            ("states", "startExecution", json!({}), Present, None),
            (
                "aws-sdk:sfn",
                "startExecution",
                json!({"StartDate": 1}),
                Present,
                Some("Field 'StartDate' must be a string"),
            ),
            ("states", "startExecution", json!({"StartDate": 1}), Nothing, None),
            ("events", "putEvents", json!({"Entries": {}}), Strict, Some("Field 'Entries' must be an array")),
            (
                "events",
                "putEvents",
                json!({"Entries": [{}, 1]}),
                Strict,
                Some("Field 'Entries' must be an object"),
            ),
            ("events", "putEvents", json!([]), Strict, Some("Field 'result' must be an object")),
            ("aws-sdk:sqs", "sendMessage", json!({"MessageId": "m", "Unknown": 1}), Strict, None),
            (
                "dynamodb",
                "getItem",
                json!({"Item": {"a": {"M": {"b": {"N": 1}}}}}),
                Strict,
                Some("Field 'N' must be a string"),
            ),
            (
                "dynamodb",
                "getItem",
                json!({"Item": {"a": {"BOOL": "x"}}}),
                Strict,
                Some("Field 'BOOL' must be a boolean"),
            ),
            ("lambda", "invoke", json!({"Payload": {"any": [1]}, "StatusCode": 200}), Strict, None),
            ("aws-sdk:nowhere", "nothing", json!(7), Strict, None),
        ];
        for (service, action, result, validation, want) in cases {
            let found = check(service, action, &result, validation);
            assert_eq!(found.err().as_deref(), want, "{service}:{action} {result} {validation:?}");
        }
    }
}

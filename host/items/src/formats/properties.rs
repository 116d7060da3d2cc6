//! Properties of the scanners, over random texts that are cut anywhere.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;
use serde_json::Value;

use super::csv::CsvScanner;
use super::json::JsonScanner;
use super::jsonl::JsonlScanner;
use super::{Found, Scan, ScanError, Want};
use crate::source::CsvHeaders;

/// A scanner of any kind.
enum Any {
    Csv(CsvScanner),
    Json(JsonScanner),
    Jsonl(JsonlScanner),
}

impl Any {
    fn scan(&mut self, input: &[u8], want: Want) -> Scan {
        match self {
            Any::Csv(scanner) => scanner.scan(input, want),
            Any::Json(scanner) => scanner.scan(input, want),
            Any::Jsonl(scanner) => scanner.scan(input, want),
        }
    }

    fn finish(&mut self, want: Want) -> Result<Option<Found>, ScanError> {
        match self {
            Any::Csv(scanner) => scanner.finish(want),
            Any::Json(scanner) if scanner.is_done() => Ok(None),
            Any::Json(scanner) => scanner.finish().map(|()| None),
            Any::Jsonl(scanner) => scanner.finish(want),
        }
    }
}

/// The items before the first error, and that error. `cuts` are the lengths of the pieces, again and again.
fn items(mut scanner: Any, text: &[u8], cuts: &[usize], want: Want) -> (Vec<Found>, Option<ScanError>) {
    let (mut items, mut rest) = (Vec::new(), text);
    let mut cuts = cuts.iter().cycle();
    while !rest.is_empty() {
        let (mut piece, tail) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
        rest = tail;
        while !piece.is_empty() {
            match scanner.scan(piece, want) {
                Ok((taken, found)) => {
                    assert!(found.is_some() || taken == piece.len());
                    piece = &piece[taken..];
                    items.extend(found);
                }
                Err(error) => return (items, Some(error)),
            }
        }
    }
    match scanner.finish(want) {
        Ok(found) => {
            items.extend(found);
            (items, None)
        }
        Err(error) => (items, Some(error)),
    }
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..12, 1..20)
}

/// Text with much of what means something in CSV and JSON.
fn text() -> impl Strategy<Value = String> {
    "[a-c,|\"\\\\\n\r \\[\\]{}:0-9üé]{0,12}"
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e30..1e30_f64).prop_map(Value::from),
        text().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Each place in a value, as a JSON Pointer.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(elements) => {
            for (number, element) in elements.iter().enumerate() {
                pointers(element, &format!("{at}/{number}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                pointers(member, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

fn csv_field(field: &str, quoted: bool) -> String {
    let escaped = field.replace('\\', "\\\\").replace('"', "\"\"");
    if quoted || field.is_empty() || field.contains([',', '\n', '\r', '"']) {
        format!("\"{escaped}\"")
    } else {
        escaped
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_as_csv_is_read(
        rows in prop::collection::vec(prop::collection::vec(text(), 3), 0..6),
        quoted in any::<bool>(),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        last in any::<bool>(),
        cuts in cuts(),
    ) {
        let line = |row: &Vec<String>| row.iter().map(|f| csv_field(f, quoted)).collect::<Vec<_>>().join(",");
        let mut text = rows.iter().map(line).collect::<Vec<_>>().join(end);
        if last && !rows.is_empty() {
            text.push_str(end);
        }
        let names = ["x", "y", "z"];
        let headers = CsvHeaders::Given(names.map(str::to_owned).to_vec());
        let (found, error) = items(Any::Csv(CsvScanner::new(&headers, b',')), text.as_bytes(), &cuts, Want::Items);
        prop_assert_eq!(error, None);
        let object = |row: &Vec<String>| Value::Object(
            names.iter().zip(row).map(|(name, field)| ((*name).to_owned(), Value::from(field.as_str()))).collect(),
        );
        let expected: Vec<Value> = rows.iter().map(object).collect();
        let found: Vec<Value> = found.iter().map(|found| serde_json::from_str(&found.json).unwrap()).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn the_items_of_json_are_what_serde_json_finds(
        value in json(), pretty in any::<bool>(), place in any::<prop::sample::Index>(), cuts in cuts(),
    ) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let mut places = Vec::new();
        pointers(&value, "", &mut places);
        let pointer = place.get(&places);
        let scanner = Any::Json(JsonScanner::new(pointer).unwrap());
        let (found, error) = items(scanner, text.as_bytes(), &cuts, Want::Items);
        let found: Vec<(Option<String>, String)> = found.into_iter().map(|found| (found.key, found.json)).collect();
        match value.pointer(pointer).unwrap() {
            Value::Array(elements) => {
                prop_assert_eq!(error, None);
                prop_assert_eq!(found, elements.iter().map(|e| (None, e.to_string())).collect::<Vec<_>>());
            }
            Value::Object(members) => {
                prop_assert_eq!(error, None);
                let members = members.iter().map(|(name, member)| (Some(name.clone()), member.to_string()));
                prop_assert_eq!(found, members.collect::<Vec<_>>());
            }
            _ => {
                prop_assert!(matches!(error, Some(ScanError::NotIterable { .. })), "{error:?}");
                prop_assert!(found.is_empty());
            }
        }
    }

    #[test]
    fn json_lines_are_what_serde_json_writes(values in prop::collection::vec(json(), 0..6), cuts in cuts()) {
        let lines: Vec<String> = values.iter().map(Value::to_string).collect();
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let (found, error) = items(Any::Jsonl(JsonlScanner::default()), text.as_bytes(), &cuts, Want::Items);
        prop_assert_eq!(error, None);
        prop_assert_eq!(found.into_iter().map(|found| found.json).collect::<Vec<_>>(), lines);
    }

    #[test]
    fn where_a_text_is_cut_changes_nothing(
        text in prop_oneof![
            prop::collection::vec(text(), 0..20).prop_map(|parts| parts.concat().into_bytes()),
            json().prop_map(|value| value.to_string().into_bytes()),
            prop::collection::vec(any::<u8>(), 0..80),
        ],
        pointer in prop::sample::select(vec!["", "/0", "/a", "/1/0"]),
        cuts in cuts(),
    ) {
        let scanners: [&dyn Fn() -> Any; 3] = [
            &|| Any::Csv(CsvScanner::new(&CsvHeaders::FirstRow, b',')),
            &|| Any::Json(JsonScanner::new(pointer).unwrap()),
            &|| Any::Jsonl(JsonlScanner::default()),
        ];
        for scanner in scanners {
            let whole = items(scanner(), &text, &[usize::MAX], Want::Items);
            prop_assert_eq!(&items(scanner(), &text, &cuts, Want::Items), &whole);
            // Counting finds the same items, and where reading ends with an error, at least those before it.
            let (counted, error) = items(scanner(), &text, &cuts, Want::Count);
            if whole.1.is_none() {
                prop_assert_eq!((counted.len(), error), (whole.0.len(), None));
            } else {
                prop_assert!(counted.len() >= whole.0.len());
            }
        }
    }
}

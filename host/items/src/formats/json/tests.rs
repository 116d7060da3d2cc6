//! Items that are found in JSON texts, and what is said of texts that are wrong.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;

type Pairs = Vec<(Option<String>, String)>;

fn items(text: &[u8], pointer: &str, piece: usize) -> Result<Pairs, ScanError> {
    let mut scanner = JsonScanner::new(pointer).unwrap();
    let mut items = Vec::new();
    for mut piece in text.chunks(piece) {
        while !piece.is_empty() {
            let (taken, found) = scanner.scan(piece, Want::Items)?;
            assert!(found.is_some() || taken == piece.len());
            piece = &piece[taken..];
            items.extend(found.map(|found| (found.key, found.json)));
        }
    }
    if !scanner.is_done() {
        scanner.finish()?;
    }
    Ok(items)
}

#[test]
fn elements_and_members() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("[]", "", &[]),
        (" [ ] ", "", &[]),
        ("{}", "", &[]),
        ("[1]", "", &["1"]),
        ("[1 , -2.5e3,true,false , null]\n", "", &["1", "-2.5e3", "true", "false", "null"]),
        (
            r#"["a]", "\"", "\\", "é\u00e9", ""]"#,
            "",
            &[r#""a]""#, r#""\"""#, r#""\\""#, r#""é\u00e9""#, r#""""#],
        ),
        (r#"[[1, [2]], {"a": [ ]}, []]"#, "", &["[1,[2]]", r#"{"a":[]}"#, "[]"]),
        (r#"{"a": 1, "b\n": {"c": 2}}"#, "", &["a=1", "b\n={\"c\":2}"]),
        (r#"{"x": [9], "y": {"z": [1, 2], "w": 3}}"#, "/y/z", &["1", "2"]),
        (r#"{"x": "}", "y": [ [0], {"k": ["in"]} ] }"#, "/y/1/k", &[r#""in""#]),
        (r#"{"a/b": {"m~n": [1]}}"#, "/a~1b/m~0n", &["1"]),
        (r#"{"": [1]}"#, "/", &["1"]),
        (r#"{"A": [7]}"#, "/A", &["7"]),
        // The first of two members with one name.
        (r#"{"a": [1], "a": [2]}"#, "/a", &["1"]),
        // What follows does not matter any more.
        (r#"{"a": [1]"#, "/a", &["1"]),
    ];
    for (text, pointer, expected) in cases {
        for piece in [1, 2, 3, 5, 1000] {
            let found = items(text.as_bytes(), pointer, piece).unwrap();
            let found: Vec<String> = found
                .into_iter()
                .map(|(key, json)| key.map_or(json.clone(), |key| format!("{key}={json}")))
                .collect();
            assert_eq!(found, *expected, "{text:?} at {pointer:?} in pieces of {piece}");
        }
    }
}

#[test]
fn what_is_wrong_is_named() {
    let cases = [
        ("", "", "Malformed byte 0"),
        ("  ", "", "Malformed byte 2"),
        ("7", "", "NotIterable byte 0"),
        (" \"a\"", "", "NotIterable byte 1"),
        ("null", "", "NotIterable byte 0"),
        ("[1", "", "Malformed byte 2"),
        ("[1,]", "", "Malformed byte 3"),
        ("[,1]", "", "Malformed byte 1"),
        ("[1 2]", "", "Malformed byte 3"),
        ("[1}", "", "Malformed byte 2"),
        ("[tru]", "", "Malformed byte 1"),
        ("[1,{\"a\":}]", "", "Malformed byte 3"),
        ("{\"a\" 1}", "", "Malformed byte 5"),
        ("{1:2}", "", "Malformed byte 1"),
        ("[1] x", "", "Malformed byte 4"),
        ("x", "", "Malformed byte 0"),
        ("{\"a\":1}", "/b", "PointerNotFound"),
        ("{}", "/b", "PointerNotFound"),
        ("[[1]]", "/1", "PointerNotFound"),
        ("[]", "/0", "PointerNotFound"),
        ("[[1]]", "/00", "PointerNotFound"),
        ("[[1]]", "/a", "PointerNotFound"),
        ("{\"a\":1}", "/a/b", "PointerNotFound"),
        ("{\"a\":1}", "/a", "NotIterable byte 5"),
    ];
    for (text, pointer, expected) in cases {
        for piece in [1, 3, 1000] {
            let told = match items(text.as_bytes(), pointer, piece) {
                Err(ScanError::Malformed { at, .. }) => format!("Malformed {at}"),
                Err(ScanError::NotIterable { at }) => format!("NotIterable {at}"),
                Err(ScanError::PointerNotFound { .. }) => "PointerNotFound".into(),
                other => panic!("{text:?} at {pointer:?}: {other:?}"),
            };
            assert_eq!(told, expected, "{text:?} at {pointer:?} in pieces of {piece}");
        }
    }
    assert!(JsonScanner::new("a").is_err());
    let huge = [b"[\"".to_vec(), vec![b'x'; MAX_ITEM_BYTES]].concat();
    assert!(matches!(items(&huge, "", 100_000), Err(ScanError::ItemTooLarge { .. })));
}

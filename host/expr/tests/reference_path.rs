//! `ResultPath`: putting a value at its place.
#![allow(clippy::unwrap_used)]

use dirigent_expr::ReferencePath;
use serde_json::json;

#[test]
fn inserts() {
    for (path, document, expected) in [
        ("$", json!({"a": 1}), Ok(json!("new"))),
        ("$.a", json!({"a": 1, "b": 2}), Ok(json!({"a": "new", "b": 2}))),
        ("$.c", json!({"a": 1}), Ok(json!({"a": 1, "c": "new"}))),
        ("$.a.b.c", json!({}), Ok(json!({"a": {"b": {"c": "new"}}}))),
        ("$['a b'].c", json!({}), Ok(json!({"a b": {"c": "new"}}))),
        ("$.a[1]", json!({"a": [1, 2]}), Ok(json!({"a": [1, "new"]}))),
        ("$.a[0].b", json!({"a": [{}]}), Ok(json!({"a": [{"b": "new"}]}))),
        ("$.a", json!([]), Err("'a' asks for an object, but there is an array")),
        ("$.a", json!(null), Err("'a' asks for an object, but there is null")),
        ("$.a.b", json!({"a": 1}), Err("'b' asks for an object, but there is a number")),
        ("$.a[2]", json!({"a": [1, 2]}), Err("the array has 2 elements, so none at index 2")),
        ("$.a[0]", json!({}), Err("[0] asks for an array, but there is an object")),
    ] {
        let parsed = ReferencePath::parse(path).unwrap();
        let result = parsed.insert(document.clone(), json!("new"));
        assert_eq!(
            result.map_err(|error| error.reason),
            expected.map_err(str::to_owned),
            "{path} in {document}"
        );
    }
}

#[test]
fn only_names_and_indexes_make_a_reference_path() {
    for path in ["$", "$.a", "$.a-b", "$['a.b'][0].c", "$[0]"] {
        assert!(ReferencePath::parse(path).is_ok(), "{path}");
    }
    for path in [
        "",
        "a",
        "@.a",
        "$$.a",
        "$name",
        "$[*]",
        "$..a",
        "$.a[-1]",
        "$.a[0,1]",
        "$['a','b']",
        "$.a[1:]",
        "$[?(@.a)]",
    ] {
        assert!(ReferencePath::parse(path).is_err(), "{path}");
    }
}

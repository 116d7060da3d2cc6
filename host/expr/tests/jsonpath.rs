//! JSONPath beyond the recorded answers: messages, limits, operators.
#![allow(clippy::unwrap_used)]

use std::borrow::Cow;

use dirigent_expr::{JsonPath, PathError};
use serde_json::{Value, json};

fn document() -> Value {
    json!({
        "a": {"b": [1, 2, 3], "text": "x", "nothing": null},
        "items": [
            {"id": 1, "name": "one", "tags": ["red", "blue"], "price": 8.5},
            {"id": 2, "name": "two", "tags": [], "price": 12, "sold": false},
            {"id": "3", "name": "Three", "tags": ["blue"], "deep": {"price": 1}},
        ],
        "limit": 10,
        "big": 9007199254740993_i64,
    })
}

fn query(path: &str) -> Result<Value, PathError> {
    JsonPath::parse(path).unwrap_or_else(|error| panic!("{path}: {error}")).query(&document())
}

#[test]
fn finds() {
    for (path, expected) in [
        ("$.a.b[-1]", json!(3)),
        ("$.a.b[5]['x','y'].z", json!([])),
        ("$.a.b[0,2]", json!([1, 3])),
        ("$.a.b[-2:]", json!([2, 3])),
        ("$.a.b[:-1]", json!([1, 2])),
        ("$.a.b[1:2:9]", json!([2])),
        ("$.a.b[2:1]", json!([])),
        ("$.a.nothing", json!(null)),
        ("$.items[*]['id','sold']", json!([{"id": 1}, {"id": 2, "sold": false}, {"id": "3"}])),
        ("$.items['id','name']", json!(null)),
        ("$..[0].name", json!(["one"])),
        ("$..[*].name", json!(["one", "two", "Three"])),
        ("$..price", json!([8.5, 12, 1])),
        ("$..[?(@.sold == false)].id", json!([2])),
        ("$.items.length()", json!(3)),
        ("$..tags.length()", json!(3)),
        ("$.a.keys()", json!(["b", "text", "nothing"])),
        ("$.a.text.length()", json!(null)),
        ("$.a.b.sum()", json!(6.0)),
        ("$.a.b.append(4).length()", json!(4)),
        ("$.a.b.max($.limit, -5)", json!(10.0)),
        ("$.a.b.concat(\"<\", $.limit, \">\")", json!("<10>")),
        ("$.big", json!(9007199254740993_i64)),
    ] {
        if path == "$.items['id','name']" {
            assert!(query(path).unwrap_err().is_not_found());
        } else {
            assert_eq!(query(path).unwrap(), expected, "{path}");
        }
    }
}

#[test]
fn filters() {
    for (filter, ids) in [
        ("@.price < 10", json!([1])),
        ("@.price <= 12 && @.price != 8.5", json!([2])),
        ("@.price < $.limit || @.deep", json!([1, "3"])),
        ("!(@.price < $.limit || @.deep)", json!([2])),
        ("!@.price", json!(["3"])),
        ("@.sold", json!([2])),
        ("@.id == '2'", json!([2])),
        ("@.id == 3", json!(["3"])),
        ("@.id === 3", json!([])),
        ("@.id !== 3", json!([1, 2, "3"])),
        ("@.id == 2.0", json!([2])),
        ("@.name == \"two\"", json!([2])),
        ("@.name =~ /t.*/", json!([2])),
        ("@.name =~ /T.*/i", json!([2, "3"])),
        ("@.name =~ /t/", json!([])),
        ("@.tags =~ /bl../", json!([1, "3"])),
        ("@.name in ['one', 'Three']", json!([1, "3"])),
        ("@.name nin ['one', 'Three']", json!([2])),
        ("'red' in @.tags", json!([1])),
        ("@.tags contains 'blue'", json!([1, "3"])),
        ("@.name contains 'o'", json!([1, 2])),
        ("@.tags size 1", json!(["3"])),
        ("@.name size 3", json!([1, 2])),
        ("@.tags empty true", json!([2])),
        ("@.tags subsetof ['blue', 'green']", json!([2, "3"])),
        ("@.tags anyof ['red', 'green']", json!([1])),
        ("@.tags noneof ['red', 'green']", json!([2, "3"])),
        ("@.tags all ['red']", json!([1])),
        ("@.tags == ['blue']", json!(["3"])),
        ("@.tags.length() > 1", json!([1])),
        ("@.missing == null", json!([])),
        ("@.missing != null", json!([1, 2, "3"])),
        ("@.missing in 5", json!([])),
        ("@.missing nin 5", json!([])),
        ("@['id'] == 1", json!([1])),
        ("@.tags[?(@ == 'red')] empty false", json!([1])),
        ("$.big > 9007199254740992", json!([1, 2, "3"])),
        ("$.big == 9007199254740992", json!([])),
    ] {
        let path = format!("$.items[?({filter})].id");
        assert_eq!(query(&path).unwrap(), ids, "{path}");
    }
}

#[test]
fn says_what_is_missing_in_jayways_words() {
    for (path, message) in [
        ("$.NoSuchInputPath", "No results for path: $['NoSuchInputPath']"),
        ("$.no.such.result.path", "Missing property in path $['no']"),
        ("$['a'].c.d", "Missing property in path $['a']['c']"),
        ("$.a.b[7]", "No results for path: $['a']['b'][7]"),
        (r"$['it\'s']", r"No results for path: $['it\'s']"),
        ("$.a.nothing[0]", "The path $['a']['nothing'] is null"),
        ("$.limit[0]", "Filter: [0] can only be applied to arrays. Current context is: 10"),
        (
            "$.a.text.c",
            "Expected to find an object with property ['c'] in path $['a']['text'] but found 'java.lang.String'. \
             This is not a json object according to the JsonProvider: \
             'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
        ),
    ] {
        let error = query(path).unwrap_err();
        assert!(error.is_not_found(), "{path}");
        assert_eq!(error.to_string(), message);
    }
    for (path, message) in [
        ("$.a.b.median()", "Function with name: median does not exist."),
        ("$.limit[?(@.a)]", "Filter: [?] can not be applied to primitives. Current context is: 10"),
        ("$.items.avg()", "Aggregation function attempted to calculate value using empty array"),
        ("$.a.b.index(3)", "Target index:3 larger than object count:3"),
    ] {
        let error = query(path).unwrap_err();
        assert!(!error.is_not_found(), "{path}");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn refuses_what_is_no_path() {
    for (path, offset) in [
        ("", 0),
        ("a", 0),
        ("$a", 1),
        ("$.a b", 3),
        ("$.a[", 3),
        ("$['a'", 5),
        ("$.a[?(@.b = 1)]", 10),
        ("$.a[?(@.b == )]", 13),
        ("$.a[?(@.b =~ /(?=look)/)]", 23),
        ("$.a[99999999999]", 3),
    ] {
        match JsonPath::parse(path) {
            Err(error) => assert_eq!(error.offset, offset, "{path}: {error}"),
            // Jayway, too, overlooks a stray last character.
            Ok(_) => assert_eq!(path, "$.a["),
        }
    }
}

/// A member that is spelled with the backslash is found too: AWS recorded `ESCAPE_SEQUENCES_JSONPATH`.
#[test]
fn a_backslash_in_a_name_is_an_escape_or_itself() {
    for (document, expected) in [
        (json!({r#"Test\""Name""#: "written"}), "written"),
        (json!({r#"Test""Name""#: "unescaped"}), "unescaped"),
    ] {
        let path = JsonPath::parse(r#"$['Test\""Name"']"#).unwrap();
        assert_eq!(path.query(&document).unwrap(), expected);
    }
}

#[test]
fn a_definite_path_copies_nothing() {
    let document = document();
    for path in ["$", "$.a.b[0]", "$['items'][1].name", "$.a.b[-1]"] {
        let path = JsonPath::parse(path).unwrap();
        assert!(matches!(path.query_ref(&document).unwrap(), Cow::Borrowed(_)), "{}", path.as_str());
    }
}

#[test]
fn hostile_paths_are_refused() {
    for path in [
        format!("$.{}", "a".repeat(100_000)),
        format!("${}", ".a".repeat(1000)),
        format!("${}1{}", "[?(@".repeat(100), ")]".repeat(100)),
        format!("$[?({}@.a{})]", "(".repeat(5000), ")".repeat(5000)),
        format!("$[?({}(@.a))]", "!".repeat(5000)),
        format!("$.a{}{}", ".sum($.a".repeat(1000), ")".repeat(1000)),
        format!("$[?(@.a == {}{})]", "[".repeat(5000), "]".repeat(5000)),
        format!("$[?(@.a =~ /{}{}/)]", "(a{1000}){1000}", "b"),
    ] {
        assert!(JsonPath::parse(&path).is_err(), "{}…", path.chars().take(60).collect::<String>());
    }
}

#[test]
fn hostile_documents_are_bounded() {
    let deep = (0..1_000).fold(json!(1), |inner, _| Value::Array(vec![inner]));
    let wide: Value = (0..300).map(|i| json!((0..300).map(|j| i * j).collect::<Vec<_>>())).collect();
    for (path, document) in [
        ("$..a", &deep),
        ("$..*", &deep),
        ("$..[?(@..x)]", &deep),
        ("$[?($[?($[?($[*] size 1)] size 1)] size 1)]", &wide),
        ("$..[?($..[?($..* size 3)] size 3)]", &wide),
    ] {
        let result = JsonPath::parse(path).unwrap().query(document);
        assert!(matches!(result, Err(PathError::Limit { .. })), "{path}: {:?}", result.map(|_| "an answer"));
    }
    // The deepest nesting that is accepted fits on a test's stack of 2 MiB, unoptimised.
    let nested = (0..8).fold("@".to_owned(), |inner, _| format!("@[?((({inner})))]"));
    let path = JsonPath::parse(&nested.replacen('@', "$", 1)).unwrap();
    let document = (0..20).fold(json!([]), |inner, _| Value::Array(vec![inner]));
    assert_eq!(path.query(&document).unwrap().as_array().map(Vec::len), Some(1));
    // What an attacker would hope to take exponential time in a backtracking matcher.
    let text = json!(["a".repeat(50_000) + "!"]);
    let path = JsonPath::parse("$[?(@ =~ /(a*)*(a|a)*(a*a*)*$/)]").unwrap();
    assert_eq!(path.query(&text).unwrap(), json!([]));
}

//! Expressions and templates against a scope.
#![allow(clippy::unwrap_used)]

mod support;

use dirigent_expr::{EvalError, Expr, PathError, Source, Template};
use serde_json::{Value, json};

use support::TestScope;

fn scope() -> TestScope {
    TestScope {
        input: json!({"name": "World", "items": [1, 2, 2, 3], "half": 1.5, "object": {"a": 1, "b": [true, null, "x"]}}),
        context: json!({"Execution": {"Id": "arn", "Input": {"a": 1}}}),
        variables: [("x".to_owned(), json!({"y": [10, 20]})), ("größe".to_owned(), json!(5))].into(),
        ..TestScope::default()
    }
}

#[test]
fn evaluates() {
    for (text, expected) in [
        ("$", scope().input),
        ("$.name", json!("World")),
        ("$$", scope().context),
        ("$$.Execution.Id", json!("arn")),
        ("$$['Execution']['Input'].a", json!(1)),
        ("$x", json!({"y": [10, 20]})),
        ("$x.y[1]", json!(20)),
        ("$x['y'][*]", json!([10, 20])),
        ("$größe", json!(5)),
        ("States.Format('Hello {}!', $.name)", json!("Hello World!")),
        ("States.Format( 'a{}{}b' , 1 , 'z' )", json!("a1zb")),
        ("States.Format('{}', $.object)", json!("{a=1, b=[true, null, x]}")),
        ("States.Format('{} {} {} {}', true, null, 1.0, -2e10)", json!("true null 1.0 -2.0E10")),
        (r"States.Format('\{\}\'\\ {}', 1)", json!(r"{}'\ 1")),
        ("States.Format($.name)", json!("World")),
        ("States.Array()", json!([])),
        ("States.Array(1, 'a', $.half, States.Array(null))", json!([1, "a", 1.5, [null]])),
        ("States.Array('a{}b')", json!(["a{}b"])),
        ("States.ArrayPartition($.items, 2.5)", json!([[1, 2, 2], [3]])),
        ("States.ArrayContains($.items, 3)", json!(true)),
        ("States.ArrayContains($.items, '3')", json!(false)),
        ("States.ArrayRange(1, 9, 2)", json!([1, 3, 5, 7, 9])),
        ("States.ArrayRange(3, 1, -1)", json!([3, 2, 1])),
        ("States.ArrayRange(3, 1, 1)", json!([])),
        ("States.ArrayRange(1, 3, -5)", json!([])),
        ("States.ArrayRange(4, 4, -1)", json!([4])),
        ("States.ArrayGetItem($.items, 3)", json!(3)),
        ("States.ArrayLength($.items[?(@ == 2)])", json!(2)),
        ("States.ArrayUnique($.items)", json!([1, 2, 3])),
        (
            "States.ArrayUnique(States.Array($.object, $.object, 1, '1'))",
            json!([scope().input["object"], 1, "1"]),
        ),
        ("States.Base64Encode('Data to encode')", json!("RGF0YSB0byBlbmNvZGU=")),
        ("States.Base64Decode('RGF0YSB0\r\nbyBlbmNvZGU')", json!("Data to encode")),
        ("States.Hash('input data', 'SHA-1')", json!("aaff4a450a104cd177d28d18d74485e8cae074b7")),
        ("States.Hash('', 'MD5')", json!("d41d8cd98f00b204e9800998ecf8427e")),
        ("States.JsonMerge($.object, $x, false)", json!({"a": 1, "b": [true, null, "x"], "y": [10, 20]})),
        (r#"States.StringToJson('\{"a": [1]\}')"#, json!({"a": [1]})),
        (r#"States.StringToJson('{"a": [1]}')"#, json!({"a": [1]})),
        ("States.StringToJson('  ')", json!(null)),
        ("States.StringToJson('-0')", json!(0)),
        ("States.JsonToString($.object)", json!(r#"{"a":1,"b":[true,null,"x"]}"#)),
        ("States.MathAdd($.half, -1)", json!(1)),
        ("States.MathAdd(-1.5, 0)", json!(-1)),
        ("States.StringSplit('a, b,,c', ', ')", json!(["a", "b", "c"])),
        ("States.StringSplit('abc', '')", json!(["abc"])),
    ] {
        let expr = Expr::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(expr.evaluate(&scope()).unwrap(), expected, "{text}");
        assert_eq!(expr.as_str(), text);
    }
}

#[test]
fn random_values_come_from_the_scope_or_the_seed() {
    let evaluate = |text: &str, scope: &TestScope| Expr::parse(text).unwrap().evaluate(scope).unwrap();
    let one = scope();
    let seeded = |seed| evaluate(&format!("States.MathRandom(0, 1000000, {seed})"), &one);
    assert_eq!(seeded(3), seeded(3));
    assert_ne!(seeded(3), seeded(4));
    assert_eq!(seeded(3), json!(113450), "the answer for a seed must never change");
    let number = "States.MathRandom(-5, 5)";
    for _ in 0..100 {
        assert!((-5..5).contains(&evaluate(number, &one).as_i64().unwrap()));
    }
    assert_eq!(evaluate(number, &scope()), evaluate(number, &scope()), "the same scope, the same number");
    let uuid = evaluate("States.UUID()", &one);
    assert_eq!(uuid.as_str().map(|uuid| (uuid.len(), &uuid[14..15])), Some((36, "4")));
    assert_ne!(uuid, evaluate("States.UUID()", &one));
}

#[test]
fn functions_refuse_bad_arguments() {
    for (text, message) in [
        ("States.Format('{}{}', 1)", "The text has 2 occurrences of {}, but there are 1 values"),
        ("States.Format($.half)", "Expected a string, but got 1.5"),
        (
            "States.StringToJson('{')",
            "The string is not JSON: EOF while parsing an object at line 1 column 1",
        ),
        ("States.ArrayPartition($.items, 0)", "The chunk size must be a positive integer, not 0"),
        ("States.ArrayLength($.name)", "Expected an array, but got \"World\""),
        ("States.ArrayRange(1, 2, 0)", "The step must not be 0"),
        ("States.ArrayRange(0, 1000, 1)", "The array would have 1001 elements, and at most 1000 are allowed"),
        ("States.ArrayGetItem($.items, 4)", "The index 4 is out of bounds for an array of 4 elements"),
        ("States.ArrayGetItem($.items, -1)", "The index -1 is out of bounds for an array of 4 elements"),
        ("States.Hash('a', 'SHA-3')", "'SHA-3' is none of MD5, SHA-1, SHA-256, SHA-384, SHA-512"),
        (
            "States.JsonMerge($.object, $.object, true)",
            "The third argument must be false, not true: there is no deep merge",
        ),
        ("States.JsonMerge($.object, $.items, false)", "Expected an object, but got [1,2,2,3]"),
        ("States.MathAdd(2147483648, 1)", "2147483648 is not in the range from -2147483648 to 2147483647"),
        ("States.MathAdd('1', 1)", "Expected a number, but got \"1\""),
        ("States.MathRandom(5, 5)", "The start 5 must be less than the end 5"),
    ] {
        match Expr::parse(text).unwrap().evaluate(&scope()) {
            Err(EvalError::Intrinsic { expression, message: actual, .. }) => {
                assert_eq!((&*expression, &*actual), (text, message));
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn refuses_what_is_no_expression() {
    let nested = |depth: usize| "States.Array(".repeat(depth) + &")".repeat(depth);
    assert!(Expr::parse(&nested(10)).is_ok());
    for text in [
        "",
        "name",
        "$.",
        "$x y",
        "$$x",
        "$1",
        "States.Format",
        "States.Format()",
        "States.Format('a'",
        "States.Format('a') x",
        "States.Format('a',)",
        "States.Format('a' 'b')",
        "States.format('a')",
        "States.Nothing()",
        "States.UUID(1)",
        "States.Hash('a')",
        "States.Array(bare)",
        "States.Array(\"a\")",
        "States.Array($.a[)",
        r#"States.StringToJson('{"text":"An \"escaped double quote\" here"}')"#,
        r#"States.Format('He said, \"Hello, {}!\"', 'Test \"Name\" Here')"#,
        &nested(11),
        &format!("${}", "v".repeat(81)),
    ] {
        assert!(Expr::parse(text).is_err(), "{text}");
    }
    assert!(Expr::parse_path("States.UUID()").is_err());
}

#[test]
fn an_error_has_the_parts_of_awss_sentences() {
    let document = |value: Value| value.to_string().into_boxed_str();
    let missing = |message: &str| PathError::NotFound { message: message.into() };
    let scope = scope();
    for (text, expected) in [
        (
            "$.x",
            EvalError::Path {
                path: "$.x".into(),
                looked_up_in: Source::Input,
                document: document(scope.input.clone()),
                function: None,
                error: missing("No results for path: $['x']"),
            },
        ),
        (
            "$$.x.y",
            EvalError::Path {
                path: "$$.x.y".into(),
                looked_up_in: Source::Context,
                document: document(scope.context.clone()),
                function: None,
                error: missing("Missing property in path $['x']"),
            },
        ),
        (
            "States.Format('{}', States.Array($x.z))",
            EvalError::Path {
                path: "$x.z".into(),
                looked_up_in: Source::Variable("x".into()),
                document: document(scope.variables["x"].clone()),
                function: Some("States.Format('{}', States.Array($x.z))".into()),
                error: missing("No results for path: $['z']"),
            },
        ),
        ("$nope.a", EvalError::UndefinedVariable { name: "nope".into(), path: "$nope.a".into() }),
    ] {
        let error = Expr::parse(text).unwrap().evaluate(&scope).unwrap_err();
        assert!(error.is_not_found());
        assert_eq!(error, expected, "{text}");
    }
}

#[test]
fn templates_render() {
    for (template, expected) in [
        (json!({"a": 1, "b.$": "$.name"}), json!({"a": 1, "b": "World"})),
        (
            json!({"z.$": "$x.y[0]", "a": {"b": [{"c.$": "$$.Execution.Id"}, "$.name"]}}),
            json!({"z": 10, "a": {"b": [{"c": "arn"}, "$.name"]}}),
        ),
        (json!([{"a.$": "$"}]), json!([{"a": scope().input}])),
        (json!("$.name"), json!("$.name")),
        (json!({"a.b.$": "States.UUID() "}), json!(null)),
        (json!({"a$": "$.name"}), json!({"a$": "$.name"})),
    ] {
        match Template::parse(&template) {
            Ok(parsed) => {
                let rendered = parsed.render(&scope()).unwrap();
                // As text, for the order of the keys.
                if !expected.is_null() {
                    assert_eq!(rendered.to_string(), expected.to_string(), "{template}");
                }
            }
            Err(errors) => panic!("{template}: {errors:?}"),
        }
    }
}

/// A path that stands alone in a template is not held to all of the rules that it is held to elsewhere.
#[test]
fn templates_forgive_missing_arrays() {
    for (path, in_template, elsewhere) in [
        ("$.none[*]", Ok(json!([])), Err(())),
        ("$.none.none[1:].a", Ok(json!([])), Err(())),
        ("$.none[?(@.a)]", Ok(json!([])), Err(())),
        ("$.name[*]", Ok(json!([])), Ok(json!([]))),
        ("$.items[9]", Ok(json!(null)), Err(())),
        ("$.items[9].a", Err(()), Err(())),
        ("$.none[9]", Err(()), Err(())),
        ("$.none", Err(()), Err(())),
        ("States.ArrayLength($.none[*])", Err(()), Err(())),
    ] {
        let template = Template::parse(&json!({"a.$": path})).unwrap();
        let rendered = template.render(&scope()).map(|value| value["a"].clone());
        assert_eq!(rendered.map_err(drop), in_template, "{path} in a template");
        assert_eq!(
            Expr::parse(path).unwrap().evaluate(&scope()).map_err(drop),
            elsewhere,
            "{path} elsewhere"
        );
    }
}

#[test]
fn all_problems_of_a_template_are_reported() {
    let template = json!({"a.$": "x", "b": [{"c/d.$": 5}, {"e.$": "$.fine"}], "f": {"g.$": "States.No()"}});
    let errors = Template::parse(&template).unwrap_err();
    let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/a.$", "/b/0/c~1d.$", "/f/g.$"]);
    assert_eq!(
        errors[0].message,
        "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call"
    );
}

#[test]
fn a_rendering_error_names_the_field() {
    let template = Template::parse(&json!({"a": [{"value.$": "$.no_such_jsonpath"}]})).unwrap();
    let error = template.render(&scope()).unwrap_err();
    assert_eq!((&*error.field, &*error.pointer), ("value.$", "/a/0/value.$"));
    assert!(error.source.is_not_found());
}

#[test]
fn variables_are_listed() {
    let template =
        json!({"a.$": "$x.y", "b": {"c.$": "States.Array($y, States.Format('{}', $z.q), $.x, $$.y)"}});
    assert_eq!(Template::parse(&template).unwrap().variables(), ["x", "y", "z"]);
    assert_eq!(Expr::parse("$x").unwrap().variables(), ["x"]);
    assert!(Expr::parse("$.x").unwrap().variables().is_empty());
}

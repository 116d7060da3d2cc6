//! JSONata expressions as Step Functions has them: what they give, and what they are refused.

use dirigent_expr::{Jsonata, JsonataError, JsonataTemplate, Scope};
use serde_json::{Value, json};

/// Data for expressions to look at.
struct Data {
    input: Value,
    context: Value,
    result: Value,
    variable: Value,
}

impl Scope for Data {
    fn input(&self) -> &Value {
        &self.input
    }

    fn context(&self) -> &Value {
        &self.context
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        (name == "order").then_some(&self.variable)
    }

    fn random(&self) -> u64 {
        42
    }

    fn result(&self) -> Option<&Value> {
        Some(&self.result)
    }

    fn now_ms(&self) -> Option<i64> {
        Some(0)
    }
}

fn data() -> Data {
    Data {
        input: json!({ "a": { "b": 9_007_199_254_740_993_u64 }, "list": [{ "n": 1 }, { "n": 2 }], "one": [7] }),
        context: json!({ "State": { "Name": "S" } }),
        result: json!({ "ok": true }),
        variable: json!({ "id": "A-1", "total": 12.5 }),
    }
}

fn evaluate(source: &str) -> Result<Value, JsonataError> {
    let expression = Jsonata::parse(&format!("{{% {source} %}}")).expect(source);
    expression.evaluate(&data())
}

#[test]
fn values() {
    let cases = [
        ("$states.input.a.b", json!(9_007_199_254_740_993_u64)),
        ("$states.input.list.n", json!([1, 2])),
        ("$states.input.one", json!([7])),
        ("$states.context.State.Name", json!("S")),
        ("$states.result.ok", json!(true)),
        ("$order.id", json!("A-1")),
        ("$order.total * 2", json!(25)),
        ("$sum($states.input.list.n)", json!(3)),
        ("$x := 3; $x + 1", json!(4)),
        ("$partition([1,2,3,4,5], 2)", json!([[1, 2], [3, 4], [5]])),
        ("$range(0, 10, 5)", json!([0, 5, 10])),
        ("$hash('abc', 'MD5')", json!("900150983cd24fb0d6963f7d28e17f72")),
        ("$parse('{\"a\":[1]}')", json!({ "a": [1] })),
        ("$random(7) = $random(7)", json!(true)),
        ("$length($uuid())", json!(36)),
        ("$now()", json!("1970-01-01T00:00:00.000Z")),
    ];
    for (source, want) in cases {
        let source = if source.contains(":=") { format!("({source})") } else { source.to_owned() };
        assert_eq!(evaluate(&source), Ok(want), "{source}");
    }
}

#[test]
fn nothing_and_errors() {
    for source in ["$nothing", "$states.input.missing", "$states.input.a.b.c", "$order.missing"] {
        assert_eq!(evaluate(source), Err(JsonataError::Undefined), "{source}");
    }
    let cases = [
        ("1 + 'a'", "T2002"),
        ("$missing(1)", "T1006"),
        ("$range(0, 1, 0)", "T0410"),
        ("$parse('{')", "T0410"),
    ];
    for (source, want) in cases {
        match evaluate(source) {
            Err(JsonataError::Threw { code, .. }) => assert_eq!(code, want, "{source}"),
            other => panic!("{source}: {other:?}"),
        }
    }
}

#[test]
fn functions_of_aws_say_what_they_take() {
    for (source, want) in [
        ("$range(0, 1, 0)", "$range: takes a step other than 0"),
        ("$range(1, 1e9, 1)", "$range: gives at most 100000 items"),
        ("$partition([1], 0)", "$partition: takes an array and a size of at least 1"),
    ] {
        let Err(JsonataError::Threw { message, .. }) = evaluate(source) else { panic!("{source}") };
        assert_eq!(message, want);
    }
}

#[test]
fn hostile_expressions_end_with_an_error() {
    let cases = [
        "($f := function($n) { $f($n + 1) }; $f(0))",
        "($f := function($n) { 1 + $f($n + 1) }; $f(0))",
        "($d := function($s) { $d($s & $s) }; $d('x'))",
        "$map([1..99999], function($i) { $map([1..99999], function($j) { $i * $j }) })",
        "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a+)+$/)",
    ];
    for source in cases {
        assert!(matches!(evaluate(source), Err(JsonataError::Threw { .. })), "{source}");
    }
}

#[test]
fn what_is_refused() {
    for text in ["{% 1 + %}", "{% $eval('1') %}", "{% a ?: b %}", "{% a ?? b %}", "$.a", "{% 1", " {% 1 %}"] {
        assert!(Jsonata::parse(text).is_err(), "{text}");
    }
}

#[test]
fn templates() {
    let template = json!({ "fixed": 1, "id": "{% $order.id %}", "in": ["{% 1 + 1 %}", "plain"] });
    let template = JsonataTemplate::parse(&template).expect("parses");
    assert_eq!(
        template.render("Output", &data()),
        Ok(json!({ "fixed": 1, "id": "A-1", "in": [2, "plain"] }))
    );
    assert_eq!(template.variables(), ["order"]);

    let template = JsonataTemplate::parse(&json!({ "a": { "b": "{% $nothing %}" } })).expect("parses");
    let error = template.render("Output", &data()).expect_err("gives nothing");
    assert_eq!(
        error.to_string(),
        "The JSONata expression '$nothing' specified for the field 'Output/a/b' returned nothing (undefined)."
    );
    let errors = JsonataTemplate::parse(&json!({ "a": "{% ( %}", "b": ["{% ) %}"], "c/~": "{% } %}" }))
        .expect_err("has faults");
    assert_eq!(
        errors.iter().map(|error| error.place.as_str()).collect::<Vec<_>>(),
        ["/a", "/b[0]", "/c~1~0"]
    );
}

/// A range becomes a call of a function that checks its size; that must not show.
#[test]
fn ranges() {
    let cases = [
        ("[1..3]", json!([1, 2, 3])),
        ("[-1..1, 5, 7..8]", json!([-1, 0, 1, 5, 7, 8])),
        ("[$count([1..2])..4]", json!([2, 3, 4])),
        ("[[1..2]..3]", json!("T2003")),
        ("[[1..2], [3..4]]", json!([[1, 2], [3, 4]])),
        ("[3..1]", json!([])),
        ("[$nothing..3, 9]", json!([9])),
        ("[1..$nothing]", json!([])),
        ("[1..1]", json!([1])),
        ("[/* a */ 1 /* .. */ .. /* b */ 2 /* c */]", json!([1, 2])),
        ("[1../[.]./('a..b') ? 2 : 9]", json!([1, 2])),
        ("['..' = \"..\" ? 1 : 2 .. 3]", json!([1, 2, 3])),
        ("(  [$x := 2..$x + 1] ~> $append($x))", json!([2, 3, 2])),
        ("$states.input.list.[n..3]", json!([[1, 2, 3], [2, 3]])),
        ("$states.input.list.{'é': [%.list[0].n..n]}", json!([{ "é": [1] }, { "é": [1, 2] }])),
        ("$map([1..2], function($i) { [$i..$i + 1] })", json!([[1, 2], [2, 3]])),
        ("[1..3][$ > 1]", json!([2, 3])),
        ("[1..3].($ * 2)", json!([2, 4, 6])),
        ("[1.5..3]", json!("T2003")),
        ("['1'..3]", json!("T2003")),
        ("[null..3]", json!("T2003")),
        ("[$sum..3]", json!("T2003")),
        ("[1..true]", json!("T2004")),
        ("[$nothing..'a']", json!("T2004")),
        ("[1..$sum]", json!("T2004")),
        ("[1..10000001]", json!("D2014")),
        ("[1..100001]", json!("U1001")),
        ("[0..$states.input.a.b]", json!("D2014")),
        ("$count([1..100000])", json!(100_000)),
    ];
    for (source, want) in cases {
        match evaluate(source) {
            Ok(value) => assert_eq!(value, want, "{source}"),
            Err(JsonataError::Threw { code, .. }) => assert_eq!(json!(code), want, "{source}"),
            Err(JsonataError::Undefined) => panic!("{source} gives nothing"),
        }
    }
}

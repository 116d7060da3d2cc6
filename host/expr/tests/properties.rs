//! What holds for any text and any document.
#![allow(clippy::unwrap_used)]

mod support;

use dirigent_expr::{Expr, JsonPath, ReferencePath, Template};
use proptest::prelude::*;
use serde_json::{Value, json};

use support::TestScope;

/// Any JSON value of a moderate size.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "[a-c$.' ]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c]{1,2}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Texts that are nearly expressions: pieces of the grammars in any order.
fn nearly_expression() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "$",
        "$$",
        "@",
        ".",
        "..",
        "a",
        "b",
        "length()",
        "sum(",
        "[",
        "]",
        "[0]",
        "[-1]",
        "[1:",
        "['a']",
        "['a','b']",
        "*",
        "[*]",
        "[?(",
        ")]",
        "(",
        ")",
        ",",
        "'",
        "\"",
        "\\",
        "/",
        "=~",
        "==",
        "<",
        "!",
        "&&",
        "||",
        " ",
        "1",
        "2.5",
        "null",
        "in",
        "{",
        "}",
        "{}",
        "States.Format(",
        "States.Array(",
        "é",
        "\u{0}",
        "𝄞",
    ]);
    let pieces = prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat());
    prop_oneof![
        pieces.clone(),
        pieces.clone().prop_map(|rest| format!("$.{rest}")),
        pieces.prop_map(|rest| format!("$[?({rest})]"))
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_makes_a_parser_panic(text in prop_oneof![any::<String>(), nearly_expression()]) {
        let _ = JsonPath::parse(&text);
        let _ = ReferencePath::parse(&text);
        if let Ok(expr) = Expr::parse(&text) {
            prop_assert_eq!(expr.as_str(), &text);
        }
    }

    #[test]
    fn no_expression_makes_evaluation_panic(text in nearly_expression(), input in any_json()) {
        if let Ok(expr) = Expr::parse(&text) {
            let scope = TestScope::of(input);
            let _ = expr.evaluate(&scope);
        }
    }

    #[test]
    fn an_indefinite_path_answers_with_an_array(text in nearly_expression(), document in any_json()) {
        if let Ok(path) = JsonPath::parse(&text)
            && !path.is_definite()
            && let Ok(answer) = path.query(&document)
        {
            prop_assert!(answer.is_array());
        }
    }

    #[test]
    fn what_is_inserted_is_there(
        names in prop::collection::vec("[a-c]{1,2}", 0..4), document in any_json(), value in any_json(),
    ) {
        let text: String = std::iter::once("$".to_owned()).chain(names.iter().map(|name| format!("['{name}']"))).collect();
        let path = ReferencePath::parse(&text).unwrap();
        if let Ok(changed) = path.insert(document, value.clone()) {
            prop_assert_eq!(path.get(&changed), Some(&value));
            let same = JsonPath::parse(&text).unwrap();
            prop_assert_eq!(same.query(&changed).unwrap(), value);
        }
    }

    #[test]
    fn a_template_without_expressions_is_itself(value in any_json()) {
        let template = Template::parse(&value).unwrap();
        prop_assert_eq!(template.render(&TestScope::default()).unwrap(), value);
    }
}

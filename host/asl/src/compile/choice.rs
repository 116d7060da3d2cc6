//! Choice: its rules and their data-test operators.

use std::sync::Arc;

use dirigent_expr::Expr;
use serde_json::Value;

use super::fields::{Fields, wrong_type};
use super::{Compiler, Names, QueryLanguage, warnings};
use crate::diagnostic::{Pointer, SCHEMA, TOO_DEEP};
use crate::parse_timestamp;
use crate::program::{Choice, ChoiceRule, Kind, RuleCondition};
use crate::{Comparison, Condition, Operand, Ordering, Wildcard};

/// Every data-test operator. What a name says is read off it: the type, the order, and whether the right side is a path.
#[rustfmt::skip]
const OPERATORS: &[&str] = &[
    "StringEquals", "StringLessThan", "StringGreaterThan", "StringLessThanEquals", "StringGreaterThanEquals",
    "StringEqualsPath", "StringLessThanPath", "StringGreaterThanPath", "StringLessThanEqualsPath",
    "StringGreaterThanEqualsPath", "StringMatches",
    "NumericEquals", "NumericLessThan", "NumericGreaterThan", "NumericLessThanEquals", "NumericGreaterThanEquals",
    "NumericEqualsPath", "NumericLessThanPath", "NumericGreaterThanPath", "NumericLessThanEqualsPath",
    "NumericGreaterThanEqualsPath",
    "TimestampEquals", "TimestampLessThan", "TimestampGreaterThan", "TimestampLessThanEquals",
    "TimestampGreaterThanEquals", "TimestampEqualsPath", "TimestampLessThanPath", "TimestampGreaterThanPath",
    "TimestampLessThanEqualsPath", "TimestampGreaterThanEqualsPath",
    "BooleanEquals", "BooleanEqualsPath",
    "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp",
];

/// The order that an operator's name ends with.
fn ordering(name: &str) -> Option<Ordering> {
    Some(match name {
        "Equals" => Ordering::Equals,
        "LessThan" => Ordering::LessThan,
        "GreaterThan" => Ordering::GreaterThan,
        "LessThanEquals" => Ordering::LessThanEquals,
        "GreaterThanEquals" => Ordering::GreaterThanEquals,
        _ => return None,
    })
}

/// Deepest nesting of And, Or and Not; the evaluator recurses by level.
const MAX_DEPTH: usize = 64;

impl Compiler {
    pub(super) fn choice(&mut self, names: &Names, fields: &mut Fields<'_>) -> Option<Kind> {
        fields.require(&["Choices"], &mut self.out);
        let place = fields.place("Choices");
        let list = fields.array("Choices", &mut self.out);
        if list.is_some_and(<[_]>::is_empty) {
            self.out.error(SCHEMA, &place, "A Choice state needs at least one rule");
        }
        let mut rules = Vec::new();
        for (index, value) in list.unwrap_or_default().iter().enumerate() {
            rules.extend(self.rule(names, value, place.index(index)));
        }
        let at = fields.place("Default");
        let default = fields.string("Default", &mut self.out);
        let default = match default {
            Some(name) => Some(self.target(names, "Next", name, &at)?),
            None => None,
        };
        Some(Kind::Choice(Choice { rules, default }))
    }

    fn rule(&mut self, names: &Names, value: &Value, at: Pointer) -> Option<ChoiceRule> {
        let mut fields = Fields::of(value, at, &mut self.out)?;
        fields.require(&["Next"], &mut self.out);
        match self.language {
            QueryLanguage::JsonPath => fields.not_in("JSONPath", &["Condition", "Output"], &mut self.out),
            QueryLanguage::Jsonata => {
                fields.not_in("JSONata", &["Variable", "And", "Or", "Not"], &mut self.out);
                fields.not_in("JSONata", OPERATORS, &mut self.out);
            }
        }
        let (condition, output) = match self.language {
            QueryLanguage::JsonPath => (self.condition(&mut fields, 0).map(RuleCondition::JsonPath), None),
            QueryLanguage::Jsonata => {
                (self.jsonata_condition(&mut fields), fields.jsonata_template("Output", &mut self.out))
            }
        };
        let assign = self.any_assign(&mut fields);
        let next_at = fields.place("Next");
        let next = fields.string("Next", &mut self.out).and_then(|n| self.target(names, "Next", n, &next_at));
        fields.finish(&mut self.out);
        Some(ChoiceRule { condition: condition?, next: next?, assign, output })
    }

    /// `Condition`: an expression, or true or false.
    fn jsonata_condition(&mut self, fields: &mut Fields<'_>) -> Option<RuleCondition> {
        fields.require(&["Condition"], &mut self.out);
        if fields.has_jsonata("Condition") {
            return fields.jsonata("Condition", &mut self.out).map(RuleCondition::Jsonata);
        }
        fields.boolean("Condition", &mut self.out).map(RuleCondition::Constant)
    }

    /// The condition that `fields` hold: And, Or, Not, or Variable with exactly one operator.
    fn condition(&mut self, fields: &mut Fields<'_>, depth: usize) -> Option<Condition> {
        if depth > MAX_DEPTH {
            self.out.error(
                TOO_DEEP,
                &fields.at,
                format!("Conditions are nested deeper than {MAX_DEPTH} levels"),
            );
            return None;
        }
        let combinators = ["And", "Or", "Not"].into_iter().filter(|name| fields.has(name)).count();
        let operators: Vec<&'static str> =
            OPERATORS.iter().copied().filter(|name| fields.has(name)).collect();
        if combinators + operators.len() != 1 {
            let message = "A choice rule needs exactly one of And, Or, Not or a comparison operator";
            self.out.error(SCHEMA, &fields.at, message);
            fields.get("Variable");
            for name in operators {
                fields.get(name);
            }
            return None;
        }
        if let Some(name) = operators.first() {
            return self.test(fields, name);
        }
        for (name, make) in [("And", Condition::And as fn(_) -> _), ("Or", Condition::Or)] {
            if fields.has(name) {
                return Some(make(self.conditions(fields, name, depth)?));
            }
        }
        let at = fields.place("Not");
        let mut inner = Fields::of(fields.get("Not")?, at, &mut self.out)?;
        let condition = self.condition(&mut inner, depth + 1);
        inner.finish(&mut self.out);
        Some(Condition::Not(Box::new(condition?)))
    }

    fn conditions(
        &mut self,
        fields: &mut Fields<'_>,
        name: &'static str,
        depth: usize,
    ) -> Option<Vec<Condition>> {
        let place = fields.place(name);
        let list = fields.array(name, &mut self.out)?;
        if list.is_empty() {
            self.out.error(SCHEMA, &place, format!("'{name}' needs at least one condition"));
        }
        let mut conditions = Vec::with_capacity(list.len());
        for (index, value) in list.iter().enumerate() {
            if let Some(mut inner) = Fields::of(value, place.index(index), &mut self.out) {
                conditions.extend(self.condition(&mut inner, depth + 1));
                inner.finish(&mut self.out);
            }
        }
        Some(conditions)
    }

    fn test(&mut self, fields: &mut Fields<'_>, name: &'static str) -> Option<Condition> {
        fields.require(&["Variable"], &mut self.out);
        let variable = fields.path("Variable", &mut self.out);
        let at = fields.place(name);
        let value = fields.get(name)?;
        if let Some(text) = value.as_str().filter(|_| !name.ends_with("Path") && name != "StringMatches") {
            warnings::of_text(fields, name, text, &mut self.out);
        }
        let comparison = Right { value, at: &at, compiler: self }.comparison(name);
        Some(Condition::Test { variable: variable?, comparison: comparison? })
    }
}

/// The right side of an operator, and where to report that it is of the wrong type.
struct Right<'a> {
    value: &'a Value,
    at: &'a Pointer,
    compiler: &'a mut Compiler,
}

impl Right<'_> {
    /// What the operator `name` makes of this right side.
    fn comparison(&mut self, name: &str) -> Option<Comparison> {
        let (base, path) = name.strip_suffix("Path").map_or((name, false), |base| (base, true));
        if let Some(order) = base.strip_prefix("String").and_then(ordering) {
            return Some(Comparison::String(order, self.operand(path, Right::string)?));
        }
        if let Some(order) = base.strip_prefix("Numeric").and_then(ordering) {
            return Some(Comparison::Numeric(order, self.operand(path, Right::number)?));
        }
        if let Some(order) = base.strip_prefix("Timestamp").and_then(ordering) {
            return Some(Comparison::Timestamp(order, self.operand(path, Right::timestamp)?));
        }
        Some(match base {
            "StringMatches" => Comparison::StringMatches(Wildcard::new(&self.string()?)),
            "BooleanEquals" => Comparison::Boolean(self.operand(path, Right::boolean)?),
            "IsNull" => Comparison::IsNull(self.boolean()?),
            "IsPresent" => Comparison::IsPresent(self.boolean()?),
            "IsNumeric" => Comparison::IsNumeric(self.boolean()?),
            "IsString" => Comparison::IsString(self.boolean()?),
            "IsBoolean" => Comparison::IsBoolean(self.boolean()?),
            "IsTimestamp" => Comparison::IsTimestamp(self.boolean()?),
            _ => return None,
        })
    }

    fn operand<T>(&mut self, path: bool, fixed: fn(&mut Self) -> Option<T>) -> Option<Operand<T>> {
        if path { self.path().map(Operand::Path) } else { fixed(self).map(Operand::Fixed) }
    }

    fn expect<T>(&mut self, found: Option<T>, expected: &str) -> Option<T> {
        if found.is_none() {
            wrong_type(&mut self.compiler.out, self.at, expected);
        }
        found
    }

    fn string(&mut self) -> Option<Arc<str>> {
        self.expect(self.value.as_str().map(Arc::from), "String")
    }

    fn number(&mut self) -> Option<f64> {
        self.expect(self.value.as_f64(), "Number")
    }

    fn boolean(&mut self) -> Option<bool> {
        self.expect(self.value.as_bool(), "Boolean")
    }

    fn timestamp(&mut self) -> Option<jiff::Timestamp> {
        let text = self.expect(self.value.as_str(), "String")?;
        let parsed = parse_timestamp(text);
        if parsed.is_none() {
            self.compiler.out.error(SCHEMA, self.at, "String does not match RFC3339 timestamp");
        }
        parsed
    }

    fn path(&mut self) -> Option<Expr> {
        let text = self.expect(self.value.as_str(), "String")?;
        match Expr::parse_path(text) {
            Ok(path) => Some(path),
            Err(error) => {
                self.compiler.out.error(SCHEMA, self.at, format!("Value is not a valid JSONPath: {error}"));
                None
            }
        }
    }
}

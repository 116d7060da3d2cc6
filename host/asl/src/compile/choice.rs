//! Choice: its rules and their data-test operators.

use std::sync::Arc;

use dirigent_expr::Expr;
use serde_json::Value;

use super::fields::{Fields, wrong_type};
use super::{Compiler, Names, QueryLanguage};
use crate::diagnostic::{Pointer, SCHEMA};
use crate::parse_timestamp;
use crate::program::{Choice, ChoiceRule, Kind, RuleCondition};
use crate::{Comparison, Condition, Operand, Ordering, Wildcard};

/// Every operator with the comparison that it makes. `…Path` forms have a path on the right.
type Maker = fn(&mut Right<'_>) -> Option<Comparison>;

const OPERATORS: &[(&str, Maker)] = &[
    ("StringEquals", |r| Some(Comparison::String(Ordering::Equals, Operand::Fixed(r.string()?)))),
    ("StringEqualsPath", |r| Some(Comparison::String(Ordering::Equals, Operand::Path(r.path()?)))),
    ("StringLessThan", |r| Some(Comparison::String(Ordering::LessThan, Operand::Fixed(r.string()?)))),
    ("StringLessThanPath", |r| Some(Comparison::String(Ordering::LessThan, Operand::Path(r.path()?)))),
    ("StringGreaterThan", |r| Some(Comparison::String(Ordering::GreaterThan, Operand::Fixed(r.string()?)))),
    ("StringGreaterThanPath", |r| Some(Comparison::String(Ordering::GreaterThan, Operand::Path(r.path()?)))),
    ("StringLessThanEquals", |r| {
        Some(Comparison::String(Ordering::LessThanEquals, Operand::Fixed(r.string()?)))
    }),
    ("StringLessThanEqualsPath", |r| {
        Some(Comparison::String(Ordering::LessThanEquals, Operand::Path(r.path()?)))
    }),
    ("StringGreaterThanEquals", |r| {
        Some(Comparison::String(Ordering::GreaterThanEquals, Operand::Fixed(r.string()?)))
    }),
    ("StringGreaterThanEqualsPath", |r| {
        Some(Comparison::String(Ordering::GreaterThanEquals, Operand::Path(r.path()?)))
    }),
    ("StringMatches", |r| Some(Comparison::StringMatches(Wildcard::new(&r.string()?)))),
    ("NumericEquals", |r| Some(Comparison::Numeric(Ordering::Equals, Operand::Fixed(r.number()?)))),
    ("NumericEqualsPath", |r| Some(Comparison::Numeric(Ordering::Equals, Operand::Path(r.path()?)))),
    ("NumericLessThan", |r| Some(Comparison::Numeric(Ordering::LessThan, Operand::Fixed(r.number()?)))),
    ("NumericLessThanPath", |r| Some(Comparison::Numeric(Ordering::LessThan, Operand::Path(r.path()?)))),
    ("NumericGreaterThan", |r| Some(Comparison::Numeric(Ordering::GreaterThan, Operand::Fixed(r.number()?)))),
    ("NumericGreaterThanPath", |r| {
        Some(Comparison::Numeric(Ordering::GreaterThan, Operand::Path(r.path()?)))
    }),
    ("NumericLessThanEquals", |r| {
        Some(Comparison::Numeric(Ordering::LessThanEquals, Operand::Fixed(r.number()?)))
    }),
    ("NumericLessThanEqualsPath", |r| {
        Some(Comparison::Numeric(Ordering::LessThanEquals, Operand::Path(r.path()?)))
    }),
    ("NumericGreaterThanEquals", |r| {
        Some(Comparison::Numeric(Ordering::GreaterThanEquals, Operand::Fixed(r.number()?)))
    }),
    ("NumericGreaterThanEqualsPath", |r| {
        Some(Comparison::Numeric(Ordering::GreaterThanEquals, Operand::Path(r.path()?)))
    }),
    ("BooleanEquals", |r| Some(Comparison::Boolean(Operand::Fixed(r.boolean()?)))),
    ("BooleanEqualsPath", |r| Some(Comparison::Boolean(Operand::Path(r.path()?)))),
    ("TimestampEquals", |r| Some(Comparison::Timestamp(Ordering::Equals, Operand::Fixed(r.timestamp()?)))),
    ("TimestampEqualsPath", |r| Some(Comparison::Timestamp(Ordering::Equals, Operand::Path(r.path()?)))),
    ("TimestampLessThan", |r| {
        Some(Comparison::Timestamp(Ordering::LessThan, Operand::Fixed(r.timestamp()?)))
    }),
    ("TimestampLessThanPath", |r| Some(Comparison::Timestamp(Ordering::LessThan, Operand::Path(r.path()?)))),
    ("TimestampGreaterThan", |r| {
        Some(Comparison::Timestamp(Ordering::GreaterThan, Operand::Fixed(r.timestamp()?)))
    }),
    ("TimestampGreaterThanPath", |r| {
        Some(Comparison::Timestamp(Ordering::GreaterThan, Operand::Path(r.path()?)))
    }),
    ("TimestampLessThanEquals", |r| {
        Some(Comparison::Timestamp(Ordering::LessThanEquals, Operand::Fixed(r.timestamp()?)))
    }),
    ("TimestampLessThanEqualsPath", |r| {
        Some(Comparison::Timestamp(Ordering::LessThanEquals, Operand::Path(r.path()?)))
    }),
    ("TimestampGreaterThanEquals", |r| {
        Some(Comparison::Timestamp(Ordering::GreaterThanEquals, Operand::Fixed(r.timestamp()?)))
    }),
    ("TimestampGreaterThanEqualsPath", |r| {
        Some(Comparison::Timestamp(Ordering::GreaterThanEquals, Operand::Path(r.path()?)))
    }),
    ("IsNull", |r| Some(Comparison::IsNull(r.boolean()?))),
    ("IsPresent", |r| Some(Comparison::IsPresent(r.boolean()?))),
    ("IsNumeric", |r| Some(Comparison::IsNumeric(r.boolean()?))),
    ("IsString", |r| Some(Comparison::IsString(r.boolean()?))),
    ("IsBoolean", |r| Some(Comparison::IsBoolean(r.boolean()?))),
    ("IsTimestamp", |r| Some(Comparison::IsTimestamp(r.boolean()?))),
];

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
            Some(name) => Some(self.target(names, "Default", name, &at)?),
            None => None,
        };
        Some(Kind::Choice(Choice { rules, default }))
    }

    fn rule(&mut self, names: &Names, value: &Value, at: Pointer) -> Option<ChoiceRule> {
        let mut fields = Fields::of(value, at, &mut self.out)?;
        fields.require(&["Next"], &mut self.out);
        let (condition, output) = match self.language {
            QueryLanguage::JsonPath => (self.condition(&mut fields, 0).map(RuleCondition::JsonPath), None),
            QueryLanguage::Jsonata => {
                (self.jsonata_condition(&mut fields), fields.jsonata_template("Output", &mut self.out))
            }
        };
        let assign = self.any_assign(&mut fields);
        let next_at = fields.place("Next");
        let next = fields.string("Next", &mut self.out).and_then(|n| self.target(names, "Next", n, &next_at));
        fields.finish(&[], "a choice rule", &mut self.out);
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
                SCHEMA,
                &fields.at,
                format!("Conditions are nested deeper than {MAX_DEPTH} levels"),
            );
            return None;
        }
        let combinators = ["And", "Or", "Not"].into_iter().filter(|name| fields.has(name)).count();
        let operators: Vec<&(&'static str, Maker)> =
            OPERATORS.iter().filter(|(name, _)| fields.has(name)).collect();
        if combinators + operators.len() != 1 {
            let message = "A choice rule needs exactly one of And, Or, Not or a comparison operator";
            self.out.error(SCHEMA, &fields.at, message);
            fields.get("Variable");
            operators.iter().for_each(|(name, _)| {
                fields.get(name);
            });
            return None;
        }
        if let Some((name, make)) = operators.first() {
            return self.test(fields, name, *make);
        }
        for (name, make) in [("And", Condition::And as fn(_) -> _), ("Or", Condition::Or)] {
            if fields.has(name) {
                return Some(make(self.conditions(fields, name, depth)?));
            }
        }
        let at = fields.place("Not");
        let mut inner = Fields::of(fields.get("Not")?, at, &mut self.out)?;
        let condition = self.condition(&mut inner, depth + 1);
        inner.finish(&["Next"], "a nested condition", &mut self.out);
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
                inner.finish(&["Next"], "a nested condition", &mut self.out);
            }
        }
        Some(conditions)
    }

    fn test(&mut self, fields: &mut Fields<'_>, name: &'static str, make: Maker) -> Option<Condition> {
        fields.require(&["Variable"], &mut self.out);
        let variable = fields.path("Variable", &mut self.out);
        let at = fields.place(name);
        let value = fields.get(name)?;
        let comparison = make(&mut Right { value, at: &at, compiler: self });
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

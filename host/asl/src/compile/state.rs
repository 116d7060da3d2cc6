//! One state: the dispatch by `Type`, and the fields that several types share.

use std::sync::Arc;

use dirigent_expr::{Expr, ReferencePath};
use serde_json::Value;

use super::fields::{Fields, wrong_type};
use super::{Compiler, Names, QueryLanguage};
use crate::diagnostic::{Pointer, SCHEMA, UNSUPPORTED_JSONATA};
use crate::program::{
    AnyTemplate, Flow, JsonPathFlow, JsonataFlow, Kind, ResultPlace, Selector, State, Transition,
};

/// Fields that only states in JSONata have.
const JSONATA_ONLY: &[&str] = &["Arguments", "Output", "Items"];

/// Fields that only states in JSONPath have.
const JSONPATH_ONLY: &[&str] = &[
    "InputPath",
    "OutputPath",
    "ResultPath",
    "Parameters",
    "ResultSelector",
    "Result",
    "ItemsPath",
    "SecondsPath",
    "TimestampPath",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
    "MaxConcurrencyPath",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
    "ErrorPath",
    "CausePath",
];

/// Which of the data flow's fields a type has.
#[derive(Clone, Copy, Default)]
pub(super) struct Has {
    pub(super) parameters: bool,
    pub(super) item_selector: bool,
    pub(super) result_selector: bool,
    pub(super) result_path: bool,
    pub(super) assign: bool,
}

impl Compiler {
    pub(super) fn state(&mut self, names: &Names, name: &str, value: &Value, at: Pointer) -> Option<State> {
        let outer = self.language;
        let state = self.state_in_its_language(names, name, value, at);
        self.language = outer;
        state
    }

    fn state_in_its_language(
        &mut self,
        names: &Names,
        name: &str,
        value: &Value,
        at: Pointer,
    ) -> Option<State> {
        let location = at.to_string();
        let mut fields = Fields::of(value, at, &mut self.out)?;
        if !fields.require(&["Type"], &mut self.out) {
            return None;
        }
        let type_name = fields.string("Type", &mut self.out)?;
        self.language = self.query_language(&mut fields).unwrap_or(self.default_language);
        if self.default_language == QueryLanguage::Jsonata && self.language == QueryLanguage::JsonPath {
            let message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
            self.out.error(SCHEMA, &fields.at, message);
        }
        match self.language {
            QueryLanguage::JsonPath => fields.not_in("JSONPath", JSONATA_ONLY, &mut self.out),
            QueryLanguage::Jsonata => fields.not_in("JSONata", JSONPATH_ONLY, &mut self.out),
        }
        let all = Has {
            parameters: true,
            result_selector: true,
            result_path: true,
            assign: true,
            item_selector: false,
        };
        let parsed = match type_name {
            "Task" => (self.flow(&mut fields, all), self.task(names, &mut fields)),
            "Pass" => {
                (self.flow(&mut fields, Has { result_selector: false, ..all }), self.pass(names, &mut fields))
            }
            "Choice" => (
                self.flow(&mut fields, Has { assign: true, ..Has::default() }),
                self.choice(names, &mut fields),
            ),
            "Wait" => (
                self.flow(&mut fields, Has { assign: true, ..Has::default() }),
                self.wait(names, &mut fields),
            ),
            "Parallel" => (self.flow(&mut fields, all), self.parallel(names, &mut fields)),
            "Map" => {
                (self.flow(&mut fields, Has { item_selector: true, ..all }), self.map(names, &mut fields))
            }
            "Succeed" => (self.flow(&mut fields, Has::default()), Some(Kind::Succeed)),
            "Fail" => {
                let flow = match self.language {
                    QueryLanguage::JsonPath => Flow::JsonPath(Box::default()),
                    QueryLanguage::Jsonata => Flow::Jsonata(Box::default()),
                };
                (Some(flow), self.fail(&mut fields))
            }
            _ => {
                let message = "The field 'Type' should have one of these values: \
                               [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]";
                self.out.error(SCHEMA, &fields.place("Type"), message);
                return None;
            }
        };
        fields.finish(&mut self.out);
        let (flow, kind) = parsed;
        Some(State { name: Arc::from(name), location, machine: names.index, flow: flow?, kind: kind? })
    }

    fn flow(&mut self, fields: &mut Fields<'_>, has: Has) -> Option<Flow> {
        match self.language {
            QueryLanguage::JsonPath => self.json_path_flow(fields, has).map(Box::new).map(Flow::JsonPath),
            QueryLanguage::Jsonata => Some(Flow::Jsonata(Box::new(self.jsonata_flow(fields, has)))),
        }
    }

    fn jsonata_flow(&mut self, fields: &mut Fields<'_>, has: Has) -> JsonataFlow {
        // A Pass has Output alone; a Map's arguments are its items'.
        let arguments = match (has.item_selector, has.result_selector) {
            (true, _) => fields.jsonata_template("ItemSelector", &mut self.out),
            (false, true) => fields.jsonata_template("Arguments", &mut self.out),
            (false, false) => None,
        };
        let output = fields.jsonata_template("Output", &mut self.out);
        let assign = if has.assign { self.jsonata_assign(fields) } else { None };
        for (name, template) in [("Arguments", &arguments), ("Output", &output), ("Assign", &assign)] {
            if let Some(place) = template.as_ref().and_then(|template| template.reads_error_output()) {
                let message = "Field '$states.errorOutput' does not exist.";
                self.out.error(UNSUPPORTED_JSONATA, &fields.place(name).below(&place), message);
            }
        }
        JsonataFlow { arguments, output, assign }
    }

    fn json_path_flow(&mut self, fields: &mut Fields<'_>, has: Has) -> Option<JsonPathFlow> {
        let out = &mut self.out;
        let parameters = if has.parameters { fields.template("Parameters", out) } else { None };
        let item_selector = if has.item_selector { fields.template("ItemSelector", out) } else { None };
        Some(JsonPathFlow {
            input: selector(fields, "InputPath", out)?,
            output: selector(fields, "OutputPath", out)?,
            parameters: parameters.or(item_selector),
            result_selector: if has.result_selector { fields.template("ResultSelector", out) } else { None },
            result: if has.result_path { result_place(fields, out)? } else { ResultPlace::Replace },
            assign: if has.assign { self.assign(fields) } else { None },
        })
    }

    /// `Assign` in the state's language.
    pub(super) fn any_assign(&mut self, fields: &mut Fields<'_>) -> Option<AnyTemplate> {
        match self.language {
            QueryLanguage::JsonPath => self.assign(fields).map(AnyTemplate::JsonPath),
            QueryLanguage::Jsonata => self.jsonata_assign(fields).map(AnyTemplate::Jsonata),
        }
    }

    /// `Assign` in JSONPath: an object from variable names to values.
    pub(super) fn assign(&mut self, fields: &mut Fields<'_>) -> Option<dirigent_expr::Template> {
        self.check_variable_names(fields, |key| key.strip_suffix(".$").unwrap_or(key))?;
        fields.template("Assign", &mut self.out)
    }

    /// `Assign` in JSONata.
    pub(super) fn jsonata_assign(
        &mut self,
        fields: &mut Fields<'_>,
    ) -> Option<dirigent_expr::JsonataTemplate> {
        self.check_variable_names(fields, |key| key)?;
        fields.jsonata_template("Assign", &mut self.out)
    }

    fn check_variable_names(&mut self, fields: &mut Fields<'_>, name_of: fn(&str) -> &str) -> Option<()> {
        let place = fields.place("Assign");
        let Some(object) = fields.get("Assign")?.as_object() else {
            wrong_type(&mut self.out, &place, "Object");
            return None;
        };
        for key in object.keys() {
            if let Err(why) = variable_name(name_of(key)) {
                self.out.error(SCHEMA, &place.child(key), why);
            }
        }
        Some(())
    }

    /// Exactly one of `Next` and `End: true`.
    pub(super) fn transition(&mut self, names: &Names, fields: &mut Fields<'_>) -> Option<Transition> {
        let end = fields.boolean("End", &mut self.out);
        let next = fields.string("Next", &mut self.out);
        match (next, end) {
            (Some(next), None | Some(false)) => {
                let at = fields.place("Next");
                self.target(names, "Next", next, &at).map(Transition::To)
            }
            (None, Some(true)) => Some(Transition::End),
            (Some(_), Some(true)) => {
                self.out.error(
                    SCHEMA,
                    &fields.at,
                    "Only one of these fields may be given: [Next, End]. Remove the other",
                );
                None
            }
            (None, end) => {
                // One that is of the wrong type has been told of.
                if !fields.has("Next") && (end.is_some() || !fields.has("End")) {
                    self.out.error(SCHEMA, &fields.at, "One of these fields is required: [Next, End]");
                }
                None
            }
        }
    }
}

fn selector(fields: &mut Fields<'_>, name: &'static str, out: &mut crate::Diagnostics) -> Option<Selector> {
    match fields.get(name) {
        None => Some(Selector::Whole),
        Some(Value::Null) => Some(Selector::Nothing),
        Some(Value::String(text)) if text == "$" => Some(Selector::Whole),
        Some(_) => fields.path(name, out).map(Selector::At),
    }
}

pub(super) fn result_place(fields: &mut Fields<'_>, out: &mut crate::Diagnostics) -> Option<ResultPlace> {
    match fields.get("ResultPath") {
        None => Some(ResultPlace::Replace),
        Some(Value::Null) => Some(ResultPlace::Discard),
        Some(Value::String(text)) => match ReferencePath::parse(text) {
            Ok(path) if path.is_root() => Some(ResultPlace::Replace),
            Ok(path) => Some(ResultPlace::At(path)),
            Err(error) => {
                let message = format!("Value is not a Reference Path: {error}");
                out.error(SCHEMA, &fields.place("ResultPath"), message);
                None
            }
        },
        Some(_) => {
            wrong_type(out, &fields.place("ResultPath"), "String");
            None
        }
    }
}

/// Longest variable name. Source: AWS developer guide, "Passing data between states with variables".
const MAX_VARIABLE_NAME: usize = 80;

fn variable_name(name: &str) -> Result<(), String> {
    let mut chars = name.chars();
    let head = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if !head || !chars.all(|c| c.is_alphanumeric() || c == '_') {
        return Err(format!("'{name}' is no variable name: letters, digits and '_', and no digit first"));
    }
    if name.chars().count() > MAX_VARIABLE_NAME {
        return Err(format!("A variable name has at most {MAX_VARIABLE_NAME} characters"));
    }
    if name == "states" {
        return Err("'states' is reserved and cannot be assigned".into());
    }
    Ok(())
}

/// `…Seconds` or `…SecondsPath`, or neither.
pub(super) fn path_or<T>(
    fixed: Option<T>,
    path: Option<Expr>,
    make: fn(T) -> crate::Seconds,
) -> Option<crate::Seconds> {
    fixed.map(make).or_else(|| path.map(crate::Seconds::Path))
}

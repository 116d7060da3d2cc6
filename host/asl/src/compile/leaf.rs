//! Pass and Fail.

use std::sync::Arc;

use super::fields::Fields;
use super::{Compiler, Names, QueryLanguage, warnings};
use crate::program::{Fail, Kind, Pass, Text};

impl Compiler {
    pub(super) fn pass(&mut self, names: &Names, fields: &mut Fields<'_>) -> Option<Kind> {
        let json_path = self.language == QueryLanguage::JsonPath;
        let result = if json_path { fields.get("Result").cloned() } else { None };
        if let Some(result) = &result {
            warnings::of_result(result, &fields.place("Result"), &mut self.out);
        }
        let next = self.transition(names, fields)?;
        Some(Kind::Pass(Pass { result, next }))
    }

    pub(super) fn fail(&mut self, fields: &mut Fields<'_>) -> Option<Kind> {
        fields.at_most_one(&["Error", "ErrorPath"], &mut self.out);
        fields.at_most_one(&["Cause", "CausePath"], &mut self.out);
        let error = self.text(fields, "Error", "ErrorPath");
        let cause = self.text(fields, "Cause", "CausePath");
        Some(Kind::Fail(Fail { error, cause }))
    }

    fn text(&mut self, fields: &mut Fields<'_>, fixed: &'static str, path: &'static str) -> Option<Text> {
        if self.language == QueryLanguage::Jsonata {
            let expression = fields.jsonata(fixed, &mut self.out).map(Text::Jsonata);
            let constant = fields.string(fixed, &mut self.out).map(|text| Text::Fixed(Arc::from(text)));
            return expression.or(constant);
        }
        let text = fields.string(fixed, &mut self.out);
        if let Some(text) = text {
            warnings::of_text(fields, fixed, text, &mut self.out);
        }
        let text = text.map(|text| Text::Fixed(Arc::from(text)));
        let path = fields.expression(path, &mut self.out).map(Text::Path);
        text.or(path)
    }
}

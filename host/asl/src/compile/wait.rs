//! Wait.

use super::fields::Fields;
use super::{Compiler, Names, QueryLanguage};
use crate::diagnostic::SCHEMA;
use crate::program::{Kind, Wait, WaitUntil};
use crate::{MAX_SECONDS, parse_timestamp};

impl Compiler {
    pub(super) fn wait(&mut self, names: &Names, fields: &mut Fields<'_>) -> Option<Kind> {
        let forms: &[&str] = match self.language {
            QueryLanguage::JsonPath => &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
            QueryLanguage::Jsonata => &["Seconds", "Timestamp"],
        };
        fields.at_most_one(forms, &mut self.out);
        if !forms.iter().any(|form| fields.has(form)) {
            let message = format!("One of these fields is required: [{}]", forms.join(", "));
            self.out.error(SCHEMA, &fields.at, message);
        }
        let until = match self.language {
            QueryLanguage::JsonPath => self.wait_in_json_path(fields),
            QueryLanguage::Jsonata => self.wait_in_jsonata(fields),
        };
        let next = self.transition(names, fields);
        Some(Kind::Wait(Wait { until: until?, next: next? }))
    }

    fn wait_in_json_path(&mut self, fields: &mut Fields<'_>) -> Option<WaitUntil> {
        let seconds_path = fields.path("SecondsPath", &mut self.out).map(WaitUntil::SecondsPath);
        let timestamp_path = fields.path("TimestampPath", &mut self.out).map(WaitUntil::TimestampPath);
        self.wait_for_constant(fields).or(seconds_path).or(timestamp_path)
    }

    /// `Seconds` or `Timestamp` as an expression or a constant.
    fn wait_in_jsonata(&mut self, fields: &mut Fields<'_>) -> Option<WaitUntil> {
        match ["Seconds", "Timestamp"].into_iter().find(|name| fields.has_jsonata(name)) {
            Some("Seconds") => fields.jsonata("Seconds", &mut self.out).map(WaitUntil::SecondsJsonata),
            Some(name) => fields.jsonata(name, &mut self.out).map(WaitUntil::TimestampJsonata),
            None => self.wait_for_constant(fields),
        }
    }

    fn wait_for_constant(&mut self, fields: &mut Fields<'_>) -> Option<WaitUntil> {
        let seconds = fields.integer("Seconds", 0, MAX_SECONDS, &mut self.out).map(WaitUntil::Seconds);
        let timestamp = fields.string("Timestamp", &mut self.out).and_then(|text| {
            let parsed = parse_timestamp(text);
            if parsed.is_none() {
                self.out.error(SCHEMA, &fields.place("Timestamp"), "String does not match RFC3339 timestamp");
            }
            parsed.map(WaitUntil::Timestamp)
        });
        seconds.or(timestamp)
    }
}

//! Wait.

use super::fields::Fields;
use super::{Compiler, Names, QueryLanguage};
use crate::diagnostic::SCHEMA;
use crate::program::{Kind, Wait, WaitUntil};
use crate::{MAX_SECONDS, parse_timestamp};

const FORMS: [&str; 4] = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];

impl Compiler {
    pub(super) fn wait(&mut self, names: &Names, fields: &mut Fields<'_>) -> Option<Kind> {
        fields.at_most_one(&FORMS, &mut self.out);
        if !FORMS.iter().any(|form| fields.has(form)) {
            self.out.error(
                SCHEMA,
                &fields.at,
                format!("One of these fields is required: [{}]", FORMS.join(", ")),
            );
        }
        if self.language == QueryLanguage::Jsonata
            && let Some(until) = self.wait_in_jsonata(fields)
        {
            let next = self.transition(names, fields)?;
            return Some(Kind::Wait(Wait { until, next }));
        }
        let seconds = fields.integer("Seconds", 0, MAX_SECONDS, &mut self.out).map(WaitUntil::Seconds);
        let seconds_path = fields.path("SecondsPath", &mut self.out).map(WaitUntil::SecondsPath);
        let timestamp = fields.string("Timestamp", &mut self.out).and_then(|text| {
            let parsed = parse_timestamp(text);
            if parsed.is_none() {
                self.out.error(SCHEMA, &fields.place("Timestamp"), "String does not match RFC3339 timestamp");
            }
            parsed.map(WaitUntil::Timestamp)
        });
        let timestamp_path = fields.path("TimestampPath", &mut self.out).map(WaitUntil::TimestampPath);
        let next = self.transition(names, fields);
        let until = seconds.or(seconds_path).or(timestamp).or(timestamp_path);
        Some(Kind::Wait(Wait { until: until?, next: next? }))
    }

    /// `Seconds` or `Timestamp` as an expression.
    fn wait_in_jsonata(&mut self, fields: &mut Fields<'_>) -> Option<WaitUntil> {
        let seconds = fields.jsonata("Seconds", &mut self.out).map(WaitUntil::SecondsJsonata);
        seconds.or_else(|| fields.jsonata("Timestamp", &mut self.out).map(WaitUntil::TimestampJsonata))
    }
}

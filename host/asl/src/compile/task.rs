//! Task.

use std::sync::Arc;

use super::fields::{Fields, wrong_type};
use super::state::path_or;
use super::{Compiler, Names, QueryLanguage};
use crate::diagnostic::SCHEMA;
use crate::program::{AnyTemplate, Kind, Seconds, Task};
use crate::{MAX_SECONDS, Resource};

impl Compiler {
    pub(super) fn task(&mut self, names: &Names, fields: &mut Fields<'_>) -> Option<Kind> {
        fields.require(&["Resource"], &mut self.out);
        let text = fields.string("Resource", &mut self.out);
        let resource = text.and_then(|text| self.resource(text, fields));
        if let Some(resource) = &resource {
            self.http_task(resource, fields);
        }

        fields.at_most_one(&["TimeoutSeconds", "TimeoutSecondsPath"], &mut self.out);
        fields.at_most_one(&["HeartbeatSeconds", "HeartbeatSecondsPath"], &mut self.out);
        let jsonata = self.language == QueryLanguage::Jsonata;
        let timeout_expression = if jsonata { fields.jsonata("TimeoutSeconds", &mut self.out) } else { None };
        let heartbeat_expression =
            if jsonata { fields.jsonata("HeartbeatSeconds", &mut self.out) } else { None };
        let mut number = |name, expression: bool| {
            if expression { None } else { fields.integer(name, 1, MAX_SECONDS, &mut self.out) }
        };
        let timeout = number("TimeoutSeconds", timeout_expression.is_some());
        let heartbeat = number("HeartbeatSeconds", heartbeat_expression.is_some());
        if let Some(heartbeat) = heartbeat
            && timeout_expression.is_none()
            && heartbeat >= timeout.unwrap_or(MAX_SECONDS)
        {
            let place = fields.place("HeartbeatSeconds");
            self.out.error(SCHEMA, &place, "HeartbeatSeconds must be smaller than TimeoutSeconds");
        }
        let mut path = |name| if jsonata { None } else { fields.path(name, &mut self.out) };
        let (timeout_path, heartbeat_path) = (path("TimeoutSecondsPath"), path("HeartbeatSecondsPath"));
        if let Some(value) = fields.get("Credentials")
            && !value.is_object()
            && !fields.has_jsonata("Credentials")
        {
            wrong_type(&mut self.out, &fields.place("Credentials"), "Object");
        }
        let credentials = if jsonata {
            fields.jsonata_template("Credentials", &mut self.out).map(AnyTemplate::Jsonata)
        } else {
            fields.template("Credentials", &mut self.out).map(AnyTemplate::JsonPath)
        };
        let errors = self.errors(names, fields);
        let next = self.transition(names, fields);
        Some(Kind::Task(Box::new(Task {
            resource: resource?,
            resource_text: Arc::from(text?),
            timeout: timeout_expression.map(Seconds::Jsonata).or(path_or(
                timeout,
                timeout_path,
                Seconds::Fixed,
            )),
            heartbeat: heartbeat_expression.map(Seconds::Jsonata).or(path_or(
                heartbeat,
                heartbeat_path,
                Seconds::Fixed,
            )),
            credentials,
            errors,
            next: next?,
        })))
    }

    fn resource(&mut self, text: &str, fields: &Fields<'_>) -> Option<Resource> {
        let place = fields.place("Resource");
        match Resource::parse(text) {
            Ok(resource) => Some(resource),
            Err(error) => {
                self.out.error(SCHEMA, &place, error.to_string());
                None
            }
        }
    }
}

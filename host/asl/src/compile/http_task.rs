//! What can be told of an HTTP Task's parameters before it runs (Step Functions developer guide, "Call HTTPS APIs").

use serde_json::{Map, Value};

use super::{Compiler, QueryLanguage, fields::Fields};
use crate::Resource;
use crate::diagnostic::{Pointer, SCHEMA};

/// The fields that it may have.
const FIELDS: [&str; 8] = [
    "ApiEndpoint",
    "Authentication",
    "Headers",
    "InvocationConfig",
    "Method",
    "QueryParameters",
    "RequestBody",
    "Transform",
];
/// The methods that it may use.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];
/// Headers that it must not set.
const FORBIDDEN: [&str; 32] = [
    "a-im",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-md5",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authorization",
    "referer",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "warning",
];
/// Beginnings of names of such headers.
const FORBIDDEN_BEGINNINGS: [&str; 3] = ["x-forwarded-", "x-amz-", "x-amzn-"];

impl Compiler {
    /// Check the parameters of a Task, if it is an HTTP Task. What an expression makes is checked when it runs.
    pub(super) fn http_task(&mut self, resource: &Resource, fields: &mut Fields<'_>) {
        let Resource::Service { service, action, .. } = resource else { return };
        if (service.as_str(), action.as_str()) != ("http", "invoke") {
            return;
        }
        let name = match self.language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        if !fields.require(&[name], &mut self.out) {
            return;
        }
        let place = fields.place(name);
        if let Some(parameters) = fields.get(name).and_then(Value::as_object) {
            self.http_parameters(&Parameters(parameters), &place);
        }
    }

    fn http_parameters(&mut self, parameters: &Parameters<'_>, place: &Pointer) {
        for name in parameters.names().filter(|name| !FIELDS.contains(name)) {
            self.out.error(SCHEMA, place, format!("The field '{name}' is not supported by Step Functions"));
        }
        for name in ["ApiEndpoint", "Method"].into_iter().filter(|name| !parameters.has(name)) {
            self.out.error(SCHEMA, place, format!("The field '{name}' is required but was missing"));
        }
        let connections = ["Authentication", "InvocationConfig"];
        match connections.iter().filter(|name| parameters.has(name)).count() {
            1 => {}
            0 => self.out.error(SCHEMA, place, "The field 'InvocationConfig' is required but was missing"),
            _ => {
                let message = "Only one of these fields may be given: [Authentication, InvocationConfig]. Remove the other";
                self.out.error(SCHEMA, place, message);
            }
        }
        for name in connections {
            if let Some(Value::Object(through)) = parameters.fixed(name)
                && !Parameters(through).has("ConnectionArn")
            {
                let message = "The field 'ConnectionArn' is required but was missing";
                self.out.error(SCHEMA, &place.child(name), message);
            }
        }
        if let Some(method) = parameters.fixed("Method").and_then(Value::as_str)
            && !method.starts_with("{%")
            && !METHODS.contains(&method)
        {
            let message = format!("The value '{method}' is none of [{}]", METHODS.join(", "));
            self.out.error(SCHEMA, &place.child("Method"), message);
        }
        if let Some(Value::Object(headers)) = parameters.fixed("Headers") {
            let names = Parameters(headers).names().map(str::to_ascii_lowercase);
            let forbidden: Vec<String> = names.filter(|name| is_forbidden(name)).collect();
            if !forbidden.is_empty() {
                let message =
                    format!("The 'Headers' field contains unsupported values: [{}]", forbidden.join(", "));
                self.out.error(SCHEMA, place, message);
            }
        }
    }
}

/// A template's members, whose values are fixed or, with `.$` behind their name, expressions.
struct Parameters<'a>(&'a Map<String, Value>);

impl<'a> Parameters<'a> {
    fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.0.keys().map(|key| key.strip_suffix(".$").unwrap_or(key))
    }

    fn has(&self, name: &str) -> bool {
        self.names().any(|other| other == name)
    }

    fn fixed(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }
}

fn is_forbidden(name: &str) -> bool {
    FORBIDDEN.contains(&name) || FORBIDDEN_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

//! The three-way check of one call: manifest, operator, state machine.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use dirigent_outgoing::{Addresses, HttpRule, Request};

use super::{OperatorPolicy, Pattern, RolePolicy};
use crate::{Failure, components::Identity, error_names};

/// What one call may reach.
#[derive(Clone)]
pub(crate) struct Grant {
    who: Arc<Identity>,
    operator: Arc<OperatorPolicy>,
    role: Option<Arc<RolePolicy>>,
}

/// Who said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Manifest,
    Operator,
    Role,
}

/// Something that a plugin asked for and may not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied {
    what: String,
    kind: &'static str,
    by: Layer,
}

/// A request that may go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpGrant {
    /// Addresses that it may go to besides the public ones.
    pub(crate) named: Addresses,
    /// Whether it may be sent a second time.
    pub(crate) idempotent: bool,
}

impl Grant {
    pub(crate) fn new(
        who: Arc<Identity>,
        operator: Arc<OperatorPolicy>,
        role: Option<Arc<RolePolicy>>,
    ) -> Self {
        Self { who, operator, role }
    }

    /// Whose it is.
    pub(crate) fn who(&self) -> &Identity {
        &self.who
    }

    /// Whether a request may go out.
    pub(crate) fn http(&self, request: &Request) -> Result<HttpGrant, Denied> {
        let what = || {
            // A query may hold what should not be in a history.
            let uri = request.uri.to_string();
            format!("{} {}", request.method, uri.split('?').next().unwrap_or_default())
        };
        let denied = |by| Denied { what: what(), kind: "http", by };
        let find = |rules: &[HttpRule]| rules.iter().find(|rule| rule.takes(request)).cloned();
        let asked = find(&self.who.asks.http).ok_or_else(|| denied(Layer::Manifest))?;
        let mut named = Addresses::default();
        let mut allowed = None;
        for allow in self.operator.about(&self.who.name) {
            if let Some(rule) = find(&allow.http) {
                named.add(&allow.addresses);
                if let Some(host) = rule.host() {
                    named.add_host(host);
                }
                allowed.get_or_insert(rule);
            }
        }
        let allowed = allowed.ok_or_else(|| denied(Layer::Operator))?;
        let by_role = match self.role.as_ref().and_then(|role| role.http.as_ref()) {
            Some(rules) => Some(find(rules).ok_or_else(|| denied(Layer::Role))?),
            None => None,
        };
        let said = [Some(asked), Some(allowed), by_role];
        let mut said = said.iter().flatten().filter_map(|rule| rule.idempotent).peekable();
        let idempotent = said.peek().is_some() && said.all(|yes| yes);
        Ok(HttpGrant { named, idempotent })
    }

    /// Whether a bucket may be used.
    pub(crate) fn keyvalue(&self, bucket: &str) -> Result<(), Denied> {
        let asks = &self.who.asks.keyvalue;
        self.named("keyvalue", bucket, asks, |allow| &allow.keyvalue, |role| role.keyvalue.as_ref())
    }

    /// Whether a configuration value may be read.
    pub(crate) fn config(&self, key: &str) -> Result<(), Denied> {
        let asks = &self.who.asks.config;
        self.named("config", key, asks, |allow| &allow.config, |role| role.config.as_ref())
    }

    /// Whether requests may get what a connection adds to them.
    pub(crate) fn connection(&self, name: &str) -> Result<(), Denied> {
        let asks = &self.who.asks.connections;
        self.named("connections", name, asks, |allow| &allow.connections, |role| role.connections.as_ref())
    }

    /// The directories that may be read, by the plugin's names.
    pub(crate) fn directories(&self) -> BTreeMap<&str, &PathBuf> {
        let by_role = self.role.as_ref().and_then(|role| role.directories.as_ref());
        let allowed = self.operator.about(&self.who.name).flat_map(|allow| &allow.directories);
        allowed
            .filter(|(name, _)| self.who.asks.directories.contains(name))
            .filter(|(name, _)| by_role.is_none_or(|names| names.contains(name)))
            .map(|(name, path)| (name.as_str(), path))
            .collect()
    }

    fn named(
        &self,
        kind: &'static str,
        name: &str,
        asks: &[Pattern],
        allows: impl Fn(&super::Allow) -> &Vec<Pattern>,
        by_role: impl Fn(&RolePolicy) -> Option<&Vec<Pattern>>,
    ) -> Result<(), Denied> {
        let denied = |by| Err(Denied { what: format!("`{name}`"), kind, by });
        if !Pattern::any(asks, name) {
            return denied(Layer::Manifest);
        }
        if !self.operator.about(&self.who.name).any(|allow| Pattern::any(allows(allow), name)) {
            return denied(Layer::Operator);
        }
        match self.role.as_deref().and_then(by_role) {
            Some(patterns) if !Pattern::any(patterns, name) => denied(Layer::Role),
            _ => Ok(()),
        }
    }

    /// The failure of a task that asked for more than it may have.
    pub(crate) fn failure(&self, denied: &Denied) -> Failure {
        let Denied { what, kind, by } = denied;
        let who = &self.who;
        let thing = match *kind {
            "http" => "the request",
            "keyvalue" => "the bucket",
            "connections" => "the connection",
            _ => "the configuration value",
        };
        let why = match by {
            Layer::Manifest => format!("its plugin.toml does not ask for that: add it to `{kind}` in [asks]"),
            Layer::Operator => {
                format!(
                    "the operator does not allow that: add it to `{kind}` of an [[allow]] in the host's configuration"
                )
            }
            Layer::Role => format!(
                "the state machine's role does not allow that: add it to `{kind}` of its [role] in the host's configuration"
            ),
        };
        Failure::new(
            error_names::CAPABILITY_DENIED,
            format!("plugin {who} asked for {thing} {what}, and {why}"),
        )
    }

    /// The failure of a task whose request would have gone to an address that nobody named.
    pub(crate) fn refused_address(&self, request: &str, why: &dyn std::fmt::Display) -> Failure {
        Failure::new(
            error_names::CAPABILITY_DENIED,
            format!(
                "plugin {} asked for the request {request}, and the operator does not allow where it would go: {why}. Name the \
                 address in `addresses` of the [[allow]], if that is meant",
                self.who
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Asks, LimitOverrides};

    fn grant(asks: &str, operator: &str, role: Option<&str>) -> Grant {
        #[derive(serde::Deserialize)]
        struct Operator {
            #[serde(default)]
            allow: OperatorPolicy,
        }
        let asks: Asks = toml::from_str(asks).unwrap();
        let who = Identity {
            name: "charge".into(),
            version: "1.0.0".into(),
            limits: LimitOverrides::default(),
            component: None,
            environment: BTreeMap::new(),
            asks,
        };
        let operator: Operator = toml::from_str(operator).unwrap();
        let role = role.map(|text| Arc::new(toml::from_str::<RolePolicy>(text).unwrap()));
        Grant::new(Arc::new(who), Arc::new(operator.allow), role)
    }

    const ASKS: &str = "http = [\"POST https://api.example.com/v1/*\", { rule = \"http://127.0.0.1:9\", idempotent = true }]\nkeyvalue = [\"orders-*\"]";
    const ALLOWS: &str = "[[allow]]\nplugins = [\"ch*\"]\nhttp = [\"https://*.example.com\", \"http://127.0.0.1:9\"]\nkeyvalue = [\"*\"]";

    #[test]
    fn each_of_the_three_can_say_no() {
        let request = |text: &str| {
            let (method, uri) = text.split_once(' ').unwrap();
            Request::new(method.parse().unwrap(), uri.parse().unwrap())
        };
        for (asks, operator, role, asked, by) in [
            (ASKS, ALLOWS, None, "POST https://api.example.com/v1/charges", None),
            (ASKS, ALLOWS, None, "GET https://api.example.com/v1/charges", Some(Layer::Manifest)),
            ("", ALLOWS, None, "POST https://api.example.com/v1/charges", Some(Layer::Manifest)),
            (ASKS, "", None, "POST https://api.example.com/v1/charges", Some(Layer::Operator)),
            (
                ASKS,
                "[[allow]]\nplugins = [\"other\"]\nhttp = [\"https://*\"]",
                None,
                "POST https://api.example.com/v1/x",
                Some(Layer::Operator),
            ),
            (ASKS, ALLOWS, Some("http = []"), "POST https://api.example.com/v1/x", Some(Layer::Role)),
            (ASKS, ALLOWS, Some("keyvalue = []"), "POST https://api.example.com/v1/x", None),
            (
                ASKS,
                ALLOWS,
                Some("http = [\"https://api.example.com\"]"),
                "POST https://api.example.com/v1/x",
                None,
            ),
        ] {
            let got = grant(asks, operator, role).http(&request(asked));
            assert_eq!(got.err().map(|denied| denied.by), by, "{asks} {operator} {role:?} {asked}");
        }
        let local = grant(ASKS, ALLOWS, None).http(&request("GET http://127.0.0.1:9/")).unwrap();
        assert!(
            local.idempotent
                && local.named.allow([127, 0, 0, 1].into())
                && !local.named.allow([127, 0, 0, 2].into())
        );
        let veto =
            ALLOWS.replace("\"http://127.0.0.1:9\"", "{ rule = \"http://127.0.0.1:9\", idempotent = false }");
        assert!(!grant(ASKS, &veto, None).http(&request("GET http://127.0.0.1:9/")).unwrap().idempotent);
    }

    #[test]
    fn names_and_what_a_refusal_says() {
        let grant = grant(ASKS, ALLOWS, Some("keyvalue = [\"orders-eu\"]"));
        assert_eq!(grant.keyvalue("orders-eu"), Ok(()));
        let denied = grant.keyvalue("orders-us").unwrap_err();
        assert_eq!(
            grant.failure(&denied).to_string(),
            "Plugin.CapabilityDenied: plugin charge@1.0.0 asked for the bucket `orders-us`, and the state machine's role does not \
             allow that: add it to `keyvalue` of its [role] in the host's configuration"
        );
        let secret = Request::new(http::Method::GET, "https://other.org/x?token=abc".parse().unwrap());
        let cause = grant.failure(&grant.http(&secret).unwrap_err()).cause;
        assert!(cause.contains("GET https://other.org/x,") && !cause.contains("abc"), "{cause}");
    }
}

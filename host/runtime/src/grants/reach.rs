//! What a plugin asks for, and what the operator and the roles say of it, for people to read: the check itself is each
//! request's, and a request may fit one rule of each, or none.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Allow, Asks, OperatorPolicy, RolePolicy};

/// What a plugin asks for of one kind, and who allows what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// `http`, `keyvalue`, `connections`, `config` or `directories`, as configurations call it.
    pub kind: &'static str,
    /// What the manifest asks for.
    pub asks: Vec<String>,
    /// What the operator allows this plugin. Empty: nothing of it is granted.
    pub operator: Vec<String>,
    /// What roles of state machines allow; a role that does not speak of the kind leaves it to the others.
    pub roles: BTreeMap<String, Vec<String>>,
}

/// All kinds of which a plugin asks for something.
pub(crate) fn reach(
    plugin: &str,
    asks: &Asks,
    operator: &OperatorPolicy,
    roles: &BTreeMap<String, Arc<RolePolicy>>,
) -> Vec<Reach> {
    let of = |kind: &'static str,
              asks: Vec<String>,
              allowed: &dyn Fn(&Allow) -> Vec<String>,
              by_role: &dyn Fn(&RolePolicy) -> Option<Vec<String>>| {
        let roles = roles.iter().filter_map(|(name, role)| Some((name.clone(), by_role(role)?)));
        let operator = operator.about(plugin).flat_map(allowed).collect();
        Reach { kind, asks, operator, roles: roles.collect() }
    };
    let all = [
        of("http", texts(&asks.http), &|allow| texts(&allow.http), &|role| role.http.as_deref().map(texts)),
        of("keyvalue", texts(&asks.keyvalue), &|allow| texts(&allow.keyvalue), &|role| {
            role.keyvalue.as_deref().map(texts)
        }),
        of("connections", texts(&asks.connections), &|allow| texts(&allow.connections), &|role| {
            role.connections.as_deref().map(texts)
        }),
        of("config", texts(&asks.config), &|allow| texts(&allow.config), &|role| {
            role.config.as_deref().map(texts)
        }),
        // Where a directory is on this machine concerns nobody but the operator.
        of(
            "directories",
            asks.directories.clone(),
            &|allow| allow.directories.keys().cloned().collect(),
            &|role| role.directories.clone(),
        ),
    ];
    all.into_iter().filter(|reach| !reach.asks.is_empty()).collect()
}

fn texts<T: ToString>(rules: &[T]) -> Vec<String> {
    rules.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_asked_for_and_by_whom_it_is_allowed() {
        let asks: Asks = toml::from_str("keyvalue = [\"orders-*\"]\ndirectories = [\"/templates\"]").unwrap();
        #[derive(serde::Deserialize)]
        struct Operator {
            allow: OperatorPolicy,
        }
        let operator: Operator = toml::from_str(
            "[[allow]]\nplugins = [\"charge\"]\nkeyvalue = [\"orders-eu\"]\n[[allow]]\nkeyvalue = [\"shared\"]\nconfig = [\"*\"]\n\
             [[allow]]\nplugins = [\"other\"]\nkeyvalue = [\"others\"]",
        )
        .unwrap();
        let role = |text: &str| Arc::new(toml::from_str::<RolePolicy>(text).unwrap());
        let roles = BTreeMap::from([
            ("strict".to_owned(), role("keyvalue = []")),
            ("silent".to_owned(), role("config = [\"x\"]")),
        ]);
        let found = reach("charge", &asks, &operator.allow, &roles);
        let shown: Vec<_> = found
            .iter()
            .map(|one| (one.kind, one.asks.join(" "), one.operator.join(" "), &one.roles))
            .collect();
        let strict = BTreeMap::from([("strict".to_owned(), Vec::new())]);
        assert_eq!(
            shown,
            [
                ("keyvalue", "orders-*".to_owned(), "orders-eu shared".to_owned(), &strict),
                ("directories", "/templates".to_owned(), String::new(), &BTreeMap::new()),
            ]
        );
        assert_eq!(reach("charge", &Asks::default(), &operator.allow, &roles), []);
    }
}

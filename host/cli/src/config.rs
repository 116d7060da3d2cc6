//! `dirigent.toml`: what the operator decides about plugins, and who may ask the host.
//!
//! ```toml
//! [[allow]]                        # without a rule nothing is granted
//! plugins = ["charge", "invoice-*"] # none: every plugin
//! http = ["POST https://api.example.com/v1/*"]
//! addresses = ["10.1.0.0/16"]      # addresses that are not public and may be reached all the same
//! keyvalue = ["orders"]
//! connections = ["payments"]
//! config = ["greeting"]
//! directories = { "/templates" = "/srv/templates" }
//!
//! [role.payments]                  # state machines whose roleArn ends in /payments may do no more than this
//! http = ["https://api.example.com"]
//!
//! [config]                         # values for wasi:config
//! greeting = "hello"
//!
//! [connection.payments]            # what the host adds to requests on their way out
//! hosts = ["https://api.example.com"]
//! header = { name = "Authorization", value = { env = "PAYMENTS_TOKEN" } }
//! ```
//!
//! ```toml
//! [token.ada]                      # who may ask the host; as soon as there is one, everybody has to say who they are
//! secret = { file = "/run/secrets/ada" }
//! role = "admin"                   # or "run", or "read"
//!
//! [access_key.CIRUNNER]            # the same for AWS's clients
//! secret = { env = "CI_SECRET_ACCESS_KEY" }
//! role = "run"
//! account = "000000000002"         # none: the host's own
//! ```
//!
//! `wasi-0-3 = false` above all that refuses plugins that need WASI 0.3.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use dirigent_outgoing::{Client, Connections, Network};
use dirigent_runtime::{OperatorPolicy, RolePolicy, RuntimeConfig, Services};
use serde::Deserialize;

use crate::access::Access;

/// The name of the file that is taken when none is named.
pub(crate) const DEFAULT_NAME: &str = "dirigent.toml";
/// Bytes of a configuration.
const SIZE_LIMIT: u64 = 4 << 20;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    #[serde(rename = "wasi-0-3")]
    wasi_0_3: Option<bool>,
    allow: OperatorPolicy,
    role: BTreeMap<String, RolePolicy>,
    config: BTreeMap<String, String>,
    connection: toml::Table,
    token: toml::Table,
    access_key: toml::Table,
}

/// Changes `runtime` to what the file says, or the one in `data` if none is named and there is one. Returns who may ask
/// the host.
pub(crate) fn apply(
    runtime: &mut RuntimeConfig,
    named: Option<&Path>,
    data: &Path,
) -> anyhow::Result<Access> {
    let default = data.join(DEFAULT_NAME);
    let path = match named {
        Some(path) => path,
        None if default.is_file() => &default,
        None => return Ok(Access::default()),
    };
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if size > SIZE_LIMIT {
        bail!("{} has {size} bytes; a configuration has at most {SIZE_LIMIT}", path.display());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    apply_text(runtime, &text).with_context(|| format!("{} is not a configuration", path.display()))
}

fn apply_text(runtime: &mut RuntimeConfig, text: &str) -> anyhow::Result<Access> {
    let File { wasi_0_3, allow, role, config, connection, token, access_key } = toml::from_str(text)
        .map_err(|error| {
            // With the place, and without the line itself: what stands there by mistake may be a secret.
            let line = error.span().map_or(0, |span| 1 + text[..span.start].matches('\n').count());
            anyhow::anyhow!("line {line}: {}", error.message())
        })?;
    runtime.wasi_0_3 = wasi_0_3.unwrap_or(runtime.wasi_0_3);
    runtime.services = Services {
        policy: Arc::new(allow),
        roles: role.into_iter().map(|(name, policy)| (name, Arc::new(policy))).collect(),
        values: config,
        connections: Arc::new(Connections::read(&connection)?),
        client: Arc::new(Client::new(Network::system())),
    };
    Access::read(&token, &access_key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_configuration_says() {
        let text = r#"
            wasi-0-3 = false
            [[allow]]
            plugins = ["charge"]
            http = ["https://api.example.com"]
            [role.payments]
            http = []
            [config]
            greeting = "hello"
            [connection.payments]
            hosts = ["https://api.example.com"]
            header = { name = "Authorization", value = { env = "PAYMENTS_TOKEN" } }
            [token.ada]
            secret = { env = "NOT_LOOKED_UP_HERE" }
            role = "admin"
        "#;
        let mut runtime = RuntimeConfig::new("registry", "cache");
        let access = apply_text(&mut runtime, text).unwrap();
        assert!(!access.is_open());
        assert!(!runtime.wasi_0_3);
        let services = runtime.services;
        assert_eq!(services.policy.0.len(), 1);
        assert_eq!(services.roles["payments"].http, Some(Vec::new()));
        assert_eq!(services.values["greeting"], "hello");
        assert!(services.connections.get("payments").is_some());
    }

    #[test]
    fn errors_say_where() {
        for (text, error) in [
            ("\n[[alow]]\nhttp = []", "line 2: unknown field `alow`"),
            ("[[allow]]\nhttp = [\"api.example.com\"]", "it has no scheme"),
            ("[role.x]\nkeyvalu = []", "unknown field `keyvalu`"),
            ("[connection.payments]\nhosts = 1", "connection.payments"),
            ("[token.ada]\nrole = \"admin\"", "token.ada: `secret` is missing"),
            ("[access_key.K]\nrole = \"root\"", "access_key.K.role: a role is"),
        ] {
            let mut runtime = RuntimeConfig::new("registry", "cache");
            let got = format!("{:#}", apply_text(&mut runtime, text).unwrap_err());
            assert!(got.contains(error), "{text}: {got}");
        }
    }
}

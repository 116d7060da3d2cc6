//! Values that the host's operator set for plugins (`wasi:config`): `config::get("currency")?`.
//!
//! A plugin sees the keys that its `plugin.toml` asks for under `[asks] config` and the operator allows; to ask for
//! another one ends the task with `Plugin.CapabilityDenied`. Secrets do not belong there: see connections.
//!
//! Off wasm the values are those of `testing::set_config`.

use std::fmt;

/// The value of this key, or none if the operator set none.
pub fn get(key: &str) -> Result<Option<String>, Error> {
    #[cfg(target_arch = "wasm32")]
    {
        crate::guest::bindings::wasi::config::store::get(key).map_err(Error::from)
    }
    #[cfg(not(target_arch = "wasm32"))]
    Ok(crate::testing::config().into_iter().find_map(|(name, value)| (name == key).then_some(value)))
}

/// All keys and values that this plugin may see.
pub fn all() -> Result<Vec<(String, String)>, Error> {
    #[cfg(target_arch = "wasm32")]
    {
        crate::guest::bindings::wasi::config::store::get_all().map_err(Error::from)
    }
    #[cfg(not(target_arch = "wasm32"))]
    Ok(crate::testing::config())
}

/// The host could not read its configuration.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the host cannot read its configuration: {}", self.0)
    }
}

impl std::error::Error for Error {}

#[cfg(target_arch = "wasm32")]
impl From<crate::guest::bindings::wasi::config::store::Error> for Error {
    fn from(error: crate::guest::bindings::wasi::config::store::Error) -> Self {
        use crate::guest::bindings::wasi::config::store::Error as Raw;
        match error {
            Raw::Upstream(what) | Raw::Io(what) => Self(what),
        }
    }
}

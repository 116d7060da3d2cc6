//! Plugins in JavaScript and in TypeScript.

use super::Toolkit;

/// Not there yet, which `plugin new` and `plugin build` say.
pub(super) static JAVASCRIPT: Option<Toolkit> = None;

/// Not there yet, as the one before.
pub(super) static TYPESCRIPT: Option<Toolkit> = None;

//! Plugins in C.

use super::Toolkit;

/// Not there yet, which `plugin new` and `plugin build` say.
pub(super) static TOOLKIT: Option<Toolkit> = None;

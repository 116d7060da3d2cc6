//! What a plugin may reach: what its manifest asks for, of which the operator allows a part, of which the state machine's
//! role allows a part. Nothing is granted by saying nothing.

mod asks;
mod grant;
mod pattern;
mod policy;
mod reach;

pub use asks::Asks;
pub(crate) use grant::{Denied, Grant, HttpGrant};
pub use pattern::Pattern;
pub use policy::{Allow, OperatorPolicy, RolePolicy};
pub use reach::Reach;
pub(crate) use reach::reach;

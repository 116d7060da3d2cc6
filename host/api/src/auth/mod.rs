//! Who asks, and what they may do. Without a [`Gate`] the host is open, and none of this runs.
//!
//! - `gate`: the one place that every request goes through
//! - `callers`: access keys and tokens; `role`: what one may do
//! - `permissions`: the table of actions and routes, with the role that each takes
//! - `sigv4`: AWS's signatures, verified; `canonical`: the text that is signed
//! - `sessions`, `cookie`: tokens that a browser signed in with; `origin`: whether its page is the host's own
//! - `random`: secrets that nobody can guess
//! - `lasting`: streams end when whoever reads them may no longer
//! - `refusal`: why somebody is turned away, in AWS's words and in those of `/api`; `tally`: how often, and what is logged

mod callers;
mod canonical;
mod cookie;
mod gate;
mod lasting;
mod origin;
mod permissions;
mod random;
mod refusal;
mod role;
mod sessions;
mod sigv4;
mod tally;

pub(crate) use callers::Caller;
pub use callers::{CallerError, Callers, MAX_CALLERS, MIN_SECRET_BYTES};
pub(crate) use cookie::{NAME as COOKIE_NAME, cleared as cleared_cookie, set as session_cookie};
pub use gate::Gate;
pub(crate) use gate::check;
pub use random::new_secret;
pub use role::Role;
pub use sessions::{MAX_SESSIONS, SESSION_LIFE};

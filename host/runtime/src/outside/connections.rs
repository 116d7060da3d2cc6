//! Which connection a request goes through, and what becomes of a task whose connection fails.

use dirigent_outgoing::{ChoiceError, Connection, ConnectionError, Request};

use super::Shared;
use crate::{Failure, error_names};

/// The connection of a request, whose header that names it is taken out.
pub(super) fn choose<'a>(
    shared: &'a Shared,
    request: &mut Request,
) -> Result<Option<&'a Connection>, Failure> {
    let granted = |name: &str| shared.grant.connection(name).is_ok();
    shared.services.connections.choose(request, granted).map_err(|error| match &error {
        ChoiceError::NotGranted(name) => match shared.grant.connection(name) {
            Err(denied) => shared.grant.failure(&denied),
            Ok(()) => Failure::new(error_names::CAPABILITY_DENIED, error.to_string()),
        },
        ChoiceError::Unknown(_) => Failure::new(error_names::CONNECTION_NOT_FOUND, error.to_string()),
        _ => Failure::new(error_names::CAPABILITY_DENIED, format!("plugin {}: {error}", shared.grant.who())),
    })
}

/// The failure of a task whose request did not get through its connection, in the words that AWS has for its own.
pub(super) fn failure(error: &ConnectionError) -> Failure {
    let name = match error {
        ConnectionError::Secret { .. } | ConnectionError::Token { .. } => error_names::CONNECTION_INVALID,
        // The request and the connection's parameters do not go together (Step Functions developer guide, "Call HTTPS APIs").
        _ => error_names::RUNTIME,
    };
    Failure::new(name, error.to_string())
}

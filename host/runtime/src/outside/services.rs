//! What the host has for all calls.

use std::{collections::BTreeMap, sync::Arc};

use dirigent_outgoing::{Client, Connections, Network};

use crate::{OperatorPolicy, RolePolicy};

/// The operator's decisions, and the way out of the host. The default allows nothing.
#[derive(Clone, Debug)]
pub struct Services {
    /// What plugins may do.
    pub policy: Arc<OperatorPolicy>,
    /// What state machines may do, by the last part of their role's ARN. A role that is not here leaves it to the others.
    pub roles: BTreeMap<String, Arc<RolePolicy>>,
    /// Configuration values.
    pub values: BTreeMap<String, String>,
    /// What is added to requests on their way out.
    pub connections: Arc<Connections>,
    /// Sends requests.
    pub client: Arc<Client>,
}

impl Default for Services {
    fn default() -> Self {
        Self {
            policy: Arc::default(),
            roles: BTreeMap::new(),
            values: BTreeMap::new(),
            connections: Arc::default(),
            client: Arc::new(Client::new(Network::system())),
        }
    }
}

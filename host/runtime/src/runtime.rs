//! The runtime as the engine sees it.

use std::sync::Arc;

use crate::{Call, Digest, Failure, Outcome, PluginInfo, RuntimeConfig, RuntimeError};

/// Finds plugins and calls them. One for a process; share it by `Arc`.
pub struct Runtime {}

impl Runtime {
    /// Read the registry, start to watch it, and start to compile what is not in the cache.
    ///
    /// When this returns every plugin can be resolved; a call of one that is still compiled waits for it. Needs to be
    /// called within a tokio runtime with time enabled.
    pub async fn open(_config: RuntimeConfig) -> Result<Arc<Runtime>, RuntimeError> {
        Ok(Arc::new(Runtime {}))
    }

    /// The component that serves this `Resource` at this moment, or None.
    pub fn resolve(&self, _resource: &str) -> Option<Digest> {
        None
    }

    /// The component that serves this Lambda function.
    pub fn resolve_function(&self, _name: &str) -> Option<Digest> {
        None
    }

    /// Why [`Self::resolve`] or [`Self::resolve_function`] found nothing for this resource or function name, as the
    /// failure of the task: `Plugin.NotFound`, or `Plugin.Broken` if a plugin would serve it but cannot.
    pub fn explain_missing(&self, _resource: &str) -> Failure {
        Failure::new(crate::error_names::NOT_FOUND, "")
    }

    /// Run one call in a fresh instance. Dropping the future ends the instance at once.
    pub async fn call(&self, _digest: Digest, _call: Call) -> Outcome {
        Outcome { result: Err(self.explain_missing("")), metering: Default::default(), logs: Vec::new() }
    }

    /// Every plugin in the registry, by name and then version, newest first.
    pub fn plugins(&self) -> Vec<PluginInfo> {
        Vec::new()
    }
}

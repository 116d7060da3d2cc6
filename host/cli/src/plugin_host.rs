//! The plugin runtime as the engine's task host.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::journal_host::{AttemptJournal, Buckets};
use async_trait::async_trait;
use dirigent_api::{PluginDirectory, PluginEntry, PluginStatus};
use dirigent_engine::{Binding, Engine, Fault, Metering, Payload, TaskCall, TaskHost, TaskOutcome};
use dirigent_runtime::{Call, Digest, PluginInfo, PluginState, Runtime, TaskContext};

/// Runs tasks as plugins. The engine knows no WASM and the runtime no workflows; they meet here.
pub(crate) struct PluginHost(pub(crate) Arc<Runtime>);

#[async_trait]
impl TaskHost for PluginHost {
    fn bind(&self, binding: &Binding) -> Option<[u8; 32]> {
        let digest = match binding {
            Binding::Resource(resource) => self.0.resolve(resource),
            Binding::Function(name) => self.0.resolve_function(name),
        };
        digest.map(|digest| *digest.as_bytes())
    }

    fn explain(&self, binding: &Binding) -> Fault {
        let failure = match binding {
            Binding::Resource(resource) => self.0.explain_missing(resource),
            Binding::Function(name) => self.0.explain_missing_function(name),
        };
        Fault::new(failure.error, failure.cause)
    }

    async fn act(
        &self,
        engine: &Arc<Engine>,
        account: &str,
        action: &str,
        parameters: &Payload,
    ) -> Option<Result<Payload, Fault>> {
        dirigent_api::call_own_action(engine, account, action, parameters).await
    }

    async fn call(&self, component: [u8; 32], call: TaskCall) -> TaskOutcome {
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let deadline = call.deadline_ms.and_then(|deadline| u64::try_from(deadline).ok());
        let remaining = deadline.map(|deadline| u128::from(deadline).saturating_sub(now_ms));
        let context = TaskContext {
            execution_arn: call.execution_arn.to_string(),
            execution_name: call.execution_name.to_string(),
            state_machine_arn: call.state_machine_arn.to_string(),
            state_machine_name: call.state_machine_name.to_string(),
            state_name: call.state_name.to_string(),
            resource: call.resource.to_string(),
            attempt: call.retry_count,
            idempotency_key: call.idempotency_key,
            task_token: call.token,
            deadline,
        };
        let mut request = Call::new(context, call.input);
        // IAM's roles have paths; the last part is the name (IAM user guide, "IAM identifiers").
        request.role = call.role_arn.rsplit(['/', ':']).next().map(Into::into);
        request.keyvalue = Some(Arc::new(Buckets(call.journal.keyvalue())));
        request.journal = Some(Arc::new(AttemptJournal(call.journal)));
        request.time_limit = remaining.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX)));
        request.heartbeat = call.heartbeat;
        let outcome = self.0.call(Digest::from(component), request).await;
        TaskOutcome {
            result: outcome.result.map_err(|failure| Fault::new(failure.error, failure.cause)),
            metering: Metering {
                plugin: self
                    .0
                    .name_of(Digest::from(component))
                    .unwrap_or_else(|| Digest::from(component).to_string()),
                fuel: outcome.metering.fuel,
                peak_memory: outcome.metering.peak_memory,
                wall_us: u64::try_from(outcome.metering.wall.as_micros()).unwrap_or(u64::MAX),
                host_calls: outcome.metering.host_calls,
                logs: outcome
                    .logs
                    .into_iter()
                    .map(|line| (format!("{:?}", line.level), line.message))
                    .collect(),
            },
        }
    }
}

impl PluginDirectory for PluginHost {
    fn plugins(&self) -> Vec<PluginEntry> {
        self.0.plugins().into_iter().map(entry).collect()
    }
}

fn entry(plugin: PluginInfo) -> PluginEntry {
    let (status, why) = match plugin.state {
        PluginState::Ready => (PluginStatus::Ready, None),
        PluginState::Compiling => (PluginStatus::Compiling, None),
        PluginState::Broken { why } => (PluginStatus::Broken, Some(why)),
    };
    PluginEntry {
        name: plugin.name,
        version: plugin.version,
        description: plugin.description,
        digest: plugin.digest.map(|digest| digest.to_string()),
        serves: plugin.serves,
        imports: plugin.imports,
        component_bytes: plugin.component_bytes,
        status,
        why,
    }
}

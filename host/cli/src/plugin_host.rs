//! The plugin runtime as the engine's task host.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::journal_host::{AttemptJournal, Buckets};
use async_trait::async_trait;
use dirigent_api::{PluginDirectory, PluginEntry, PluginStatus};
use dirigent_engine::{
    Binding, Engine, Fault, JobAnswer, JobEntry, JobOutcome, Metering, Payload, TaskCall, TaskHost,
    TaskOutcome,
};
use dirigent_runtime::{
    Call, Digest, Failure, LogLine, Outcome, PluginInfo, PluginState, Runtime, TaskContext,
};

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
        let Outcome { result, metering, logs } = self.0.call(Digest::from(component), request(call)).await;
        let metering = self.metering(component, metering, logs);
        TaskOutcome { result: result.map_err(fault), metering }
    }

    async fn serves_jobs(&self, component: [u8; 32]) -> bool {
        self.0.serves_jobs(Digest::from(component)).await
    }

    async fn job(&self, component: [u8; 32], entry: JobEntry, call: TaskCall) -> JobOutcome {
        let entry = match entry {
            JobEntry::Start => dirigent_runtime::JobEntry::Start,
            JobEntry::Poll(handle) => dirigent_runtime::JobEntry::Poll(handle),
            JobEntry::Cancel(handle) => dirigent_runtime::JobEntry::Cancel(handle),
        };
        let outcome = self.0.job(Digest::from(component), entry, request(call)).await;
        let result = outcome.result.map_err(fault).map(|answer| match answer {
            dirigent_runtime::JobAnswer::Started(handle) => JobAnswer::Started(handle),
            dirigent_runtime::JobAnswer::Running(again_ms) => JobAnswer::Running(again_ms),
            dirigent_runtime::JobAnswer::Succeeded(output) => JobAnswer::Succeeded(output),
            dirigent_runtime::JobAnswer::Cancelled => JobAnswer::Cancelled,
        });
        JobOutcome { result, metering: self.metering(component, outcome.metering, outcome.logs) }
    }
}

/// A call as the runtime takes it.
fn request(call: TaskCall) -> Call {
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
    request
}

fn fault(failure: Failure) -> Fault {
    Fault::new(failure.error, failure.cause)
}

impl PluginHost {
    fn metering(
        &self,
        component: [u8; 32],
        used: dirigent_runtime::Metering,
        logs: Vec<LogLine>,
    ) -> Metering {
        let pin = Digest::from(component);
        Metering {
            plugin: self.0.name_of(pin).unwrap_or_else(|| pin.to_string()),
            fuel: used.fuel,
            peak_memory: used.peak_memory,
            wall_us: u64::try_from(used.wall.as_micros()).unwrap_or(u64::MAX),
            host_calls: used.host_calls,
            logs: logs.into_iter().map(|line| (format!("{:?}", line.level), line.message)).collect(),
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

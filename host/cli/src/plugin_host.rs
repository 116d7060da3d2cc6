//! The plugin runtime as the engine's task host.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use dirigent_api::{PluginDirectory, PluginEntry, PluginLogLine, PluginStatus, PluginUsage};
use dirigent_engine::{
    Binding, Engine, Fault, JobAnswer, JobEntry, JobOutcome, Metering, Payload, Spent, TaskCall, TaskHost,
    TaskOutcome,
};
use dirigent_runtime::{
    Call, Digest, Failure, Fuel, LogLine, Outcome, PluginInfo, PluginState, Runtime, TaskContext,
};

use crate::journal_host::{AttemptJournal, Buckets};
use crate::plugin_totals::PluginTotals;
use crate::recent_logs::RecentLogs;

/// Runs tasks as plugins. The engine knows no WASM and the runtime no workflows; they meet here.
pub(crate) struct PluginHost(pub(crate) Arc<Runtime>, RecentLogs, PluginTotals);

impl PluginHost {
    pub(crate) fn new(runtime: Arc<Runtime>) -> PluginHost {
        PluginHost(runtime, RecentLogs::default(), PluginTotals::default())
    }
}

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
        let told = Told::of(&call);
        let running = Running { host: self, component };
        let Outcome { result, metering, logs } = self.0.call(Digest::from(component), request(call)).await;
        let result = result.map_err(fault);
        let metering = running.ended(&told, metering, logs, result.as_ref().err());
        TaskOutcome { result, metering }
    }

    fn leaves_no_mark(&self, component: [u8; 32]) -> bool {
        self.0.leaves_no_mark(Digest::from(component))
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
        let told = Told::of(&call);
        let running = Running { host: self, component };
        let outcome = self.0.job(Digest::from(component), entry, request(call)).await;
        let result = outcome.result.map_err(fault).map(|answer| match answer {
            dirigent_runtime::JobAnswer::Started(handle) => JobAnswer::Started(handle),
            dirigent_runtime::JobAnswer::Running(again_ms) => JobAnswer::Running(again_ms),
            dirigent_runtime::JobAnswer::Succeeded(output) => JobAnswer::Succeeded(output),
            dirigent_runtime::JobAnswer::Cancelled => JobAnswer::Cancelled,
        });
        let metering = running.ended(&told, outcome.metering, outcome.logs, result.as_ref().err());
        JobOutcome { result, metering }
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
    if let Some(limit) = call.fuel {
        request.limits.fuel = Some(Fuel(limit.units));
        request.fuel_advice = Some(limit.advice);
    }
    request
}

fn fault(failure: Failure) -> Fault {
    Fault::new(failure.error, failure.cause)
}

/// A call under way. Dropped before it has ended, it was cancelled.
struct Running<'a> {
    host: &'a PluginHost,
    component: [u8; 32],
}

impl Running<'_> {
    fn ended(
        self,
        told: &Told,
        used: dirigent_runtime::Metering,
        logs: Vec<LogLine>,
        fault: Option<&Fault>,
    ) -> Metering {
        let metering = self.host.metering(self.component, told, used, logs);
        self.host.2.count(&metering, fault.map(|fault| fault.error.as_deref().unwrap_or_default()));
        // It has ended.
        std::mem::forget(self);
        metering
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.host.2.count_cancelled(&self.host.name_of(self.component));
    }
}

impl PluginHost {
    fn name_of(&self, component: [u8; 32]) -> String {
        let pin = Digest::from(component);
        self.0.name_of(pin).unwrap_or_else(|| pin.to_string())
    }

    fn metering(
        &self,
        component: [u8; 32],
        told: &Told,
        used: dirigent_runtime::Metering,
        logs: Vec<LogLine>,
    ) -> Metering {
        let plugin = self.name_of(component);
        self.1.add(logs.iter().map(|line| logged(line, &plugin, told)));
        Metering {
            plugin,
            fuel: used.fuel,
            peak_memory: used.peak_memory,
            wall_us: micros(used.wall),
            host_calls: used.host_calls,
            logs: logs.into_iter().map(|line| (format!("{:?}", line.level), line.message)).collect(),
            spent: Spent {
                cpu_us: micros(used.cpu),
                input_bytes: used.input_bytes,
                output_bytes: used.output_bytes,
                sent_bytes: used.sent_bytes,
                received_bytes: used.received_bytes,
            },
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl PluginDirectory for PluginHost {
    fn plugins(&self) -> Vec<PluginEntry> {
        let mut usage = self.usage();
        let entries = self.0.plugins().into_iter().map(|plugin| {
            let used = usage.remove(&format!("{}@{}", plugin.name, plugin.version)).unwrap_or_default();
            entry(plugin, used)
        });
        entries.collect()
    }

    fn logs(&self, plugin: &str, after: u64, since_ms: Option<i64>, limit: usize) -> Vec<PluginLogLine> {
        self.1.find(plugin, after, since_ms, limit)
    }

    fn usage(&self) -> BTreeMap<String, PluginUsage> {
        self.2.all()
    }
}

/// Which attempt a line belongs to.
struct Told {
    execution_arn: Arc<str>,
    state: Arc<str>,
    attempt: u32,
}

impl Told {
    fn of(call: &TaskCall) -> Told {
        let TaskCall { execution_arn, state_name, retry_count, .. } = call;
        Told { execution_arn: execution_arn.clone(), state: state_name.clone(), attempt: *retry_count }
    }
}

/// A line as who looks at a running host sees it.
fn logged(line: &LogLine, plugin: &str, told: &Told) -> PluginLogLine {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    PluginLogLine {
        number: 0,
        time_ms: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
        plugin: plugin.to_owned(),
        execution_arn: told.execution_arn.to_string(),
        state: told.state.to_string(),
        attempt: told.attempt,
        level: format!("{:?}", line.level).to_lowercase(),
        message: line.message.clone(),
    }
}

fn entry(plugin: PluginInfo, usage: PluginUsage) -> PluginEntry {
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
        usage,
    }
}

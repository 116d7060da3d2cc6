//! The plugin runtime as the engine's task host.

use std::time::Duration;

use async_trait::async_trait;
use dirigent_runtime::{Call, Digest, Runtime, TaskContext};

use crate::driver::{Binding, TaskCall, TaskHost, TaskOutcome, now_ms};
use crate::event::{Fault, Metering};

#[async_trait]
impl TaskHost for Runtime {
    fn bind(&self, binding: &Binding) -> Option<[u8; 32]> {
        let digest = match binding {
            Binding::Resource(resource) => self.resolve(resource),
            Binding::Function(name) => self.resolve_function(name),
        };
        digest.map(|digest| *digest.as_bytes())
    }

    fn explain(&self, binding: &Binding) -> Fault {
        let failure = self.explain_missing(binding.key());
        Fault::new(failure.error, failure.cause)
    }

    async fn call(&self, component: [u8; 32], call: TaskCall) -> TaskOutcome {
        let remaining = call.deadline_ms.map(|deadline| u64::try_from(deadline - now_ms()).unwrap_or(0));
        let context = TaskContext {
            execution_arn: call.execution_arn.to_string(),
            execution_name: call.execution_name.to_string(),
            state_machine_arn: call.state_machine_arn.to_string(),
            state_machine_name: call.state_machine_name.to_string(),
            state_name: call.state_name.to_string(),
            resource: call.resource.to_string(),
            attempt: call.retry_count,
            idempotency_key: call.idempotency_key,
            task_token: None,
            deadline: call.deadline_ms.and_then(|deadline| u64::try_from(deadline).ok()),
        };
        let mut request = Call::new(context, call.input);
        request.time_limit = remaining.map(Duration::from_millis);
        request.heartbeat = call.heartbeat;
        let outcome = Runtime::call(self, Digest::from(component), request).await;
        TaskOutcome {
            result: outcome.result.map_err(|failure| Fault::new(failure.error, failure.cause)),
            metering: Metering {
                plugin: Digest::from(component).to_string(),
                fuel: outcome.metering.fuel,
                peak_memory: outcome.metering.peak_memory,
                wall_us: u64::try_from(outcome.metering.wall.as_micros()).unwrap_or(u64::MAX),
                host_calls: outcome.metering.host_calls,
                logs: outcome.logs.into_iter().map(|line| (format!("{:?}", line.level), line.message)).collect(),
            },
        }
    }
}

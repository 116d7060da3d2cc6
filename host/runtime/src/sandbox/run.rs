//! One call, from a fresh instance to its outcome.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use wasmtime::Store;

use super::{
    bindings::types,
    entry::Entry,
    explain::{End, explain},
    state::CallState,
    ticker::Ticker,
};
use crate::{
    Call, Failure, JobAnswer, Limits, Metering, Outcome, TaskContext,
    capabilities::cut,
    components::{Identity, Ready},
    error_names,
    grants::Grant,
    journal::Tape,
    outside::{Outside, Services},
};

/// Bytes that are kept of a plugin's own error name (AWS Step Functions API: `error`, 256 characters).
const ERROR_LIMIT: usize = 256;
/// Bytes that are kept of a plugin's cause (AWS Step Functions API: `cause`, 32,768 characters).
const CAUSE_LIMIT: usize = 32_768;
/// What goes to the host besides the output in one go: an error name and a cause.
const BESIDES_OUTPUT: usize = 64 << 10;

/// Run one call. Dropping the future drops the instance.
pub(crate) async fn run(
    ready: &Ready,
    ticker: &Ticker,
    who: &Arc<Identity>,
    services: &Arc<Services>,
    limits: &Limits,
    entry: &Entry,
    mut call: Call,
) -> Outcome<JobAnswer> {
    let started = Instant::now();
    let input = Arc::clone(&call.input);
    let outside = match open_outside(who, services, limits, &mut call).await {
        Ok(outside) => outside,
        Err(failure) => return Outcome::failed(failure, input.len() as u64),
    };
    let state = CallState::new(limits, &mut call, outside.clone());
    let mut store = Store::new(ready.instance.component().engine(), state);
    store.limiter(|state| &mut state.memory);
    store.set_hostcall_fuel(limits.output.as_usize().saturating_add(BESIDES_OUTPUT));
    // One tick, then the thread belongs to others for a moment, then one more tick.
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);

    let end = match store.set_fuel(limits.fuel.0) {
        Err(error) => End::Error(error),
        Ok(()) => {
            let _running = ticker.running();
            let work = async {
                let instance = ready.instance.instantiate_async(&mut store).await?;
                ready
                    .exports
                    .call(&mut store, &instance, entry, guest_context(outside.context()), &input)
                    .await
            };
            // Moving it would cost as much as all that is done around it.
            let mut work = pin!(work);
            // Only a guest that waits, or computes for long, needs somebody who stops it.
            let mut stopped = None;
            poll_fn(|waker| {
                if let Poll::Ready(ended) = work.as_mut().poll(waker) {
                    return Poll::Ready(ended.map_or_else(End::Error, End::Answer));
                }
                let stopped = stopped.get_or_insert_with(|| {
                    let left = limits.time.saturating_sub(started.elapsed());
                    let outside = &outside;
                    Box::pin(async move {
                        tokio::select! {
                            () = tokio::time::sleep(left) => End::TimedOut,
                            // It is looked at again below.
                            () = outside.fatal().wait() => End::Ended,
                        }
                    })
                });
                stopped.as_mut().poll(waker)
            })
            .await
        }
    };

    let fuel_left = store.get_fuel().unwrap_or(0);
    let mut state = store.into_data();
    let result = match (outside.fatal().get(), end) {
        // Whatever the guest made of it.
        (Some(failure), _) => Err(failure.clone()),
        (None, End::Answer(answer)) => finish(&outside).and_then(|()| match answer {
            Ok(JobAnswer::Succeeded(output)) => check(output, who, limits).map(JobAnswer::Succeeded),
            Ok(answer) => Ok(answer),
            Err(failure) => Err(bounded(failure)),
        }),
        (None, End::Error(error)) => Err(explain(&error, &state, who, limits, call.fuel_advice.as_deref())),
        (None, End::TimedOut | End::Ended) => Err(timed_out(who, limits.time)),
    };
    // Its streams may hold the beginning of a last line.
    state.http = None;
    state.wasi = None;
    let (sent_bytes, received_bytes) = outside.traffic();
    let metering = Metering {
        fuel: limits.fuel.0.saturating_sub(fuel_left),
        peak_memory: state.memory.peak as u64,
        wall: started.elapsed(),
        // Whoever polls knows.
        cpu: Duration::ZERO,
        host_calls: state.host_calls,
        input_bytes: input.len() as u64,
        output_bytes: result.as_ref().map_or(0, |answer| answer.len() as u64),
        sent_bytes,
        received_bytes,
    };
    Outcome { result, metering, logs: state.log.take() }
}

/// What the call may reach, over its journal if it can leave a mark.
async fn open_outside(
    who: &Arc<Identity>,
    services: &Arc<Services>,
    limits: &Limits,
    call: &mut Call,
) -> Result<Outside, Failure> {
    let role = call.role.as_deref().and_then(|role| services.roles.get(role)).cloned();
    let grant = Grant::new(Arc::clone(who), Arc::clone(&services.policy), role);
    let tape = match &call.journal {
        Some(journal) if who.asks.has_effects() => Some(Tape::open(Arc::clone(journal)).await),
        _ => None,
    };
    let (tape, error) = match tape {
        Some(Ok(tape)) => (Some(tape), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let outside = Outside::new(std::mem::take(&mut call.context), grant, services, tape, limits);
    match error {
        Some(error) => Err(outside.off_the_tape(&error.into())),
        None => Ok(outside),
    }
}

/// Whether an attempt that goes on over its journal has come to its end.
fn finish(outside: &Outside) -> Result<(), Failure> {
    let finished = outside.tape().map_or(Ok(()), Tape::finish);
    finished.map_err(|error| outside.off_the_tape(&error))
}

fn guest_context(context: &TaskContext) -> types::Context<'_> {
    types::Context {
        execution_arn: &context.execution_arn,
        execution_name: &context.execution_name,
        state_machine_arn: &context.state_machine_arn,
        state_machine_name: &context.state_machine_name,
        state_name: &context.state_name,
        resource: &context.resource,
        attempt: context.attempt,
        idempotency_key: &context.idempotency_key,
        task_token: context.task_token.as_deref(),
        deadline: context.deadline,
        host_version: env!("CARGO_PKG_VERSION"),
    }
}

fn check(output: String, who: &Identity, limits: &Limits) -> Result<String, Failure> {
    if output.len() > limits.output.as_usize() {
        return Err(Failure::new(
            error_names::OUTPUT_TOO_LARGE,
            format!(
                "plugin {who} answered with {} bytes; the limit is {}. Answer with less (a key to where the data is, \
                 for instance), or raise limits.output in plugin.toml and the host's own limit",
                output.len(),
                limits.output
            ),
        ));
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(&output) {
        Ok(_) => Ok(output),
        Err(error) => {
            let mut beginning = output;
            cut(&mut beginning, 200);
            Err(Failure::new(
                error_names::INVALID_OUTPUT,
                format!("plugin {who} answered with something that is not JSON ({error}): {beginning}"),
            ))
        }
    }
}

fn bounded(failure: types::Failure) -> Failure {
    let types::Failure { mut error, mut cause } = failure;
    cut(&mut error, ERROR_LIMIT);
    cut(&mut cause, CAUSE_LIMIT);
    Failure { error, cause }
}

fn timed_out(who: &Identity, limit: Duration) -> Failure {
    Failure::new(
        error_names::TIMEOUT,
        format!(
            "plugin {who} was stopped after {limit:?}, the lowest of the state's TimeoutSeconds, limits.time in \
             plugin.toml, and the host's own limit"
        ),
    )
}

//! What becomes of a Map Run's results: the state's output, or the files of its `ResultWriter`.

use std::sync::Arc;

use dirigent_asl::{Distributed, Transformation};
use dirigent_store::{ExecutionId, MachineId};
use serde_json::{Map, Value, json};

use super::children::{self, Template};
use super::ids;
use crate::core::MapRun;
use crate::driver::objects::{ChildResult, ChildStatus, WriteRequest};
use crate::driver::{Engine, EngineError};
use crate::event::Fault;
use crate::payload::Payload;
use crate::rows::{ExecutionRow, StatusRow};

/// Children read at a time.
const PAGE: u32 = 256;

/// Why there is no result.
pub(super) enum ResultError {
    /// The run fails with it.
    Fault(Fault),
    /// The store cannot be read.
    Engine(EngineError),
}

impl<E: Into<EngineError>> From<E> for ResultError {
    fn from(error: E) -> ResultError {
        ResultError::Engine(error.into())
    }
}

/// The state's result, once all children of the run have ended.
pub(super) async fn collect(
    engine: &Engine,
    template: &Template,
    run_arn: &Arc<str>,
    machine: MachineId,
    distributed: &Distributed,
    run: &MapRun,
    children: u32,
) -> Result<Payload, ResultError> {
    match (&distributed.writer, &run.writer) {
        (Some(writer), Some(arguments)) => {
            let request = WriteRequest {
                arguments: arguments.clone(),
                lines: writer.lines,
                transformation: writer.transformation,
                map_run_arn: run_arn.clone(),
            };
            let mut sink = engine.objects.write(request).await.map_err(ResultError::Fault)?;
            let mut all = Children::new(machine, children);
            while let Some((id, row)) = all.next(engine).await? {
                let result = result(engine, template, id, row).await?;
                sink.push(result).await.map_err(ResultError::Fault)?;
            }
            let details = sink.finish().await.map_err(ResultError::Fault)?;
            let output = json!({ "MapRunArn": &**run_arn, "ResultWriterDetails": details.value() });
            Ok(Payload::from_value(output))
        }
        (writer, _) => {
            let how = writer.as_ref().map_or(Transformation::Compact, |writer| writer.transformation);
            into_output(engine, template, machine, children, how).await
        }
    }
}

/// An array of the results of those that succeeded.
async fn into_output(
    engine: &Engine,
    template: &Template,
    machine: MachineId,
    children: u32,
    how: Transformation,
) -> Result<Payload, ResultError> {
    let mut text = String::from("[");
    let mut all = Children::new(machine, children);
    while let Some((id, row)) = all.next(engine).await? {
        let StatusRow::Succeeded(at) = row.status else { continue };
        let element = match how {
            Transformation::None => entry(&result(engine, template, id, row).await?).to_string(),
            Transformation::Compact => {
                engine.payload(id, at).await?.unwrap_or_else(missing).text().to_owned()
            }
            Transformation::Flatten => {
                let output = engine.payload(id, at).await?.unwrap_or_else(missing);
                match output.value() {
                    Value::Array(_) => {
                        let inner = output.text().trim();
                        inner[1..inner.len() - 1].trim().to_owned()
                    }
                    _ => output.text().to_owned(),
                }
            }
        };
        if element.is_empty() {
            continue;
        }
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&element);
        // What is too large already is an error of the state's output, where AWS raises it.
        if text.len() > engine.config.limits.payload_bytes {
            break;
        }
    }
    text.push(']');
    Ok(Payload::from_text(text))
}

fn missing() -> Payload {
    Payload::from_value(Value::Null)
}

/// A child's result.
async fn result(
    engine: &Engine,
    template: &Template,
    id: ExecutionId,
    row: ExecutionRow,
) -> Result<ChildResult, EngineError> {
    let output = match row.status {
        StatusRow::Succeeded(at) => engine.payload(id, at).await?,
        _ => None,
    };
    let status = children::status(&row.status);
    Ok(ChildResult {
        execution_arn: engine.execution_arn(&template.state_machine_name, &row.name).into(),
        name: row.name,
        state_machine_arn: template.state_machine_arn.clone(),
        input: engine.payload(id, row.input).await?.unwrap_or_else(missing),
        output,
        status,
        fault: match row.status {
            StatusRow::Failed(fault) | StatusRow::TimedOut(fault) | StatusRow::Aborted(fault) => fault,
            StatusRow::Running | StatusRow::Succeeded(_) => Fault::default(),
        },
        started_ms: row.started_ms,
        stopped_ms: row.stopped_ms,
    })
}

/// A result with its execution's metadata, as `ResultWriter` writes it too.
/// Source: AWS developer guide, "ResultWriter (Map)".
fn entry(result: &ChildResult) -> Value {
    let mut entry = Map::new();
    entry.insert("ExecutionArn".into(), (&*result.execution_arn).into());
    entry.insert("Input".into(), result.input.text().into());
    entry.insert("InputDetails".into(), json!({ "Included": true }));
    entry.insert("Name".into(), (&*result.name).into());
    if let Some(output) = &result.output {
        entry.insert("Output".into(), output.text().into());
        entry.insert("OutputDetails".into(), json!({ "Included": true }));
    }
    entry.insert("StartDate".into(), crate::core::timestamp(result.started_ms).into());
    entry.insert("StateMachineArn".into(), (&*result.state_machine_arn).into());
    let status = if result.status == ChildStatus::Succeeded { "SUCCEEDED" } else { "FAILED" };
    entry.insert("Status".into(), status.into());
    if let Some(stopped_ms) = result.stopped_ms {
        entry.insert("StopDate".into(), crate::core::timestamp(stopped_ms).into());
    }
    Value::Object(entry)
}

/// The records of a run's children, by index.
pub(super) struct Children {
    machine: MachineId,
    next: u32,
    end: u32,
    page: std::vec::IntoIter<(ExecutionId, Vec<u8>)>,
}

impl Children {
    /// Those below `end`.
    pub(super) fn new(machine: MachineId, end: u32) -> Children {
        Children { machine, next: 0, end, page: Vec::new().into_iter() }
    }

    pub(super) async fn next(
        &mut self,
        engine: &Engine,
    ) -> Result<Option<(ExecutionId, ExecutionRow)>, EngineError> {
        loop {
            if let Some((id, bytes)) = self.page.next() {
                return Ok(Some((id, ExecutionRow::decode(&bytes)?)));
            }
            if self.next >= self.end {
                return Ok(None);
            }
            // The store lists the newest first, so a page is turned around.
            let first = ids::child(self.machine, self.next).sequence;
            self.next = self.next.saturating_add(PAGE);
            let before = ids::child(self.machine, self.next.min(self.end)).sequence;
            let mut page = engine.store.list(self.machine, Some(before), PAGE as usize).await?;
            page.retain(|(id, _)| id.sequence >= first);
            page.reverse();
            self.page = page.into_iter();
        }
    }
}

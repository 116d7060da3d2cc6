//! Redriving an execution, and what AWS has not: another definition, an edited input, a given result.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use dirigent_engine::core::Amend;
use dirigent_engine::payload::MAX_JSON_DEPTH;
use dirigent_engine::{AmendRequest, Engine, Payload, RedriveRequest};
use dirigent_store::ExecutionId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::find;
use crate::actions;
use crate::error::ApiError;
use crate::rest::wire::{Body, Refusal, RestError, date};

/// How an execution is redriven. Without anything it goes on from where it stopped, as with AWS's RedriveExecution.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Redrive {
    /// A call that comes again with it within 15 minutes is the same call.
    client_token: Option<String>,
    /// Another definition to go on with: `latest`, the ARN of a version, or the number or id of a revision.
    onto: Option<Onto>,
    /// The state that `input` or `result` is for, where several stopped the execution.
    state: Option<String>,
    /// The state runs with this input.
    #[schema(value_type = Option<serde_json::Value>)]
    input: Option<Box<RawValue>>,
    /// The state does not run; this is its result.
    #[schema(value_type = Option<serde_json::Value>)]
    result: Option<Box<RawValue>>,
}

/// A definition to go on with.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Onto {
    /// A revision's number.
    Revision(u32),
    /// `latest`, a revision's id, or the ARN of a version.
    Named(String),
}

/// When an execution was redriven.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Redriven {
    #[schema(format = DateTime)]
    redrive_date: String,
}

/// Redrives an execution that did not succeed.
#[utoipa::path(
    post, path = "/api/executions/{arn}/redrive", tag = "executions", request_body = Redrive,
    params(("arn" = String, Path, description = "The execution's ARN, percent-encoded")),
    responses((status = 200, body = Redriven), (status = "4XX", body = Refusal))
)]
pub(crate) async fn redrive(
    State(engine): State<Arc<Engine>>,
    Path(arn): Path<String>,
    Body(redrive): Body<Redrive>,
) -> Result<Json<Redriven>, RestError> {
    let id = find(&engine, &arn).await?;
    let with = match (&redrive.input, &redrive.result) {
        (Some(_), Some(_)) => {
            return Err(ApiError::validation("Give the state an input or a result, and not both").into());
        }
        (Some(input), None) => Some(Amend::Input(payload(&engine, "input", input)?)),
        (None, Some(result)) => Some(Amend::Result(payload(&engine, "result", result)?)),
        (None, None) if redrive.state.is_some() => {
            return Err(
                ApiError::validation("state says what input or result are for; give one of both").into()
            );
        }
        (None, None) => None,
    };
    let revision = match &redrive.onto {
        Some(onto) => Some(revision(&engine, id, onto).await?),
        None => None,
    };
    let request = RedriveRequest {
        client_token: redrive.client_token,
        revision,
        amend: with.map(|with| AmendRequest { state: redrive.state, with }),
    };
    let redriven_ms = engine.redrive(id, request).await?;
    Ok(Json(Redriven { redrive_date: date(redriven_ms) }))
}

/// The revision that is meant, of an execution's state machine.
pub(crate) async fn revision(engine: &Engine, id: ExecutionId, onto: &Onto) -> Result<u32, ApiError> {
    let machine = engine.catalog().numbered(id.machine);
    let machine = machine.ok_or_else(|| {
        ApiError::validation("onto: the state machine was deleted. Start an execution of another one")
    })?;
    match onto {
        Onto::Revision(number) => Ok(*number),
        Onto::Named(name) if name == "latest" => Ok(machine.revision.number),
        Onto::Named(name) => {
            let found = match name.starts_with("arn:") {
                true => {
                    let of = name.rsplit_once(':').map(|(of, _)| of);
                    let own = of == Some(&*engine.state_machine_arn(&machine.name));
                    let number = actions::version_in(name)?.filter(|_| own);
                    number
                        .and_then(|number| machine.published.versions.get(&number))
                        .map(|version| version.revision)
                }
                false => engine.catalog().revision_of_id(&machine, name).await.map_err(ApiError::from)?,
            };
            found.ok_or_else(|| {
                ApiError::validation(format!(
                    "onto={name} is neither `latest`, nor a revision of {} by number or id, nor the ARN of a version of it",
                    machine.name
                ))
            })
        }
    }
}

fn payload(engine: &Engine, name: &str, raw: &RawValue) -> Result<Payload, ApiError> {
    let payload = Payload::from_text(raw.get());
    let most = engine.config().limits.payload_bytes;
    if payload.text().len() > most {
        return Err(ApiError::validation(format!(
            "{name} has more than {most} bytes. Make it smaller, or start the host with a wider payload-bytes"
        )));
    }
    if !payload.is_shallow() {
        return Err(ApiError::validation(format!(
            "{name} is nested deeper than {MAX_JSON_DEPTH} levels. Make it flatter"
        )));
    }
    Ok(payload)
}

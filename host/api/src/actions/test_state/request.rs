//! The parameters, and which of them go together.

use dirigent_engine::{Fault, Limits};

use crate::actions::MAX_ARN;
use crate::arn;
use crate::error::ApiError;
use crate::faults::{MAX_CAUSE, MAX_ERROR};
use crate::params::Params;

const MAX_STATE_NAME: usize = 80;

/// How much is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Level {
    /// The end alone.
    Info,
    /// The data flow too. `TRACE` adds what HTTP Tasks send and get, which are not served.
    Debug,
}

/// A call's parameters.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) definition: String,
    pub(super) role_arn: Option<String>,
    pub(super) input: Option<String>,
    pub(super) level: Level,
    pub(super) variables: Option<String>,
    pub(super) state_name: Option<String>,
    pub(super) context: Option<String>,
    pub(super) mock: Option<MockInput>,
    pub(super) configuration: Configuration,
}

/// `mock`.
#[derive(Debug)]
pub(super) struct MockInput {
    /// The result as JSON text, or the error.
    pub(super) result: Result<String, Fault>,
    pub(super) validation: Validation,
}

/// `fieldValidationMode`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Validation {
    /// Required fields must be there, and all that are there must be as the service's model has them.
    Strict,
    /// Fields that are there must be as the model has them.
    Present,
    /// Nothing is looked at.
    None,
}

/// `stateConfiguration`.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    pub(super) retries: u32,
    pub(super) error_caused_by: Option<String>,
    pub(super) failed_iterations: Option<u64>,
    pub(super) reader_data: Option<String>,
}

impl Request {
    pub(super) fn read(mut params: Params, limits: &Limits) -> Result<Request, ApiError> {
        let payload = limits.payload_bytes;
        let definition = params.required("definition", 1, limits.definition_bytes)?;
        let role_arn = params.string("roleArn", 1, MAX_ARN)?;
        let input = params.string("input", 0, payload)?;
        let level = params.word("inspectionLevel", &["INFO", "DEBUG", "TRACE"])?;
        let reveal_secrets = params.boolean("revealSecrets")?.unwrap_or(false);
        let variables = params.string("variables", 0, payload)?;
        let state_name = params.string("stateName", 1, MAX_STATE_NAME)?;
        let context = params.string("context", 0, payload)?;
        let mock = mock(&mut params, payload)?;
        let (configuration, given) = configuration(&mut params, payload)?;
        params.check()?;
        if let Some(role_arn) = &role_arn {
            arn::check_role(role_arn)?;
        }
        let mock = mock.map(MockParts::only_one).transpose()?;
        let level = if matches!(level.as_deref(), None | Some("INFO")) { Level::Info } else { Level::Debug };
        if mock.is_some() && reveal_secrets {
            return Err(unsupported("RevealSecrets when a mock is specified."));
        }
        let context_given = context.is_some().then_some("Context");
        if let (None, Some(what)) = (&mock, given.into_iter().flatten().chain(context_given).next()) {
            return Err(unsupported(&format!("{what} when a mock is not specified.")));
        }
        Ok(Request {
            definition,
            role_arn,
            input,
            level,
            variables,
            state_name,
            context,
            mock,
            configuration,
        })
    }
}

fn unsupported(what: &str) -> ApiError {
    ApiError::validation(format!("TestState does not support {what}"))
}

/// `mock` as it came.
struct MockParts {
    result: Option<String>,
    error: Option<Fault>,
    validation: Validation,
}

impl MockParts {
    fn only_one(self) -> Result<MockInput, ApiError> {
        let result = match (self.result, self.error) {
            (Some(result), None) => Ok(result),
            (None, Some(fault)) => Err(fault),
            _ => {
                let message =
                    "A test mock should have only one of the following fields: [result, errorOutput].";
                return Err(ApiError::validation(message));
            }
        };
        Ok(MockInput { result, validation: self.validation })
    }
}

fn mock(params: &mut Params, payload: usize) -> Result<Option<MockParts>, ApiError> {
    let Some(mut mock) = params.nested("mock")? else { return Ok(None) };
    let result = mock.string("result", 0, payload)?;
    let error = match mock.nested("errorOutput")? {
        None => None,
        Some(mut output) => {
            let error = output.required("error", 0, MAX_ERROR)?;
            let cause = output.string("cause", 0, MAX_CAUSE)?;
            mock.absorb(output);
            Some(Fault { error: Some(error.into()), cause: cause.map(Into::into) })
        }
    };
    let validation = match mock.word("fieldValidationMode", &["STRICT", "PRESENT", "NONE"])?.as_deref() {
        Some("NONE") => Validation::None,
        Some("PRESENT") => Validation::Present,
        _ => Validation::Strict,
    };
    params.absorb(mock);
    Ok(Some(MockParts { result, error, validation }))
}

/// The configuration, and AWS's words for those of its members that are given.
fn configuration(
    params: &mut Params,
    payload: usize,
) -> Result<(Configuration, [Option<&'static str>; 4]), ApiError> {
    let Some(mut given) = params.nested("stateConfiguration")? else { return Ok(Default::default()) };
    let most = i64::from(i32::MAX);
    let retries = given.integer("retrierRetryCount", 0, most)?;
    let error_caused_by = given.string("errorCausedByState", 1, MAX_STATE_NAME)?;
    let failed_iterations = given.integer("mapIterationFailureCount", 0, most)?;
    let reader_data = given.string("mapItemReaderData", 0, payload)?;
    params.absorb(given);
    let words = [
        failed_iterations.is_some().then_some("MapIterationFailureCount"),
        retries.is_some().then_some("RetrierRetryCount"),
        error_caused_by.is_some().then_some("ErrorCausedByState"),
        reader_data.is_some().then_some("MapItemReaderData"),
    ];
    let configuration = Configuration {
        retries: retries.and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
        error_caused_by,
        failed_iterations: failed_iterations.and_then(|count| u64::try_from(count).ok()),
        reader_data,
    };
    Ok((configuration, words))
}

//! What a caller is told when something is wrong: AWS's error names and messages.

use axum::http::StatusCode;
use dirigent_engine::activities::{ActivityError, MAX_ACTIVITIES};
use dirigent_engine::catalog::CatalogError;
use dirigent_engine::{CallbackError, EngineError, PollError, RedriveError, rows::RowError};
use serde_json::{Value, json};

/// The code of an action that is none.
const UNKNOWN_ACTION: &str = "UnknownOperationException";

/// The code of a change that does not fit what is there.
const CONFLICT: &str = "ConflictException";

/// An error response.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    /// An error of the caller's.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    /// Somebody is turned away.
    pub(crate) fn refused(status: StatusCode, code: &'static str, message: String) -> ApiError {
        ApiError { status, code, message }
    }

    pub(crate) fn validation(message: impl Into<String>) -> ApiError {
        ApiError::new("ValidationException", message)
    }

    pub(crate) fn no_machine(arn: &str) -> ApiError {
        ApiError::new("StateMachineDoesNotExist", format!("State Machine Does Not Exist: '{arn}'"))
    }

    pub(crate) fn no_activity(arn: &str) -> ApiError {
        ApiError::new("ActivityDoesNotExist", format!("Activity Does Not Exist: '{arn}'"))
    }

    pub(crate) fn no_execution(arn: &str) -> ApiError {
        ApiError::new("ExecutionDoesNotExist", format!("Execution Does Not Exist: '{arn}'"))
    }

    /// The host cannot take the request now; what it accepted before is kept.
    pub(crate) fn unavailable(message: impl Into<String>) -> ApiError {
        ApiError {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: "ServiceUnavailable",
            message: message.into(),
        }
    }

    /// More is asked for than the host does at a time.
    pub(crate) fn throttled() -> ApiError {
        ApiError::new("ThrottlingException", "Rate exceeded")
    }

    /// The body did not arrive.
    pub(crate) fn unread(why: &str) -> ApiError {
        ApiError::new("MalformedHttpRequestException", format!("The body cannot be read: {why}"))
    }

    /// The body has more bytes than the host reads.
    pub(crate) fn too_large(most: usize) -> ApiError {
        ApiError {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: "RequestEntityTooLargeException",
            message: format!(
                "A request has at most {most} bytes; --limits off and --limit request-bytes=… allow more"
            ),
        }
    }

    fn internal(message: String) -> ApiError {
        tracing::error!(%message, "a request failed");
        ApiError { status: StatusCode::INTERNAL_SERVER_ERROR, code: "InternalFailure", message }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// There is no action of that name. As AWS answers it.
    pub(crate) fn unknown_action(action: &str) -> ApiError {
        ApiError::new(UNKNOWN_ACTION, format!("The action {action} is not served"))
    }

    pub(crate) fn is_unknown_action(&self) -> bool {
        self.code == UNKNOWN_ACTION
    }

    /// AWS's form of an error's body.
    pub(crate) fn body(&self) -> Value {
        json!({ "__type": self.code, "message": self.message })
    }

    /// The body of an error of `/api`.
    pub(crate) fn rest_body(&self) -> Value {
        json!({ "error": self.code, "message": self.message })
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> ApiError {
        match error {
            EngineError::Throttled => ApiError::throttled(),
            EngineError::NoSuchExecution => {
                ApiError::new("ExecutionDoesNotExist", "Execution Does Not Exist")
            }
            EngineError::NameTaken { name } => {
                ApiError::new("ExecutionAlreadyExists", format!("Execution Already Exists: '{name}'"))
            }
            EngineError::NoSuchTestCase { .. } => {
                ApiError::new("StateMachineDoesNotExist", error.to_string())
            }
            EngineError::Express => ApiError::new("StateMachineTypeNotSupported", error.to_string()),
            EngineError::Uncompilable => ApiError::new("InvalidDefinition", error.to_string()),
            EngineError::Catalog(error) => error.into(),
            EngineError::Activity(error) => error.into(),
            EngineError::Commit(error) => ApiError::unavailable(error.to_string()),
            EngineError::Store(error) => ApiError::unavailable(error.to_string()),
            other @ (EngineError::History(_)
            | EngineError::Row(_)
            | EngineError::Recover(_)
            | EngineError::NoEntropy(_)) => ApiError::internal(other.to_string()),
        }
    }
}

impl From<RedriveError> for ApiError {
    fn from(error: RedriveError) -> ApiError {
        match error {
            RedriveError::NotRedrivable(reason) => {
                ApiError::new("ExecutionNotRedrivable", format!("Execution Not Redrivable: '{reason}'"))
            }
            RedriveError::Engine(error) => error.into(),
            other => ApiError::validation(other.to_string()),
        }
    }
}

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> ApiError {
        match error {
            CatalogError::Invalid(diagnostics) => {
                let list: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
                ApiError::new(
                    "InvalidDefinition",
                    format!("Invalid State Machine Definition: '{}'", list.join(", ")),
                )
            }
            CatalogError::Exists(name) => {
                ApiError::new("StateMachineAlreadyExists", format!("State Machine Already Exists: '{name}'"))
            }
            CatalogError::OtherRevision { asked, current } => ApiError::new(
                CONFLICT,
                format!(
                    "Failed to publish the State Machine version for revision {asked}. The current State Machine \
                     revision is {current}."
                ),
            ),
            CatalogError::VersionInUse(aliases) => ApiError::new(
                CONFLICT,
                format!(
                    "Version to be deleted must not be referenced by an alias. Current list of aliases referencing \
                     this version: [{}]",
                    aliases.join(", ")
                ),
            ),
            CatalogError::AliasExists => ApiError::new(
                CONFLICT,
                "Failed to create alias because an alias with the same name and a different routing configuration \
                 already exists.",
            ),
            other @ (CatalogError::NoSuchVersion(_) | CatalogError::NoSuchAlias(_)) => {
                ApiError::new("ResourceNotFound", format!("Resource not found: {other}"))
            }
            other @ (CatalogError::TooManyVersions | CatalogError::TooManyAliases) => {
                ApiError::new("ServiceQuotaExceededException", other.to_string())
            }
            other @ CatalogError::Incomplete(..) => ApiError::internal(other.to_string()),
            CatalogError::Missing(name) => ApiError::no_machine(&name),
            CatalogError::Store(error) => ApiError::unavailable(error.to_string()),
            CatalogError::Commit(error) => ApiError::unavailable(error.to_string()),
            CatalogError::Row(error) => error.into(),
        }
    }
}

/// Activities are named as the error has them; actions put their ARNs there.
impl From<ActivityError> for ApiError {
    fn from(error: ActivityError) -> ApiError {
        match error {
            ActivityError::Missing(name) => ApiError::no_activity(&name),
            ActivityError::Exists(name) => {
                ApiError::new("ActivityAlreadyExists", format!("Activity Already Exists: '{name}'"))
            }
            ActivityError::TooMany => ApiError::new(
                "ActivityLimitExceeded",
                format!("The maximum number of activities has been reached: {MAX_ACTIVITIES}"),
            ),
            ActivityError::Store(error) => ApiError::unavailable(error.to_string()),
            ActivityError::Commit(error) => ApiError::unavailable(error.to_string()),
            ActivityError::Row(error) => error.into(),
        }
    }
}

impl From<PollError> for ApiError {
    fn from(error: PollError) -> ApiError {
        match error {
            PollError::NoSuchActivity(name) => ApiError::no_activity(&name),
            PollError::TooManyPollers => ApiError::new("ActivityWorkerLimitExceeded", error.to_string()),
            PollError::Engine(error) => error.into(),
        }
    }
}

impl From<CallbackError> for ApiError {
    fn from(error: CallbackError) -> ApiError {
        match error {
            CallbackError::Unknown => {
                ApiError::new("TaskDoesNotExist", "Task Does Not Exist: 'Provided task does not exist'")
            }
            CallbackError::Closed => {
                ApiError::new("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
            }
            CallbackError::Engine(error) => error.into(),
        }
    }
}

impl From<RowError> for ApiError {
    fn from(error: RowError) -> ApiError {
        ApiError::internal(error.to_string())
    }
}

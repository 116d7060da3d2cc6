//! What a Task's `Resource` names.

use std::fmt;
use thiserror::Error;

/// How a service integration waits for its task.
/// Source: AWS developer guide, "Discover service integration patterns in Step Functions".
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Integration {
    /// The task is done when the call answers.
    RequestResponse,
    /// `.sync`: the task is done when the job that it started is.
    Sync,
    /// `.sync:2`: as `.sync`, with the output as JSON (nested executions).
    Sync2,
    /// `.waitForTaskToken`: the task is done when somebody returns its token.
    WaitForTaskToken,
}

/// What the pattern of [`Integration::WaitForTaskToken`] looks like in a `Resource`.
const TOKEN_SUFFIX: &str = ".waitForTaskToken";

/// What the pattern of [`Integration::Sync`] looks like there.
const SYNC_SUFFIX: &str = ".sync";

/// A parsed `Resource`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Resource {
    /// `plugin:NAME[@VERSION][.sync | .waitForTaskToken]`: a plugin by name.
    Plugin {
        /// What follows `plugin:`, without the pattern.
        reference: String,
        /// How it waits: request-response, for its job, or for its token.
        integration: Integration,
    },
    /// `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`: the plugin of that function name.
    Lambda {
        /// The function's name.
        function: String,
    },
    /// `arn:PARTITION:states:REGION:ACCOUNT:activity:NAME`.
    Activity {
        /// The activity's name.
        name: String,
    },
    /// `arn:PARTITION:states:::SERVICE:ACTION[.PATTERN]`, `aws-sdk:SERVICE:ACTION` included.
    Service {
        /// The service, such as `lambda`, or `aws-sdk:sfn`.
        service: String,
        /// The action without its pattern, such as `invoke`.
        action: String,
        /// How it waits.
        integration: Integration,
    },
}

/// The text is no resource that Step Functions or Dirigent knows.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error(
    "The resource provided {0} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
)]
pub struct ResourceError(pub String);

impl Resource {
    /// Parses the text of a `Resource` field.
    ///
    /// # Errors
    /// When the text is neither `plugin:…` nor an ARN of Lambda or Step Functions.
    pub fn parse(text: &str) -> Result<Resource, ResourceError> {
        let unknown = || ResourceError(text.to_owned());
        if let Some(reference) = text.strip_prefix("plugin:") {
            let (reference, integration) = if let Some(reference) = reference.strip_suffix(TOKEN_SUFFIX) {
                (reference, Integration::WaitForTaskToken)
            } else if let Some(reference) = reference.strip_suffix(SYNC_SUFFIX) {
                (reference, Integration::Sync)
            } else {
                (reference, Integration::RequestResponse)
            };
            let name = reference.split('@').next().unwrap_or_default();
            let sound = !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            return if sound {
                Ok(Resource::Plugin { reference: reference.to_owned(), integration })
            } else {
                Err(unknown())
            };
        }
        let mut parts = text.splitn(6, ':');
        let (Some("arn"), Some(partition), Some(owner), Some(region), Some(account), Some(rest)) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unknown());
        };
        if !partition.starts_with("aws") {
            return Err(unknown());
        }
        match (owner, region.is_empty() && account.is_empty()) {
            ("lambda", false) => {
                let function = rest.strip_prefix("function:").and_then(|r| r.split(':').next());
                match function {
                    Some(name) if !name.is_empty() => Ok(Resource::Lambda { function: name.to_owned() }),
                    _ => Err(unknown()),
                }
            }
            ("states", false) => match rest.strip_prefix("activity:") {
                Some(name) if !name.is_empty() => Ok(Resource::Activity { name: name.to_owned() }),
                _ => Err(unknown()),
            },
            ("states", true) => Self::service(rest).ok_or_else(unknown),
            _ => Err(unknown()),
        }
    }

    /// Whether the task starts an execution and is done when that has ended: `states:startExecution.sync`.
    #[must_use]
    pub fn waits_for_execution(&self) -> bool {
        match self {
            Resource::Service { service, action, integration } => {
                service == "states"
                    && action == "startExecution"
                    && matches!(integration, Integration::Sync | Integration::Sync2)
            }
            _ => false,
        }
    }

    /// Whether the task is done when somebody outside says so, with its token: an activity, `.waitForTaskToken`, or an
    /// execution that the task has started.
    #[must_use]
    pub fn waits_for_caller(&self) -> bool {
        match self {
            Resource::Activity { .. } => true,
            _ if self.waits_for_execution() => true,
            Resource::Plugin { integration, .. } | Resource::Service { integration, .. } => {
                *integration == Integration::WaitForTaskToken
            }
            Resource::Lambda { .. } => false,
        }
    }

    /// Whether a test of the state needs a mock: activities, and what is not done when its call answers.
    /// Source: AWS Step Functions API Reference, "TestState".
    #[must_use]
    pub fn needs_mock(&self) -> bool {
        match self {
            Resource::Activity { .. } => true,
            Resource::Lambda { .. } => false,
            Resource::Plugin { integration, .. } | Resource::Service { integration, .. } => {
                *integration != Integration::RequestResponse
            }
        }
    }

    fn service(rest: &str) -> Option<Resource> {
        let (rest, integration) = if let Some(rest) = rest.strip_suffix(".sync:2") {
            (rest, Integration::Sync2)
        } else if let Some(rest) = rest.strip_suffix(SYNC_SUFFIX) {
            (rest, Integration::Sync)
        } else if let Some(rest) = rest.strip_suffix(TOKEN_SUFFIX) {
            (rest, Integration::WaitForTaskToken)
        } else {
            (rest, Integration::RequestResponse)
        };
        let (service, action) = rest.rsplit_once(':')?;
        if !is_supported(service, action, integration) {
            return None;
        }
        let sound =
            |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || "-_:".contains(c));
        (sound(service) && sound(action) && !action.contains(':')).then(|| Resource::Service {
            service: service.to_owned(),
            action: action.to_owned(),
            integration,
        })
    }
}

/// An optimized integration.
struct Optimized {
    service: &'static str,
    /// Whether a task of it may wait for a task token.
    callback: bool,
    /// Actions that only answer.
    calls: &'static [&'static str],
    /// Actions that start a job, which a task may wait for.
    jobs: &'static [&'static str],
}

const fn optimized(
    service: &'static str,
    callback: bool,
    calls: &'static [&'static str],
    jobs: &'static [&'static str],
) -> Optimized {
    Optimized { service, callback, calls, jobs }
}

/// The optimized integrations, their actions, and the patterns that these support.
/// Source: AWS developer guide, "Integrating optimized services with Step Functions", and the page of each service.
#[rustfmt::skip]
const OPTIMIZED: &[Optimized] = &[
    optimized("apigateway", true, &["invoke"], &[]),
    optimized("athena", false, &["stopQueryExecution", "getQueryExecution", "getQueryResults"], &["startQueryExecution"]),
    optimized("batch", false, &[], &["submitJob"]),
    optimized("bedrock", true, &["invokeModel"], &["createModelCustomizationJob"]),
    optimized(
        "codebuild", false,
        &["stopBuild", "batchDeleteBuilds", "batchGetReports", "stopBuildBatch", "deleteBuildBatch"],
        &["startBuild", "startBuildBatch", "retryBuildBatch"],
    ),
    optimized("databrew", false, &[], &["startJobRun"]),
    optimized("dynamodb", false, &["getItem", "putItem", "updateItem", "deleteItem"], &[]),
    optimized("ecs", true, &[], &["runTask"]),
    optimized(
        "eks", true,
        &["call"],
        &["createCluster", "deleteCluster", "createNodegroup", "deleteNodegroup", "createFargateProfile",
          "deleteFargateProfile", "runJob"],
    ),
    optimized(
        "elasticmapreduce", false,
        &["setClusterTerminationProtection", "cancelStep", "modifyInstanceFleetByName", "modifyInstanceGroupByName"],
        &["createCluster", "terminateCluster", "addStep"],
    ),
    optimized("emr-containers", false, &["createVirtualCluster"], &["deleteVirtualCluster", "startJobRun"]),
    optimized(
        "emr-serverless", false,
        &[],
        &["createApplication", "startApplication", "stopApplication", "deleteApplication", "startJobRun", "cancelJobRun"],
    ),
    optimized("events", true, &["putEvents"], &[]),
    optimized("glue", false, &[], &["startJobRun"]),
    optimized("http", false, &["invoke"], &[]),
    optimized("lambda", true, &["invoke"], &[]),
    optimized("mediaconvert", false, &[], &["createJob"]),
    optimized(
        "sagemaker", false,
        &["createEndpoint", "createEndpointConfig", "createModel", "updateEndpoint"],
        &["createHyperParameterTuningJob", "createLabelingJob", "createProcessingJob", "createTrainingJob",
          "createTransformJob"],
    ),
    optimized("sns", true, &["publish"], &[]),
    optimized("sqs", true, &["sendMessage"], &[]),
    optimized("states", true, &[], &["startExecution"]),
];

/// Whether Step Functions calls the service's action, and can wait for it in this way.
fn is_supported(service: &str, action: &str, integration: Integration) -> bool {
    // Any action of any service, but nothing is known of jobs.
    if service.starts_with("aws-sdk:") {
        return matches!(integration, Integration::RequestResponse | Integration::WaitForTaskToken);
    }
    let Some(known) = OPTIMIZED.iter().find(|known| known.service == service) else { return false };
    let job = known.jobs.contains(&action);
    match integration {
        _ if !job && !known.calls.contains(&action) => false,
        Integration::RequestResponse => true,
        Integration::Sync => job,
        Integration::Sync2 => job && service == "states",
        Integration::WaitForTaskToken => known.callback,
    }
}

impl fmt::Display for Integration {
    /// The suffix as it stands in a `Resource`, with its dot; nothing for request-response.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Integration::RequestResponse => "",
            Integration::Sync => ".sync",
            Integration::Sync2 => ".sync:2",
            Integration::WaitForTaskToken => TOKEN_SUFFIX,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn there_are_as_many_optimized_services_as_aws_has() {
        assert_eq!(OPTIMIZED.len(), 21);
        assert!(OPTIMIZED.is_sorted_by_key(|known| known.service));
    }

    #[test]
    fn forms() {
        let service = |service: &str, action: &str, integration| Resource::Service {
            service: service.into(),
            action: action.into(),
            integration,
        };
        let plugin =
            |reference: &str, integration| Resource::Plugin { reference: reference.into(), integration };
        let cases = [
            ("plugin:echo", plugin("echo", Integration::RequestResponse)),
            ("plugin:echo@1.2", plugin("echo@1.2", Integration::RequestResponse)),
            ("plugin:echo.waitForTaskToken", plugin("echo", Integration::WaitForTaskToken)),
            ("plugin:echo@1.2.waitForTaskToken", plugin("echo@1.2", Integration::WaitForTaskToken)),
            ("plugin:echo.sync", plugin("echo", Integration::Sync)),
            ("plugin:echo@1.2.sync", plugin("echo@1.2", Integration::Sync)),
            ("arn:aws:lambda:us-east-1:000000000000:function:f", Resource::Lambda { function: "f".into() }),
            (
                "arn:aws:lambda:us-east-1:000000000000:function:f:live",
                Resource::Lambda { function: "f".into() },
            ),
            ("arn:aws:states:us-east-1:000000000000:activity:a", Resource::Activity { name: "a".into() }),
            ("arn:aws:states:::lambda:invoke", service("lambda", "invoke", Integration::RequestResponse)),
            (
                "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                service("sqs", "sendMessage", Integration::WaitForTaskToken),
            ),
            (
                "arn:aws:states:::states:startExecution.sync:2",
                service("states", "startExecution", Integration::Sync2),
            ),
            ("arn:aws:states:::ecs:runTask.sync", service("ecs", "runTask", Integration::Sync)),
            (
                "arn:aws:states:::aws-sdk:s3:getObject",
                service("aws-sdk:s3", "getObject", Integration::RequestResponse),
            ),
        ];
        for (text, want) in cases {
            assert_eq!(Resource::parse(text).unwrap(), want, "{text}");
        }
        for text in [
            "",
            "plugin:",
            "plugin:@1",
            "plugin:.waitForTaskToken",
            "plugin:.sync",
            "arn:aws:states:::lambda",
            "arn:aws:s3:::bucket",
            "lambda",
            "plugin:a b",
            "arn:aws:states:::dynamodb:query",
            "arn:aws:states:::dynamodb:getItem.sync",
            "arn:aws:states:::glue:startJobRun.waitForTaskToken",
            "arn:aws:states:::glue:startJobRun.sync:2",
            "arn:aws:states:::codebuild:stopBuild.sync",
            "arn:aws:states:::http:invoke.waitForTaskToken",
            "arn:aws:states:::aws-sdk:glue:startJobRun.sync",
        ] {
            assert!(Resource::parse(text).is_err(), "{text}");
        }
    }
}

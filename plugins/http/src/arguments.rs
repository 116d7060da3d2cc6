//! What a state passes in `Parameters` or `Arguments`.

use dirigent_plugin::Failure;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::{encoding::Transform, wrong};

/// The methods of HTTP Tasks.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];

/// The fields of an HTTP Task.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Arguments {
    pub(crate) api_endpoint: String,
    method: String,
    authentication: Option<Through>,
    invocation_config: Option<Through>,
    pub(crate) headers: Option<Value>,
    pub(crate) query_parameters: Option<Value>,
    #[serde(default)]
    pub(crate) transform: Transform,
    /// As text, so that the order of its members and the form of its numbers stay.
    pub(crate) request_body: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Through {
    connection_arn: String,
}

impl Arguments {
    /// The method.
    pub(crate) fn method(&self) -> Result<&str, Failure> {
        let known = METHODS.contains(&self.method.as_str());
        let why =
            || wrong(format!("`{}` is not a Method of an HTTP Task: {}", self.method, METHODS.join(", ")));
        if known { Ok(&self.method) } else { Err(why()) }
    }

    /// The name of the connection: of `arn:aws:events:REGION:ACCOUNT:connection/NAME/ID` the part that says which one of the
    /// host's configuration it is. A name alone does too.
    pub(crate) fn connection(&self) -> Result<&str, Failure> {
        let arn = match (&self.authentication, &self.invocation_config) {
            (Some(through), None) | (None, Some(through)) => through.connection_arn.as_str(),
            _ => {
                return Err(wrong(
                    "an HTTP Task has a ConnectionArn in either `InvocationConfig` or `Authentication`",
                ));
            }
        };
        let name = match arn.strip_prefix("arn:") {
            None => arn,
            Some(rest) => rest
                .splitn(5, ':')
                .nth(4)
                .and_then(|resource| resource.strip_prefix("connection/"))
                .and_then(|names| names.split('/').next())
                .unwrap_or_default(),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) {
            let form = "arn:aws:events:REGION:ACCOUNT:connection/NAME/ID";
            return Err(wrong(format!("`{arn}` is not the ARN of a connection, such as {form}")));
        }
        Ok(name)
    }
}

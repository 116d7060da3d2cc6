//! `arn:aws:states:::http:invoke`, as the Step Functions developer guide has it ("Call HTTPS APIs"): calls an HTTP API through
//! a connection, whose credentials the host adds on the way out.

mod answer;
mod arguments;
mod encoding;
mod headers;
mod query;

use std::time::Duration;

use dirigent_plugin::{Context, Failure, http, plugin};

use answer::Answer;
use arguments::Arguments;

/// The host's header that names a request's connection (`wit/world.wit`).
const CONNECTION: &str = "Dirigent-Connection";
/// Bytes of a response that AWS takes: `Range: bytes=0-262144`.
const RESPONSE_BYTES: usize = 262_145;
/// AWS waits 60 s. The host adds the times for connecting and for the first byte, so each is half of that.
const HALF_TIME: Duration = Duration::from_secs(30);
/// The error name of a request that got no response.
const SOCKET: &str = "States.Http.Socket";
/// The error name of what cannot work, however often it is tried.
const RUNTIME: &str = "States.Runtime";
/// The error name of a response that is too large.
const TOO_LARGE: &str = "States.DataLimitExceeded";

plugin!(run);

fn run(context: &Context, arguments: Arguments) -> Result<Answer, Failure> {
    let region = context.execution_arn.split(':').nth(3).unwrap_or_default().to_owned();
    let response = request(&region, &arguments)?.send().map_err(|error| match error {
        http::Error::TooLarge { .. } => Failure::new(TOO_LARGE, error.to_string()),
        http::Error::Failed { .. } => Failure::new(SOCKET, error.to_string()),
        other => wrong(other.to_string()),
    })?;
    answer::read(&response)
}

/// What goes to the host: all but what the connection adds.
fn request(region: &str, arguments: &Arguments) -> Result<http::Request, Failure> {
    let url = query::with_parameters(&arguments.api_endpoint, arguments.query_parameters.as_ref())?;
    let mut request = http::Request::new(arguments.method()?, url);
    for (name, value) in headers::read(arguments.headers.as_ref())? {
        request.headers.add(name, value);
    }
    request = request
        .header("User-Agent", format!("Amazon|StepFunctions|HttpInvoke|{region}"))
        .header("Range", format!("bytes=0-{}", RESPONSE_BYTES - 1))
        .header(CONNECTION, arguments.connection()?)
        .timeout(HALF_TIME)
        .max_response(RESPONSE_BYTES);
    if let Some(body) = &arguments.request_body {
        request.body = encoding::body(body, &arguments.transform)?.into_bytes();
        if request.headers.get("Content-Type").is_none() {
            request.headers.add("Content-Type", "application/json; charset=UTF-8");
        }
    }
    Ok(request)
}

/// The failure of a task that is wrong as it stands.
fn wrong(cause: impl Into<String>) -> Failure {
    Failure::new(RUNTIME, cause)
}

#[cfg(test)]
mod tests;

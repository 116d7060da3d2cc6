//! Requests to other services, through the host: `http::Request::post(url).json(&order)?.send()?`.
//!
//! ```no_run
//! use dirigent_plugin::{Failure, http};
//!
//! fn charge(amount: u64, key: &str) -> Result<String, Failure> {
//!     let response = http::Request::post("https://pay.example.com/v1/charges")
//!         .header("Idempotency-Key", key)
//!         .json(&serde_json::json!({ "amount": amount }))?
//!         .send()?;
//!     match response.status {
//!         200 | 201 => Ok(response.json()?),
//!         402 => Err(Failure::new("Payment.Declined", response.text())),
//!         status => Err(Failure::new("Payment.Failed", format!("the service answered {status}"))),
//!     }
//! }
//! ```
//!
//! Where requests may go is what `plugin.toml` asks for under `[asks] http` and the host's operator allows. A request
//! beyond that ends the task with `Plugin.CapabilityDenied`: there is no error to handle. Credentials are the host's
//! business (a *connection*): it adds them on the way out, and no plugin sees them. The host follows no redirects.
//!
//! Times: the host has limits of its own for each request, and the task has one for all it does;
//! [`Request::timeout`] lowers the first. Sizes: [`MAX_RESPONSE`] bounds a response's body, and the host bounds
//! both bodies as well.
//!
//! Off wasm no request goes anywhere: `testing::answer_http` says what comes back.

mod error;
mod headers;
mod request;
mod response;
mod url;
#[cfg(target_arch = "wasm32")]
mod wire;

pub use error::Error;
pub use headers::Headers;
pub use request::Request;
pub use response::Response;

/// Bytes of a response's body that are taken unless [`Request::max_response`] says otherwise: 16 MiB.
pub const MAX_RESPONSE: usize = 16 << 20;

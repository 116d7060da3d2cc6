//! Write a Dirigent task plugin: a function from an input to an output, or to a named error.
//!
//! ```
//! use dirigent_plugin::{Context, Failure, log, plugin};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Deserialize)]
//! struct Order {
//!     price: u64,
//!     quantity: u64,
//! }
//!
//! #[derive(Serialize)]
//! struct Priced {
//!     total: u64,
//! }
//!
//! fn run(ctx: &Context, order: Order) -> Result<Priced, Failure> {
//!     log::info!("pricing for {}", ctx.execution_name);
//!     let total = order.price.checked_mul(order.quantity);
//!     Ok(Priced { total: total.ok_or_else(|| Failure::new("Order.TooLarge", "the total overflows"))? })
//! }
//!
//! plugin!(run);
//!
//! # fn main() {
//! // The function is an ordinary one, so a test on any target calls it:
//! let priced = run(&Context::for_test("Price"), Order { price: 3, quantity: 4 });
//! assert_eq!(priced.map(|p| p.total).ok(), Some(12));
//! # }
//! ```
//!
//! `Cargo.toml` needs `crate-type = ["cdylib"]`, and the build targets `wasm32-unknown-unknown` with the linker
//! `wasm-component-ld`: cargo's output is then the component, ready for `registry/<name>/<version>/plugin.wasm`.
//!
//! What the host guarantees and limits is written in the contract, the WIT package `dirigent:task`.

// The generated bindings name this crate by its absolute path, also from within.
extern crate self as dirigent_plugin;

// The clock and randomness have to come from here: on this target the standard library has neither.
pub mod clock;
pub mod config;
mod context;
mod failure;
#[doc(hidden)]
pub mod guest;
#[cfg(all(target_arch = "wasm32", feature = "heap"))]
mod heap;
mod host;
pub mod http;
pub mod job;
pub mod journal;
pub mod keyvalue;
pub mod log;
pub mod random;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use context::Context;
pub use failure::Failure;
pub use host::{heartbeat, progress};
pub use serde_json;

/// Export a function as this component's task: `plugin!(run)`.
///
/// The function is `fn(&Context, I) -> Result<O, E>` where `I` can be deserialised, `O` serialised, and `E` turned into
/// a [`Failure`]. An input that does not fit `I` is the failure `Plugin.InvalidInput`, with the place and serde's message.
/// A panic is written to the task's log with its place, and ends the task with `Plugin.Trapped`.
///
/// On any other target than wasm the macro only checks the function's type.
#[macro_export]
macro_rules! plugin {
    ($run:path) => {
        const _: () = {
            // Natively nothing calls it, and it is there for its type alone.
            #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
            struct Plugin;

            impl $crate::guest::Task for Plugin {
                fn run(context: $crate::Context, input: String) -> Result<String, $crate::Failure> {
                    $crate::guest::run(&context, &input, $run)
                }
            }

            #[cfg(target_arch = "wasm32")]
    $crate::guest::bindings::export!(Plugin with_types_in $crate::guest::bindings);
        };
    };
}

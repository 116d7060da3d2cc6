//! What wasmtime makes of the contract: the part of `wit/` that this host serves.
//!
//! The worlds in `wit/world.wit` say what a plugin may be. This one says what this host links and calls: a component
//! that exports `job` as well, or imports more, loads all the same.
#![allow(missing_docs, unreachable_pub, clippy::all)]

wasmtime::component::bindgen!({
    path: "../../wit",
    inline: "
        package dirigent:runtime;

        world plugin {
            import dirigent:task/host@1.0.0;
            export dirigent:task/handler@1.0.0;
        }
    ",
    world: "dirigent:runtime/plugin",
    imports: { default: trappable },
    exports: { default: async },
    ownership: Borrowing { duplicate_if_necessary: true },
});

pub(crate) use dirigent::task::{host, types};

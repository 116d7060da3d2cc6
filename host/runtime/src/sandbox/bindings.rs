//! What wasmtime makes of the contract: the part of `wit/` that this host serves.
//!
//! The worlds in `wit/world.wit` say what a plugin may be. This one says what this host links and calls: a component
//! that exports one of the two interfaces, or imports more, loads all the same.
#![allow(missing_docs, unreachable_pub, clippy::all)]

wasmtime::component::bindgen!({
    path: "../../wit",
    inline: "
        package dirigent:runtime;

        world plugin {
            import dirigent:task/host@1.0.0;
            import dirigent:task/journal@1.0.0;
            import wasi:keyvalue/store@0.2.0-draft;
            import wasi:keyvalue/atomics@0.2.0-draft;
            import wasi:config/store@0.2.0-rc.1;
            export dirigent:task/handler@1.0.0;
            export dirigent:task/job@1.0.0;
        }
    ",
    world: "dirigent:runtime/plugin",
    imports: {
        "dirigent:task/journal@1.0.0": async | trappable,
        "wasi:keyvalue/store@0.2.0-draft": async | trappable,
        "wasi:keyvalue/atomics@0.2.0-draft": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: {
        "wasi:keyvalue/store.bucket": crate::capabilities::Bucket,
    },
    ownership: Borrowing { duplicate_if_necessary: true },
});

/// The handler of a component that waits inside.
pub(crate) mod waiting {
    wasmtime::component::bindgen!({
        path: ["../../wit", "../../wit/wasi-0.3"],
        inline: "
            package dirigent:runtime;

            world waiting {
                export dirigent:task-async/handler@1.0.0;
            }
        ",
        world: "dirigent:runtime/waiting",
    });
    pub(crate) use self::{dirigent::task::types, exports::dirigent::task_async::handler};
}

pub(crate) use dirigent::task::{host, journal, types};
pub(crate) use exports::dirigent::task::{handler, job};
pub(crate) use wasi::{
    config::store as config,
    keyvalue::{atomics, store as keyvalue},
};

//! Components written by hand, for what no compiler writes.

/// The parts of a component in text form. What a case does not say is an honest task that answers `null`.
///
/// A task's 22 flat parameters are too many, so `run` takes the address of them, and returns the address of a
/// `result<string, failure>`: a byte that is 0 for an answer, and from the fourth byte on the string's address and length.
pub(super) struct Text {
    /// Module with `memory` and `realloc`. Apart from the rest, since what is lowered needs them first.
    pub(super) libc: &'static str,
    /// Imports of the component, and what is lowered of them.
    pub(super) outer: &'static str,
    /// What the module `core` gets as the instance `host`.
    pub(super) host: &'static str,
    /// Fields of the module with `run`.
    pub(super) core: &'static str,
    /// The allocator of `run`.
    pub(super) realloc: &'static str,
    /// More options of the lift.
    pub(super) lift: &'static str,
}

/// Bytes 0 to 8191 are the cases' own.
const LIBC: &str = r#"
    (memory (export "memory") 2)
    (global $next (mut i32) (i32.const 8192))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
"#;

/// Fields for cases that are over before `run`.
pub(super) const HONEST: &str = r#"
    (func (export "run") (param i32) (result i32) (call $null))
"#;

impl Default for Text {
    fn default() -> Self {
        Self {
            libc: LIBC,
            outer: "",
            host: "",
            core: HONEST,
            realloc: "(core func $libc \"realloc\")",
            lift: "",
        }
    }
}

impl Text {
    /// The component's bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let Self { libc, outer, host, core, realloc, lift } = self;
        let text = format!(
            r#"
            (component
              (import "dirigent:task/types@1.0.0" (instance $types
                (type $c (record
                  (field "execution-arn" string) (field "execution-name" string)
                  (field "state-machine-arn" string) (field "state-machine-name" string)
                  (field "state-name" string) (field "resource" string) (field "attempt" u32)
                  (field "idempotency-key" string) (field "task-token" (option string))
                  (field "deadline" (option u64)) (field "host-version" string)))
                (export "context" (type (eq $c)))
                (type $f (record (field "error" string) (field "cause" string)))
                (export "failure" (type (eq $f)))))
              (alias export $types "context" (type $context))
              (alias export $types "failure" (type $failure))
              (core module $libc-module {libc})
              (core instance $libc (instantiate $libc-module))
              {outer}
              (core module $module
                (import "libc" "memory" (memory $memory 0))
                (import "libc" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
                {core}
                (data (i32.const 16) "null")
                (func $answer (param i32 i32) (result i32)
                  (i32.store (i32.const 0) (i32.const 0))
                  (i32.store (i32.const 4) (local.get 0))
                  (i32.store (i32.const 8) (local.get 1))
                  (i32.const 0))
                (func $null (result i32) (call $answer (i32.const 16) (i32.const 4))))
              (core instance $host {host})
              (core instance $instance (instantiate $module
                (with "libc" (instance $libc)) (with "host" (instance $host))))
              (func $run (param "context" $context) (param "input" string)
                (result (result string (error $failure)))
                (canon lift (core func $instance "run")
                  (memory (core memory $libc "memory")) (realloc {realloc}) {lift}))
              (instance $handler (export "run" (func $run)))
              (export "dirigent:task/handler@1.0.0" (instance $handler)))
            "#
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// A component whose `run` does this and then answers `null`.
pub(super) fn running(body: &str) -> Vec<u8> {
    with_core(&format!("(func (export \"run\") (param i32) (result i32) {body} (call $null))"))
}

/// A component of these fields.
pub(super) fn with_core(core: &str) -> Vec<u8> {
    // A test's text may live as long as the test.
    Text { core: String::leak(core.to_owned()), ..Text::default() }.bytes()
}

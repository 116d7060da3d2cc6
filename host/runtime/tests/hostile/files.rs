//! Files that are no plugin, or that cost more to compile than any plugin does. They are found broken, and cost nobody a call.

use dirigent_runtime::error_names;

use super::{
    all_are_stopped, case,
    text::{HONEST, Text, running, with_core},
};
use crate::support::component;

const NO_COMPONENT: &[&str] = &["not a WebAssembly component"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_plugins() {
    let echo = component("echo");
    let half = echo[..echo.len() / 2].to_vec();
    let mut flipped = echo.clone();
    for byte in flipped.iter_mut().skip(200).step_by(97) {
        *byte ^= 0x55;
    }
    let wat = |text: &str| wat::parse_str(text).unwrap();
    all_are_stopped(vec![
        case("empty", Vec::new(), error_names::BROKEN, NO_COMPONENT),
        case("zeros", vec![0; 1 << 20], error_names::BROKEN, NO_COMPONENT),
        case("truncated", half, error_names::BROKEN, NO_COMPONENT),
        case("damaged", flipped, error_names::BROKEN, NO_COMPONENT),
        case("module", wat("(module (func (export \"run\")))"), error_names::BROKEN, NO_COMPONENT),
        case("no-exports", wat("(component)"), error_names::BROKEN, &["exports nothing"]),
        // Types are compared when an instance is made.
        case("wrong-shape", wat(WRONG_SHAPE), error_names::TRAPPED, &["expected 2-tuple, found 0-tuple"]),
        case("wrong-import", wrong_import(), error_names::BROKEN, &["dirigent:task/host@1.0.0"]),
        case(
            "unknown-import",
            unknown_import(),
            error_names::CAPABILITY_DENIED,
            &["called evil:kernel/memory@1.0.0#read", "does not offer"],
        ),
        case(
            "raw-socket",
            Text { outer: SOCKET, host: "(export \"make\" (func $make))", core: MAKE, ..Text::default() }
                .bytes(),
            error_names::CAPABILITY_DENIED,
            &["wasi:sockets/raw@0.2.12#make"],
        ),
    ])
    .await;
}

const WRONG_SHAPE: &str = r#"
    (component
      (core module $m (func (export "run") (result i32) (i32.const 1)))
      (core instance $i (instantiate $m))
      (func $run (result u32) (canon lift (core func $i "run")))
      (instance $handler (export "run" (func $run)))
      (export "dirigent:task/handler@1.0.0" (instance $handler)))
"#;

fn wrong_import() -> Vec<u8> {
    let outer = r#"
        (import "dirigent:task/host@1.0.0" (instance $host-import
          (export "heartbeat" (func (param "often" u64) (result u64)))))
        (core func $beat (canon lower (func $host-import "heartbeat")))
    "#;
    Text { outer, host: "(export \"beat\" (func $beat))", ..Text::default() }.bytes()
}

fn unknown_import() -> Vec<u8> {
    let outer = r#"
        (import "evil:kernel/memory@1.0.0" (instance $evil (export "read" (func (param "at" u64) (result u64)))))
        (core func $read (canon lower (func $evil "read")))
    "#;
    let core = r#"
        (import "host" "read" (func $read (param i64) (result i64)))
        (func (export "run") (param i32) (result i32) (drop (call $read (i64.const 0))) (call $null))
    "#;
    Text { outer, host: "(export \"read\" (func $read))", core, ..Text::default() }.bytes()
}

const SOCKET: &str = r#"
    (import "wasi:sockets/raw@0.2.12" (instance $raw (export "make" (func (result u32)))))
    (core func $make (canon lower (func $raw "make")))
"#;

const MAKE: &str = r#"
    (import "host" "make" (func $make (result i32)))
    (func (export "run") (param i32) (result i32) (drop (call $make)) (call $null))
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_a_host_compiles() {
    let function = |body: &str| with_core(&format!("{HONEST} (func {body})"));
    // What is live over all loops has a value of its own in each of them.
    let values =
        format!("(local {}) {} {}", "i64 ".repeat(20_000), "loop ".repeat(5_000), "end ".repeat(5_000));
    all_are_stopped(vec![
        case(
            "many-locals",
            function(&format!("(local {})", "i64 ".repeat(50_001))),
            error_names::BROKEN,
            &["too many locals"],
        ),
        case("long-function", function(&"nop ".repeat(3 << 20)), error_names::BROKEN, &["bytes of code"]),
        case(
            "many-functions",
            with_core(&format!("{HONEST} {}", "(func)".repeat(300_000))),
            error_names::BROKEN,
            &["functions"],
        ),
        case(
            "jump-table",
            running(&format!("(block $b (br_table {} (i32.const 0)))", "$b ".repeat(2 << 20))),
            error_names::BROKEN,
            &["bytes of code"],
        ),
        case("locals-and-blocks", function(&values), error_names::BROKEN, &["20000 locals and 5000 blocks"]),
        // What is in another component and not used is no work.
        case("nested-components", nested_components(), error_names::BROKEN, &["exports nothing"]),
        case("many-types", many_types(), error_names::BROKEN, NO_COMPONENT),
        case("large-file", large_file(), error_names::BROKEN, &["bytes", "at most"]),
    ])
    .await;
}

fn many_types() -> Vec<u8> {
    let types: String = (0..1_100_000).map(|_| "(type u8)").collect();
    wat::parse_str(format!("(component {types})")).unwrap()
}

fn nested_components() -> Vec<u8> {
    // Preamble of a component, and the section that holds one (component model, Binary.md).
    let empty = b"\0asm\x0d\0\x01\0".to_vec();
    (0..5_000).fold(empty.clone(), |inner, _| [empty.clone(), section(4, &inner)].concat())
}

/// An honest component with a custom section that nobody needs.
fn large_file() -> Vec<u8> {
    let mut contents = vec![1, b'x'];
    contents.resize(130 << 20, 0);
    [Text::default().bytes(), section(0, &contents)].concat()
}

/// A section: its number, its size in LEB128, and its contents.
fn section(id: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![id];
    let mut left = contents.len();
    while left >= 0x80 {
        bytes.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
    bytes.extend_from_slice(contents);
    bytes
}

//! Attacks with what the host hands out: forged and dropped handles, floods of them, and calls that wait or ask for too much.

use std::time::Duration;

use dirigent_runtime::{Fuel, LimitOverrides, error_names};
use serde_json::json;

use super::{Case, all_are_stopped, case, limits, text::Text};
use crate::support::component;

/// A component that does this in `run`, and has pollables, the clock, randomness and standard output.
fn holding(body: &str) -> Vec<u8> {
    let core = format!(
        r#"
        (import "host" "ready" (func $ready (param i32) (result i32)))
        (import "host" "block" (func $block (param i32)))
        (import "host" "poll" (func $poll (param i32 i32 i32)))
        (import "host" "drop-pollable" (func $drop-pollable (param i32)))
        (import "host" "now" (func $now (result i64)))
        (import "host" "subscribe" (func $subscribe (param i64) (result i32)))
        (import "host" "random" (func $random (param i64 i32)))
        (import "host" "stdout" (func $stdout (result i32)))
        (import "host" "check-write" (func $check-write (param i32 i32)))
        (import "host" "write" (func $write (param i32 i32 i32 i32)))
        (import "host" "watch-stream" (func $watch-stream (param i32) (result i32)))
        (import "host" "drop-stream" (func $drop-stream (param i32)))
        (func (export "run") (param i32) (result i32) (local $h i32) {body} (call $null))
        "#
    );
    Text { outer: WASI, host: WASI_EXPORTS, core: String::leak(core), ..Text::default() }.bytes()
}

const WASI: &str = r#"
    (import "wasi:io/poll@0.2.12" (instance $poll
      (export "pollable" (type $pollable (sub resource)))
      (export "[method]pollable.ready" (func (param "self" (borrow $pollable)) (result bool)))
      (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
      (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
    (alias export $poll "pollable" (type $pollable))
    (import "wasi:io/error@0.2.12" (instance $error (export "error" (type (sub resource)))))
    (alias export $error "error" (type $io-error))
    (import "wasi:io/streams@0.2.12" (instance $streams
      (alias outer 1 $pollable (type $p))
      (export "pollable" (type $pollable (eq $p)))
      (alias outer 1 $io-error (type $e))
      (export "error" (type $error (eq $e)))
      (type $se (variant (case "last-operation-failed" (own $error)) (case "closed")))
      (export "stream-error" (type $stream-error (eq $se)))
      (export "output-stream" (type $stream (sub resource)))
      (export "[method]output-stream.check-write"
        (func (param "self" (borrow $stream)) (result (result u64 (error $stream-error)))))
      (export "[method]output-stream.write"
        (func (param "self" (borrow $stream)) (param "contents" (list u8)) (result (result (error $stream-error)))))
      (export "[method]output-stream.subscribe" (func (param "self" (borrow $stream)) (result (own $pollable))))))
    (alias export $streams "output-stream" (type $stream))
    (import "wasi:cli/stdout@0.2.12" (instance $cli
      (alias outer 1 $stream (type $s))
      (export "output-stream" (type $stream (eq $s)))
      (export "get-stdout" (func (result (own $stream))))))
    (import "wasi:clocks/monotonic-clock@0.2.12" (instance $clock
      (alias outer 1 $pollable (type $p))
      (export "pollable" (type $pollable (eq $p)))
      (export "now" (func (result u64)))
      (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
    (import "wasi:random/random@0.2.12" (instance $random
      (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
    (core func $ready (canon lower (func $poll "[method]pollable.ready")))
    (core func $block (canon lower (func $poll "[method]pollable.block")))
    (core func $poll-list (canon lower (func $poll "poll") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core func $drop-pollable (canon resource.drop $pollable))
    (core func $now (canon lower (func $clock "now")))
    (core func $subscribe (canon lower (func $clock "subscribe-duration")))
    (core func $random-bytes
      (canon lower (func $random "get-random-bytes") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core func $stdout (canon lower (func $cli "get-stdout")))
    (core func $check-write
      (canon lower (func $streams "[method]output-stream.check-write") (memory (core memory $libc "memory"))))
    (core func $write (canon lower (func $streams "[method]output-stream.write") (memory (core memory $libc "memory"))))
    (core func $watch-stream (canon lower (func $streams "[method]output-stream.subscribe")))
    (core func $drop-stream (canon resource.drop $stream))
"#;

const WASI_EXPORTS: &str = r#"
    (export "ready" (func $ready)) (export "block" (func $block)) (export "poll" (func $poll-list))
    (export "drop-pollable" (func $drop-pollable)) (export "now" (func $now))
    (export "subscribe" (func $subscribe)) (export "random" (func $random-bytes))
    (export "stdout" (func $stdout)) (export "check-write" (func $check-write)) (export "write" (func $write))
    (export "watch-stream" (func $watch-stream)) (export "drop-stream" (func $drop-stream))
"#;

/// A pollable in `$h` that is ready in an hour.
const POLLABLE: &str = "(local.set $h (call $subscribe (i64.const 3600000000000)))";

fn after_pollable(body: &str) -> Vec<u8> {
    holding(&format!("{POLLABLE} {body}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handles() {
    let unknown: &[&str] = &["unknown handle index"];
    all_are_stopped(vec![
        case("handle-zero", holding("(call $block (i32.const 0))"), error_names::TRAPPED, unknown),
        case("handle-forged", holding("(drop (call $ready (i32.const 77)))"), error_names::TRAPPED, unknown),
        case("handle-largest", holding("(call $block (i32.const -1))"), error_names::TRAPPED, unknown),
        case(
            "handle-after-drop",
            after_pollable("(call $drop-pollable (local.get $h)) (drop (call $ready (local.get $h)))"),
            error_names::TRAPPED,
            unknown,
        ),
        case(
            "handle-dropped-twice",
            after_pollable("(call $drop-pollable (local.get $h)) (call $drop-pollable (local.get $h))"),
            error_names::TRAPPED,
            unknown,
        ),
        case(
            "handle-dropped-forged",
            holding("(call $drop-stream (i32.const -1))"),
            error_names::TRAPPED,
            unknown,
        ),
        case(
            "handle-of-another-type",
            holding("(drop (call $ready (call $stdout)))"),
            error_names::TRAPPED,
            &["handle index", "wrong type"],
        ),
        case(
            "handle-dropped-as-another",
            after_pollable("(call $drop-stream (local.get $h))"),
            error_names::TRAPPED,
            &["handle index", "wrong type"],
        ),
        case(
            "parent-dropped-first",
            holding(
                "(local.set $h (call $stdout)) (drop (call $watch-stream (local.get $h)))
                 (call $drop-stream (local.get $h))",
            ),
            error_names::TRAPPED,
            &["children"],
        ),
        case(
            "poll-nothing",
            holding("(call $poll (i32.const 64) (i32.const 0) (i32.const 96))"),
            error_names::TRAPPED,
            &["empty"],
        ),
        case(
            "poll-beyond",
            holding("(call $poll (i32.const 0) (i32.const 1000000) (i32.const 96))"),
            error_names::TRAPPED,
            &["out of bounds"],
        ),
        // A list of handles that are all 0.
        case(
            "poll-forged",
            holding("(call $poll (i32.const 64) (i32.const 1000) (i32.const 96))"),
            error_names::TRAPPED,
            unknown,
        ),
        case(
            "write-at-once",
            holding(
                "(drop (memory.grow (i32.const 64)))
                 (call $write (call $stdout) (i32.const 0) (i32.const 0x200000) (i32.const 64))",
            ),
            error_names::OUTPUT_TOO_LARGE,
            &["more than 1MiB in one go"],
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_and_waits() {
    let brief = LimitOverrides { time: Some(Duration::from_millis(300)), ..limits() };
    // A call of the host costs a hundred times more than an instruction.
    let little = LimitOverrides { fuel: Some(Fuel(50_000)), ..limits() };
    let late: &[&str] = &["stopped after 300ms"];
    let flood = |body: &str| holding(&format!("(loop $l {body} (br $l))"));
    all_are_stopped(vec![
        case("pollable-flood", flood("(drop (call $subscribe (i64.const 1)))"), error_names::TRAPPED, &["table"]),
        case("stream-flood", flood("(drop (call $stdout))"), error_names::TRAPPED, &["table"]),
        case("random-at-once", holding("(call $random (i64.const 0x100000000) (i32.const 64))"), error_names::TRAPPED, &["random"]),
        case("random-flood", flood("(call $random (i64.const 65536) (i32.const 64))"), error_names::TRAPPED, &["end of memory"]),
        Case {
            limits: little,
            ..case("clock-flood", flood("(drop (call $now))"), error_names::OUT_OF_FUEL, &[])
        },
        Case {
            limits: brief,
            ..case("sleep", holding("(call $block (call $subscribe (i64.const -1)))"), error_names::TIMEOUT, late)
        },
        Case {
            limits: brief,
            ..case(
                "poll-without-end",
                after_pollable(
                    "(i32.store (i32.const 64) (local.get $h))
                     (call $poll (i32.const 64) (i32.const 1) (i32.const 96))",
                ),
                error_names::TIMEOUT,
                late,
            )
        },
        Case {
            limits: brief,
            ..case(
                "sleep-in-turns",
                flood("(local.set $h (call $subscribe (i64.const 1000))) (call $block (local.get $h)) (call $drop-pollable (local.get $h))"),
                error_names::TIMEOUT,
                late,
            )
        },
        Case { limits: little, ..case(
            "output-flood",
            flood(
                "(call $check-write (if (result i32) (local.get $h) (then (local.get $h))
                   (else (local.tee $h (call $stdout)))) (i32.const 64))
                 (call $write (local.get $h) (i32.const 0) (i32.const 4096) (i32.const 64))",
            ),
            error_names::OUT_OF_FUEL,
            &[],
        ) },
        Case { input: json!({ "exit": 0 }), ..case("exit", component("probe"), error_names::TRAPPED, &["exit code 0"]) },
        Case { input: json!({ "exit": 1 }), ..case("exit-badly", component("probe"), error_names::TRAPPED, &["exit code 1"]) },
    ])
    .await;
}

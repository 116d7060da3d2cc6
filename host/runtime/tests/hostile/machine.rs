//! Attacks on the machine: its time, its stack, its memories and its tables.

use dirigent_runtime::{LimitOverrides, error_names};

use super::{
    Case, all_are_stopped, case, limits,
    text::{HONEST, Text, running, with_core},
};

const EXHAUSTED: &[&str] = &["call stack exhausted"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stack_and_time() {
    all_are_stopped(vec![
        case(
            "loop",
            running("(loop $l (br $l))"),
            error_names::OUT_OF_FUEL,
            &["used all of its 100000000 units"],
        ),
        case(
            "start-loop",
            with_core(&format!("{HONEST} (func $s (loop $l (br $l))) (start $s)")),
            error_names::OUT_OF_FUEL,
            &["used all of its 100000000 units"],
        ),
        case(
            "start-trap",
            with_core(&format!("{HONEST} (func $s unreachable) (start $s)")),
            error_names::TRAPPED,
            &["`unreachable` instruction"],
        ),
        case(
            "recursion",
            with_core("(func $r (export \"run\") (param i32) (result i32) (call $r (local.get 0)))"),
            error_names::TRAPPED,
            EXHAUSTED,
        ),
        case("indirect-recursion", with_core(INDIRECT), error_names::TRAPPED, EXHAUSTED),
        // A frame of 80 KB: few calls are enough, and each reaches far beyond the last.
        case("wide-frames", wide_frames(), error_names::TRAPPED, EXHAUSTED),
        // A bulk instruction costs the fuel of all that it does.
        case(
            "bulk-fill",
            running("(loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 131072)) (br $l))"),
            error_names::OUT_OF_FUEL,
            &[],
        ),
        case(
            "divide",
            running("(drop (i32.div_u (i32.const 1) (i32.const 0)))"),
            error_names::TRAPPED,
            &["divide by zero"],
        ),
        case(
            "convert",
            running("(drop (i32.trunc_f64_u (f64.const nan)))"),
            error_names::TRAPPED,
            &["invalid conversion to integer"],
        ),
    ])
    .await;
}

const INDIRECT: &str = r#"
    (type $t (func (param i32) (result i32)))
    (table 1 funcref)
    (elem (i32.const 0) $r)
    (func $r (export "run") (type $t) (call_indirect (type $t) (local.get 0) (i32.const 0)))
"#;

fn wide_frames() -> Vec<u8> {
    let count = 10_000;
    let locals = "i64 ".repeat(count);
    // All are alive across the call, so that none can be left out.
    let set: String =
        (1..=count).map(|n| format!("(local.set {n} (i64.load offset={} (i32.const 0)))", 8 * n)).collect();
    let sum: String =
        (1..=count).map(|n| format!("(local.set 1 (i64.add (local.get 1) (local.get {n})))")).collect();
    with_core(&format!(
        "(func $r (export \"run\") (param i32) (result i32) (local {locals}) {set}
           (drop (call $r (local.get 0))) {sum} (i32.wrap_i64 (local.get 1)))"
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memories_and_tables() {
    let refused: &[&str] = &["may have 8MiB", "limits.memory in plugin.toml"];
    all_are_stopped(vec![
        case(
            "grow-and-trap",
            running("(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable"),
            error_names::OUT_OF_MEMORY,
            refused,
        ),
        case(
            "grow-for-ever",
            running("(loop $l (drop (memory.grow (i32.const 1))) (br $l))"),
            error_names::OUT_OF_FUEL,
            &[],
        ),
        case(
            "grow-at-once",
            running("(i32.store (i32.mul (memory.grow (i32.const 65534)) (i32.const 1)) (i32.const 1))"),
            error_names::OUT_OF_MEMORY,
            refused,
        ),
        case(
            "first-memory",
            with_core(&format!("(memory 200) {HONEST}")),
            error_names::OUT_OF_MEMORY,
            refused,
        ),
        // Each is small, and all together are not.
        case(
            "memories-of-parts",
            Text { outer: FOUR_MEMORIES, ..Text::default() }.bytes(),
            error_names::OUT_OF_MEMORY,
            refused,
        ),
        case(
            "many-memories",
            with_core(&format!("{} {HONEST}", "(memory 1)".repeat(20))),
            error_names::BROKEN,
            &["memories"],
        ),
        case(
            "first-table",
            with_core(&format!("(table 10000000 funcref) {HONEST}")),
            error_names::BROKEN,
            &["table"],
        ),
        case(
            "many-tables",
            with_core(&format!("{} {HONEST}", "(table 1 funcref)".repeat(100))),
            error_names::BROKEN,
            &["tables"],
        ),
        case("grow-table", with_core(GROW_TABLE), error_names::TRAPPED, &["`unreachable` instruction"]),
        case("fill-table", with_core(FILL_TABLE), error_names::TRAPPED, &["out of bounds table access"]),
        case("call-nothing", with_core(CALL_NOTHING), error_names::TRAPPED, &["uninitialized element"]),
        case(
            "read-beyond",
            running("(drop (i64.load offset=4294967295 (i32.const -1)))"),
            error_names::TRAPPED,
            &["out of bounds memory access"],
        ),
        case(
            "copy-beyond",
            running("(memory.copy (i32.const 0) (i32.const 131000) (i32.const 1000))"),
            error_names::TRAPPED,
            &["out of bounds memory access"],
        ),
        case(
            "data-beyond",
            with_core(&format!("(data (i32.const 131071) \"ab\") {HONEST}")),
            error_names::TRAPPED,
            &["out of bounds memory access"],
        ),
        case("shared-memory", with_core(&format!("(memory 1 1 shared) {HONEST}")), error_names::BROKEN, &[]),
        Case {
            limits: LimitOverrides { memory: Some(dirigent_runtime::ByteSize::kib(64)), ..limits() },
            ..case(
                "no-room-for-the-first",
                Text::default().bytes(),
                error_names::OUT_OF_MEMORY,
                &["may have 64KiB"],
            )
        },
    ])
    .await;
}

const FOUR_MEMORIES: &str = r#"
    (core module $part (memory 60))
    (core instance (instantiate $part)) (core instance (instantiate $part))
    (core instance (instantiate $part)) (core instance (instantiate $part))
"#;

/// Grows until it is refused.
const GROW_TABLE: &str = r#"
    (table $t 1 funcref)
    (func (export "run") (param i32) (result i32)
      (loop $l (br_if $l (i32.ne (table.grow $t (ref.null func) (i32.const 4096)) (i32.const -1))))
      unreachable)
"#;

const FILL_TABLE: &str = r#"
    (table $t 10 funcref)
    (func (export "run") (param i32) (result i32)
      (table.fill $t (i32.const 5) (ref.null func) (i32.const 6))
      (call $null))
"#;

const CALL_NOTHING: &str = r#"
    (type $t (func))
    (table $t 10 funcref)
    (func (export "run") (param i32) (result i32)
      (call_indirect $t (type $t) (i32.const 3))
      (call $null))
"#;

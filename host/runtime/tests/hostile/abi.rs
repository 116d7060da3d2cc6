//! Attacks on the boundary: strings, addresses and allocators that are not what they say.

use dirigent_runtime::error_names;

use super::{
    all_are_stopped, case,
    text::{Text, running},
};

/// A component whose memory and allocator are these.
fn with_libc(realloc: &'static str) -> Vec<u8> {
    let libc = format!(
        "(memory (export \"memory\") 2) (func (export \"realloc\") (param i32 i32 i32 i32) (result i32) {realloc})"
    );
    Text { libc: String::leak(libc), ..Text::default() }.bytes()
}

/// A component that does this in `run`, and has the host's log: level, address, length.
fn logging(body: &str) -> Vec<u8> {
    let core = format!(
        r#"
        (import "host" "log" (func $log (param i32 i32 i32)))
        (data (i32.const 64) "\ff\fe\fd")
        (func (export "run") (param i32) (result i32) {body} (call $null))
        "#
    );
    Text { outer: LOG, host: "(export \"log\" (func $log))", core: String::leak(core), ..Text::default() }
        .bytes()
}

/// The host's log, lowered.
const LOG: &str = r#"
    (import "dirigent:task/host@1.0.0" (instance $host-import
      (type $l (enum "trace" "debug" "info" "warn" "error"))
      (export "level" (type $level (eq $l)))
      (export "log" (func (param "level" $level) (param "message" string)))))
    (core func $log (canon lower (func $host-import "log") (memory (core memory $libc "memory"))))
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers() {
    let answer =
        |at: &str, len: &str| running(&format!("(return (call $answer (i32.const {at}) (i32.const {len})))"));
    all_are_stopped(vec![
        case("answer-beyond", answer("131070", "100"), error_names::TRAPPED, &["out of bounds"]),
        case("answer-wraps", answer("-16", "32"), error_names::TRAPPED, &["out of bounds"]),
        case("answer-of-4-gib", answer("0", "-1"), error_names::TRAPPED, &["out of bounds"]),
        case(
            "answer-no-text",
            running("(i32.store (i32.const 64) (i32.const 0xfffefdfc)) (return (call $answer (i32.const 64) (i32.const 4)))"),
            error_names::TRAPPED,
            &["utf-8"],
        ),
        case("answer-no-json", answer("16", "3"), error_names::INVALID_OUTPUT, &["not JSON", "nul"]),
        case(
            "answer-deep",
            // 100,000 times `[`.
            running(
                "(memory.fill (i32.const 8192) (i32.const 91) (i32.const 100000))
                 (return (call $answer (i32.const 8192) (i32.const 100000)))",
            ),
            error_names::INVALID_OUTPUT,
            &["not JSON", "EOF while parsing a list"],
        ),
        case("result-beyond", running("(return (i32.const 131068))"), error_names::TRAPPED, &["out of bounds"]),
        case("result-unaligned", running("(return (i32.const 3))"), error_names::TRAPPED, &["not aligned"]),
        case(
            "result-of-no-case",
            running("(i32.store8 (i32.const 32) (i32.const 7)) (return (i32.const 32))"),
            error_names::TRAPPED,
            &["discriminant"],
        ),
        case(
            "failure-beyond",
            // An error whose name is there and whose cause is not.
            running(
                "(i32.store (i32.const 32) (i32.const 1)) (i32.store (i32.const 36) (i32.const 16))
                 (i32.store (i32.const 40) (i32.const 4)) (i32.store (i32.const 44) (i32.const -4))
                 (i32.store (i32.const 48) (i32.const 4)) (return (i32.const 32))",
            ),
            error_names::TRAPPED,
            &["out of bounds"],
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allocators_and_arguments() {
    let post_return = |body: &str| {
        let core = format!(
            "(func (export \"run\") (param i32) (result i32) (call $null)) (func (export \"after\") (param i32) {body})"
        );
        let lift = "(post-return (core func $instance \"after\"))";
        Text { core: String::leak(core), lift, ..Text::default() }.bytes()
    };
    // The allocator is the main module's here, and calls the host while the host calls it.
    let leaving = Text {
        outer: LOG,
        host: "(export \"log\" (func $log))",
        core: r#"
            (import "host" "log" (func $log (param i32 i32 i32)))
            (func (export "allocate") (param i32 i32 i32 i32) (result i32)
              (call $log (i32.const 0) (i32.const 16) (i32.const 4)) (i32.const 8192))
            (func (export "run") (param i32) (result i32) (call $null))
        "#,
        realloc: "(core func $instance \"allocate\")",
        ..Text::default()
    };
    all_are_stopped(vec![
        case(
            "realloc-beyond",
            with_libc("(i32.const 131064)"),
            error_names::TRAPPED,
            &["beyond end of memory"],
        ),
        case("realloc-wild", with_libc("(i32.const -8)"), error_names::TRAPPED, &["beyond end of memory"]),
        case("realloc-unaligned", with_libc("(i32.const 8193)"), error_names::TRAPPED, &["not aligned"]),
        case("realloc-trap", with_libc("unreachable"), error_names::TRAPPED, &["`unreachable` instruction"]),
        case("realloc-loop", with_libc("(loop $l (br $l)) unreachable"), error_names::OUT_OF_FUEL, &[]),
        case(
            "realloc-grow",
            with_libc(
                "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable",
            ),
            error_names::OUT_OF_MEMORY,
            &["may have 8MiB"],
        ),
        case("realloc-leaves", leaving.bytes(), error_names::TRAPPED, &["cannot leave component instance"]),
        case(
            "post-return-trap",
            post_return("unreachable"),
            error_names::TRAPPED,
            &["`unreachable` instruction"],
        ),
        case("post-return-loop", post_return("(loop $l (br $l))"), error_names::OUT_OF_FUEL, &[]),
        case(
            "log-beyond",
            logging("(call $log (i32.const 0) (i32.const 131070) (i32.const 100))"),
            error_names::TRAPPED,
            &["out of bounds"],
        ),
        case(
            "log-no-text",
            logging("(call $log (i32.const 0) (i32.const 64) (i32.const 3))"),
            error_names::TRAPPED,
            &["utf-8"],
        ),
        case(
            "log-no-level",
            logging("(call $log (i32.const 99) (i32.const 16) (i32.const 4))"),
            error_names::TRAPPED,
            &["discriminant"],
        ),
        case(
            "log-at-once",
            logging(
                "(drop (memory.grow (i32.const 64)))
                 (call $log (i32.const 0) (i32.const 0) (i32.const 0x200000))",
            ),
            error_names::OUTPUT_TOO_LARGE,
            &["more than 1MiB in one go"],
        ),
        case(
            "log-flood",
            logging("(loop $l (call $log (i32.const 0) (i32.const 16) (i32.const 4)) (br $l))"),
            error_names::OUT_OF_HOST_CALLS,
            &["more than 10000 calls of host functions"],
        ),
    ])
    .await;
}

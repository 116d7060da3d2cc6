//! Every way a guest can misbehave is a named error, and nobody else notices.

use std::time::Duration;

use dirigent_runtime::{ByteSize, Call, Fuel, LimitOverrides, LogLevel, error_names};
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

use crate::support::{House, call, call_digest, context, output};

struct Case {
    input: Value,
    limits: LimitOverrides,
    time: Option<Duration>,
    error: &'static str,
    /// Texts that the cause has to contain.
    cause: &'static [&'static str],
}

fn case(input: Value, error: &'static str, cause: &'static [&'static str]) -> Case {
    Case { input, limits: LimitOverrides::default(), time: None, error, cause }
}

fn cases() -> Vec<Case> {
    let fuel = |fuel| LimitOverrides { fuel: Some(Fuel(fuel)), ..LimitOverrides::default() };
    let memory = |size| LimitOverrides { memory: Some(size), ..LimitOverrides::default() };
    vec![
        Case {
            limits: fuel(50_000_000),
            ..case(
                json!({"do": "loop"}),
                error_names::OUT_OF_FUEL,
                &[
                    "plugin hostile@1.0.0 used all of its 50000000 units",
                    "limits.fuel in plugin.toml",
                    "Called: ",
                ],
            )
        },
        Case {
            time: Some(Duration::from_millis(50)),
            ..case(
                json!({"do": "loop"}),
                error_names::TIMEOUT,
                &["plugin hostile@1.0.0 was stopped after 50ms", "limits.time in plugin.toml"],
            )
        },
        Case {
            time: Some(Duration::from_millis(50)),
            ..case(
                json!({"do": "spin", "milliseconds": 600_000}),
                error_names::TIMEOUT,
                &["stopped after 50ms"],
            )
        },
        case(
            json!({"do": "recurse"}),
            error_names::TRAPPED,
            &["plugin hostile@1.0.0 trapped: ", "hostile::recurse <"],
        ),
        Case {
            limits: memory(ByteSize::mib(8)),
            ..case(
                json!({"do": "allocate"}),
                error_names::OUT_OF_MEMORY,
                &["may have 8MiB", "limits.memory in plugin.toml"],
            )
        },
        case(
            json!({"do": "panic", "message": "no order"}),
            error_names::TRAPPED,
            &[
                "`unreachable` instruction",
                "Its last error was: panicked at ",
                "lib.rs:",
                "no order",
                "Called: ",
            ],
        ),
        case(json!({"do": "trap"}), error_names::TRAPPED, &["`unreachable` instruction"]),
        case(json!({"do": "out-of-bounds"}), error_names::TRAPPED, &["out of bounds memory access"]),
        Case {
            limits: LimitOverrides { output: Some(ByteSize::kib(64)), ..LimitOverrides::default() },
            ..case(
                json!({"do": "huge", "bytes": 100_000}),
                error_names::OUTPUT_TOO_LARGE,
                &["answered with 100002 bytes", "limit is 64KiB", "limits.output in plugin.toml"],
            )
        },
        // So much that the host does not even take it.
        Case {
            limits: LimitOverrides { output: Some(ByteSize::kib(64)), ..LimitOverrides::default() },
            ..case(
                json!({"do": "huge", "bytes": 20_000_000}),
                error_names::OUTPUT_TOO_LARGE,
                &["more than 64KiB in one go"],
            )
        },
        Case {
            limits: LimitOverrides { host_calls: Some(1_000), ..LimitOverrides::default() },
            ..case(
                json!({"do": "log", "lines": 1_000_000, "bytes": 10}),
                error_names::OUT_OF_HOST_CALLS,
                &["more than 1000 calls of host functions"],
            )
        },
        case(
            json!({"do": "text", "text": "not JSON"}),
            error_names::INVALID_OUTPUT,
            &["not JSON (expected ident"],
        ),
        case(json!({"do": "text", "text": "{} {}"}), error_names::INVALID_OUTPUT, &["trailing characters"]),
        case(json!({"do": "text", "text": ""}), error_names::INVALID_OUTPUT, &["EOF"]),
        case(
            json!({"do": "fail", "error": "Payment.Declined", "cause": "no funds"}),
            "Payment.Declined",
            &["no funds"],
        ),
        case(
            json!({"do": "what"}),
            "Plugin.InvalidInput",
            &["the input does not fit", "unknown variant `what`"],
        ),
        case(json!({"do": "grow", "bytes": "many"}), "Plugin.InvalidInput", &["invalid type: string"]),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_misbehaviour_has_its_error_and_harms_nobody() {
    let house = House::with(&["echo", "hostile"]);
    let runtime = house.open().await;
    let hostile = runtime.resolve("plugin:hostile").unwrap();
    for case in cases() {
        let bad = Call {
            limits: case.limits,
            time_limit: case.time,
            ..Call::new(context("plugin:hostile"), case.input.to_string())
        };
        let well_behaved = async {
            for n in 0..20 {
                let answer = call(&runtime, "plugin:echo", json!({ "n": n })).await;
                assert_eq!(output(&answer), json!({ "n": n }), "beside {}", case.input);
            }
        };
        let (outcome, ()) = tokio::join!(call_digest(&runtime, hostile, bad), well_behaved);
        let failure = outcome.result.expect_err(&case.input.to_string());
        assert_eq!(failure.error, case.error, "{}: {failure}", case.input);
        for expected in case.cause {
            assert!(failure.cause.contains(expected), "{}: `{expected}` is not in {failure}", case.input);
        }
        assert!(failure.cause.len() < 4_000, "{}: {failure}", case.input);
    }
}

#[tokio::test]
async fn refused_memory_is_an_answer_that_a_guest_can_live_with() {
    let house = House::with(&["hostile"]);
    let runtime = house.open().await;
    for (bytes, granted) in [(1 << 20, true), (300 << 20, false)] {
        let outcome = call(&runtime, "plugin:hostile", json!({"do": "grow", "bytes": bytes})).await;
        assert_eq!(output(&outcome), json!({ "granted": granted }));
        assert_eq!(outcome.metering.peak_memory > (1 << 20), granted, "{:?}", outcome.metering);
    }
}

#[tokio::test]
async fn what_a_call_used_is_metered() {
    let house = House::with(&["echo", "hostile"]);
    let runtime = house.open().await;
    let input = json!({"text": "x".repeat(1000)});
    let echo = call(&runtime, "plugin:echo", input.clone()).await;
    assert_eq!(output(&echo), input);
    let used = echo.metering;
    assert_eq!((used.input_bytes, used.output_bytes, used.host_calls), (1011, 1011, 0));
    assert!((1_000..1_000_000).contains(&used.fuel), "{used:?}");
    assert!((64 << 10..4 << 20).contains(&used.peak_memory), "{used:?}");
    assert!(!used.cpu.is_zero() && used.cpu <= used.wall, "{used:?}");
    // The same work costs the same, whoever else runs.
    assert_eq!(call(&runtime, "plugin:echo", input).await.metering.fuel, used.fuel);

    let logging = call(&runtime, "plugin:hostile", json!({"do": "log", "lines": 3, "bytes": 2})).await;
    assert_eq!(logging.metering.host_calls, 3);
    let fuel = LimitOverrides { fuel: Some(Fuel(1_000_000)), ..LimitOverrides::default() };
    let endless =
        Call { limits: fuel, ..Call::new(context("plugin:hostile"), json!({"do": "loop"}).to_string()) };
    let endless = call_digest(&runtime, runtime.resolve("plugin:hostile").unwrap(), endless).await;
    assert_eq!(endless.metering.fuel, 1_000_000);
}

#[tokio::test]
async fn the_log_is_bounded() {
    let mut house = House::with(&["hostile"]);
    house.config.limits.log.lines = 3;
    house.config.limits.log.line = ByteSize(10);
    let runtime = house.open().await;
    let outcome = call(&runtime, "plugin:hostile", json!({"do": "log", "lines": 10_000, "bytes": 20})).await;
    assert_eq!(output(&outcome), json!(10_000));
    let lines: Vec<_> = outcome.logs.iter().map(|line| (line.level, line.message.as_str())).collect();
    let expected = [
        (LogLevel::Info, "0 yyyyy…"),
        (LogLevel::Info, "1 yyyyy…"),
        (LogLevel::Info, "2 yyyyy…"),
        (LogLevel::Warn, "9997 more lines were dropped (limit: 3)"),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_guest_learns_its_context_the_time_and_randomness() {
    let house = House::with(&["hostile"]);
    let runtime = house.open().await;
    let mut seen = output(&call(&runtime, "plugin:hostile", json!({"do": "look"})).await);
    let now = seen["now"].take().as_u64().unwrap();
    assert!(now > 1_700_000_000_000, "{now}");
    let random = seen["random"].take();
    assert_ne!(random[0], random[1]);
    let expected = json!({
        "execution": "arn:aws:states:us-east-1:123456789012:execution:order:one",
        "executionName": "one",
        "stateMachine": "arn:aws:states:us-east-1:123456789012:stateMachine:order",
        "stateMachineName": "order",
        "state": "Charge",
        "resource": "plugin:hostile",
        "attempt": 2,
        "idempotencyKey": "one:Charge:1",
        "taskToken": "token",
        "deadline": 1_900_000_000_000_u64,
        "hostVersion": env!("CARGO_PKG_VERSION"),
        "now": null,
        "random": null,
        "bytes": 16,
    });
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn every_call_has_a_fresh_instance() {
    let house = House::with(&["hostile"]);
    let runtime = house.open().await;
    for _ in 0..3 {
        assert_eq!(output(&call(&runtime, "plugin:hostile", json!({"do": "count"})).await), json!(1));
    }
}

#[tokio::test]
async fn heartbeats_and_progress_arrive_joined() {
    let house = House::with(&["hostile"]);
    let runtime = house.open().await;
    let (heartbeat, mut heartbeats) = unbounded_channel();
    let (progress, mut reports) = unbounded_channel();
    let call = Call {
        heartbeat: Some(heartbeat),
        progress: Some(progress),
        ..Call::new(context("plugin:hostile"), json!({"do": "heartbeat", "times": 10_000}).to_string())
    };
    let outcome = call_digest(&runtime, runtime.resolve("plugin:hostile").unwrap(), call).await;
    assert_eq!(output(&outcome), json!(10_000));
    let first = reports.recv().await.unwrap();
    assert_eq!((first.done, first.total, first.message.as_str()), (1, Some(10_000), "beating"));
    // One at once, then at most one in a tenth of a second.
    let mut beats = 0;
    while heartbeats.recv().await.is_some() {
        beats += 1;
    }
    let most = 1 + outcome.metering.wall.as_millis() / 100;
    assert!((1..=most).contains(&beats), "{beats} in {:?}", outcome.metering.wall);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_a_call_frees_its_place() {
    let mut house = House::with(&["echo", "hostile"]);
    house.config.max_concurrent_calls = 2;
    let runtime = house.open().await;
    let hostile = runtime.resolve("plugin:hostile").unwrap();
    for _ in 0..4 {
        let (heartbeat, mut started) = unbounded_channel();
        let theirs = runtime.clone();
        let endless = tokio::spawn(async move {
            let input = json!({"do": "beat-and-loop"}).to_string();
            let call = Call { heartbeat: Some(heartbeat), ..Call::new(context("plugin:hostile"), input) };
            theirs.call(hostile, call).await
        });
        started.recv().await.expect("a heartbeat");
        endless.abort();
        assert!(endless.await.unwrap_err().is_cancelled());
    }
    let all = (0..8).map(|n| {
        let runtime = runtime.clone();
        tokio::spawn(async move { output(&call(&runtime, "plugin:echo", json!(n)).await) })
    });
    for (n, answer) in all.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(answer.await.unwrap(), json!(n));
    }
}

//! Does what the Python functions did that AWS's recordings were made with. For the conformance suite.
//!
//! One component is all of them: the suite installs a copy for each function, and writes into each copy which one it is
//! (see [`BEHAVIOUR`]). The input cannot say so, as an echo returns it, and neither can the resource, as
//! `lambda:invoke` is the same for all functions.

mod python;

use std::time::Duration;

use dirigent_plugin::{Context, Failure, guest, random};

/// Which function this copy is: the name of a behaviour, filled up with dots. The suite looks for the bytes that begin
/// with `behaviour=` in the component's data and writes over them.
static BEHAVIOUR: [u8; 64] = *b"behaviour=echo..................................................";

fn behaviour() -> String {
    // SAFETY: a read of a static of the same type. It is volatile as the bytes are changed after the compiler saw them.
    let bytes = unsafe { std::ptr::read_volatile(&raw const BEHAVIOUR) };
    let text = String::from_utf8_lossy(&bytes);
    text.trim_start_matches("behaviour=").trim_end_matches('.').to_owned()
}

fn run(behaviour: &str, event: &str) -> Result<String, Failure> {
    match behaviour {
        "echo" => Ok(python::dumps(event)),
        "sleep-60s-then-echo" => {
            sleep(Duration::from_secs(60));
            Ok(python::dumps(event))
        }
        "return-hello-world" => Ok(r#"{"Return": "HelloWorld"}"#.to_owned()),
        "return-bytes-hello" => Ok(r#""HelloWorld!""#.to_owned()),
        "return-257-KiB-of-a-bytes" => Ok(format!("\"{}\"", "a".repeat(257 * 1024 - 2))),
        "raise-exception" => {
            let message = "Some exception was raised.";
            Err(python::raised(
                "Exception",
                message,
                2,
                &format!("raise Exception(\"{message}\")"),
                random_id(),
            ))
        }
        "raise-custom-exception" => {
            Err(python::raised("CustomException", "", 9, "raise CustomException()", random_id()))
        }
        other => Err(Failure::new("UnknownBehaviour", format!("there is no behaviour `{other}`"))),
    }
}

/// Waits in the host, which takes neither fuel nor a core.
fn sleep(time: Duration) {
    #[cfg(target_arch = "wasm32")]
    wasip2::clocks::monotonic_clock::subscribe_duration(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
        .block();
    #[cfg(not(target_arch = "wasm32"))]
    std::thread::sleep(time);
}

/// A request's id: a random UUID (RFC 9562, version 4).
fn random_id() -> String {
    let high = (random::u64() & !0xf000) | 0x4000;
    let low = (random::u64() & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

// Not `plugin!`, which writes the output as serde does, where Python has spaces.
struct Plugin;

impl guest::Task for Plugin {
    fn run(_: Context, input: String) -> Result<String, Failure> {
        run(&behaviour(), &input)
    }
}

guest::bindings::export!(Plugin with_types_in guest::bindings);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_behaviours_return() {
        for (behaviour, event, output) in [
            ("echo", r#"{"a":[1,2.0,"x, y: z"]}"#, r#"{"a": [1, 2.0, "x, y: z"]}"#),
            ("return-hello-world", "{}", r#"{"Return": "HelloWorld"}"#),
            ("return-bytes-hello", "{}", r#""HelloWorld!""#),
        ] {
            assert_eq!(
                run(behaviour, event).map_err(|failure| failure.error),
                Ok(output.to_owned()),
                "{behaviour}"
            );
        }
        assert_eq!(run("return-257-KiB-of-a-bytes", "{}").map(|output| output.len()).ok(), Some(263_168));
        assert_eq!(run("dance", "{}").map_err(|failure| failure.error), Err("UnknownBehaviour".to_owned()));
    }

    #[test]
    fn what_they_raise() {
        let Err(failure) = run("raise-custom-exception", "{}") else { panic!("it does not raise") };
        assert_eq!(failure.error, "CustomException");
        assert!(
            failure
                .cause
                .starts_with(r#"{"errorMessage": "", "errorType": "CustomException", "requestId": ""#)
        );
        let trace = r#""stackTrace": ["  File \"/var/task/handler.py\", line 9, in handler\n    raise CustomException()\n"]}"#;
        assert!(failure.cause.ends_with(trace), "{}", failure.cause);
    }

    #[test]
    fn a_copy_that_nobody_wrote_into_echoes() {
        assert_eq!(behaviour(), "echo");
    }
}

//! Times as people write and read them.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A time of an answer: AWS's seconds since 1970, or RFC 3339.
pub(super) fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(seconds) => {
            // To the millisecond, which is what AWS's wire has.
            Timestamp::from_millisecond((seconds.as_f64()? * 1000.0).round() as i64).ok()
        }
        _ => None,
    }
}

/// RFC 3339 in UTC, for programs.
pub(super) fn utc(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// RFC 3339 in the zone of this machine, for people.
pub(super) fn local(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
}

/// The time of day in the zone of this machine.
pub(super) fn clock(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%H:%M:%S.%3f").to_string()
}

/// How long ago that was, such as `3m ago`; empty for a time that is none.
pub(super) fn ago(value: &Value) -> String {
    let Some(time) = instant(value) else { return String::new() };
    format!("{} ago", coarse(Timestamp::now().duration_since(time)))
}

/// A time with its age, such as `2026-11-23T07:22:01.123+01:00 (3m ago)`.
pub(super) fn with_age(value: &Value) -> String {
    instant(value).map(|time| format!("{} ({})", local(time), ago(value))).unwrap_or_default()
}

/// How long it took from one to the other; empty when one of them is none.
pub(super) fn took(from: &Value, to: &Value) -> String {
    match (instant(from), instant(to)) {
        (Some(from), Some(to)) => fine(to.duration_since(from)),
        _ => String::new(),
    }
}

/// The greatest unit of an age alone: what happened days ago is not looked at by the second.
fn coarse(age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// The two greatest units of a time that something took.
fn fine(took: SignedDuration) -> String {
    let (seconds, ms) = (took.as_secs().max(0), took.as_millis().max(0));
    match seconds {
        0 => format!("{ms}ms"),
        1..60 => format!("{:.1}s", ms as f64 / 1000.0),
        60..3_600 => format!("{}m{}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h{}m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d{}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// A moment that was asked for: RFC 3339, a date or a time without a zone (this machine's is meant), or how long ago,
/// such as `30m`, `2h` or `7d`.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    moment_at(text, Timestamp::now())
}

fn moment_at(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let wrong = || {
        format!(
            "`{text}` is no time: write it like 2026-11-23T07:00:00Z, 2026-11-23, or 30m, 2h, 7d for so long ago"
        )
    };
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let civil = text.parse::<jiff::civil::DateTime>();
    let civil =
        civil.or_else(|_| text.parse::<jiff::civil::Date>().map(|date| date.to_datetime(Default::default())));
    if let Ok(civil) = civil {
        return civil.to_zoned(TimeZone::system()).map(|time| time.timestamp()).map_err(|_| wrong());
    }
    let span = text.parse::<jiff::Span>().ok().filter(|span| !span.is_negative()).ok_or_else(wrong)?;
    let before = now.to_zoned(TimeZone::system()).checked_sub(span).map_err(|_| wrong())?;
    Ok(before.timestamp())
}

/// How long to wait, such as `500ms`, `30s`, `2m` or `1h`.
pub(super) fn span(text: &str) -> Result<std::time::Duration, String> {
    let span = text.parse::<SignedDuration>().ok().and_then(|span| std::time::Duration::try_from(span).ok());
    span.ok_or_else(|| format!("`{text}` is no time to wait: write it like 30s, 2m or 1h"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    #[test]
    fn times_of_answers() {
        for (value, read) in [
            (json!(1.5), Some("1970-01-01T00:00:01.500Z")),
            (json!(1_700_000_000.123), Some("2023-11-14T22:13:20.123Z")),
            (json!("2026-11-23T07:22:01.123Z"), Some("2026-11-23T07:22:01.123Z")),
            (json!("soon"), None),
            (json!(null), None),
        ] {
            assert_eq!(instant(&value).map(utc).as_deref(), read, "{value}");
        }
    }

    #[test]
    fn ages_and_durations() {
        for (ms, age, long) in [
            (0, "0s", "0ms"),
            (999, "0s", "999ms"),
            (1_250, "1s", "1.2s"),
            (59_900, "59s", "59.9s"),
            (192_000, "3m", "3m12s"),
            (7_260_000, "2h", "2h1m"),
            (180_000_000, "2d", "2d2h"),
            (-5, "0s", "0ms"),
        ] {
            let took = SignedDuration::from_millis(ms);
            assert_eq!((coarse(took).as_str(), fine(took).as_str()), (age, long), "{ms}");
        }
    }

    #[test]
    fn moments() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        for (text, read) in [
            ("2026-11-23T07:00:00Z", Some("2026-11-23T07:00:00.000Z")),
            ("2026-11-23T07:00:00+01:00", Some("2026-11-23T06:00:00.000Z")),
            ("30m", Some("2026-11-23T11:30:00.000Z")),
            ("1h30m", Some("2026-11-23T10:30:00.000Z")),
            ("-2h", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(moment_at(text, now).ok().map(utc).as_deref(), read, "{text}");
        }
        // These depend on the zone of the machine.
        let day = moment_at("2026-11-22", now).unwrap();
        assert_eq!(local(day).split('.').next(), Some("2026-11-22T00:00:00"));
        assert!(moment_at("7d", now).unwrap() < now);
    }

    #[test]
    fn waits() {
        for (text, ms) in
            [("500ms", Some(500)), ("30s", Some(30_000)), ("1m30s", Some(90_000)), ("1h", Some(3_600_000))]
        {
            assert_eq!(span(text).ok().map(|span| span.as_millis()), ms, "{text}");
        }
        for text in ["", "30", "orders", "-1s"] {
            assert!(span(text).is_err(), "{text}");
        }
    }
}

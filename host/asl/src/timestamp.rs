//! Timestamps as ASL writes them: RFC 3339, upper-case `T`, an offset or `Z`.

use jiff::Timestamp;

/// Parses a timestamp of the profile that ASL asks for: RFC 3339 with `T` between date and time, and `Z` or a
/// numeric offset. Nothing laxer: a space instead of `T`, or no offset, is refused.
///
/// Source: ASL specification, "Timestamps".
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    // jiff reads wider profiles (a space for `T`, offsets without colon), so the shape is checked first.
    let shape = b"0000-00-00T00:00:00";
    let shaped = bytes.len() > shape.len()
        && shape
            .iter()
            .zip(bytes)
            .all(|(want, got)| if *want == b'0' { got.is_ascii_digit() } else { want == got });
    if !shaped {
        return None;
    }
    let mut rest = &bytes[shape.len()..];
    if let [b'.', fraction @ ..] = rest {
        let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        rest = &fraction[digits..];
    }
    let offset_is_sound = match rest {
        b"Z" => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => [h1, h2, m1, m2].iter().all(|b| b.is_ascii_digit()),
        _ => false,
    };
    if !offset_is_sound {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse_timestamp;

    #[test]
    fn profile() {
        let cases = [
            ("2016-12-05T21:29:29Z", true),
            ("2016-12-05T21:29:29.123456789Z", true),
            ("2016-12-05T21:29:29+02:00", true),
            ("2016-12-05T21:29:29", false),
            ("2016-12-05 21:29:29Z", false),
            ("05-12-2016T21:29:29Z", false),
            ("2016-13-05T21:29:29Z", false),
            ("2016-12-05T25:29:29Z", false),
            ("2016-12-05t21:29:29z", false),
            ("2016-12-05T21:29:29.Z", false),
            ("", false),
        ];
        for (text, sound) in cases {
            assert_eq!(parse_timestamp(text).is_some(), sound, "{text}");
        }
    }
}

//! One JSON text, checked, without white space between its parts.

use serde::de::IgnoredAny;

/// Checks that `text` is one JSON value and drops white space outside strings. Numbers keep all their digits.
pub(crate) fn compact(text: Vec<u8>) -> Result<String, String> {
    let mut text =
        String::from_utf8(text).map_err(|error| format!("it is not UTF-8: {}", error.utf8_error()))?;
    serde_json::from_str::<IgnoredAny>(&text).map_err(|error| format!("it is not JSON: {error}"))?;
    let (mut in_string, mut escaped) = (false, false);
    if text.bytes().any(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')) {
        text.retain(|c| {
            if in_string {
                (in_string, escaped) = (escaped || c != '"', !escaped && c == '\\');
                return true;
            }
            in_string = c == '"';
            !matches!(c, ' ' | '\n' | '\r' | '\t')
        });
    }
    Ok(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::compact;

    #[test]
    fn only_white_space_outside_strings_goes() {
        let cases = [
            ("1", "1"),
            (" [ 1 , 2 ]\r\n", "[1,2]"),
            (r#"{"a b" : "c\" d\\" , "e":" "}"#, r#"{"a b":"c\" d\\","e":" "}"#),
            (r#"{ "ü 名": 1.00000000000000000001 }"#, r#"{"ü 名":1.00000000000000000001}"#),
        ];
        for (text, expected) in cases {
            assert_eq!(compact(text.into()).unwrap(), expected);
        }
        for bad in ["", " ", "{", "[1,]", "1 2", "nul", "{'a':1}", "\"\u{1}\""] {
            assert!(compact(bad.into()).is_err(), "{bad:?}");
        }
        assert!(compact(vec![b'"', 0xff, b'"']).unwrap_err().contains("UTF-8"));
    }
}

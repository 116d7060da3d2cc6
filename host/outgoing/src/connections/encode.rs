//! Texts in queries, forms and other places where not every character may stand.

use std::fmt::Write as _;

/// What may stand everywhere as it is (RFC 3986, section 2.3).
const UNRESERVED: &[u8] = b"-._~";

/// A text in percent-encoding, as fits in a query, in a form and in the parts of basic credentials.
pub(super) fn percent(text: &str) -> String {
    percent_except(text, UNRESERVED)
}

/// A text in percent-encoding, with letters, digits and these characters as they are.
pub(super) fn percent_except(text: &str, plain: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The name of one `name=value` of a query or form, decoded.
pub(super) fn name_of(pair: &str) -> String {
    let name = pair.split('=').next().unwrap_or_default().replace('+', " ");
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A query or form in which these have the given values, whatever they had before.
pub(super) fn with_pairs(before: &str, pairs: &[(&str, &str)]) -> String {
    let kept = before.split('&').filter(|pair| !pair.is_empty());
    let kept = kept.filter(|pair| {
        let name = name_of(pair);
        !pairs.iter().any(|(set, _)| *set == name)
    });
    let set = pairs.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value)));
    kept.map(str::to_owned).chain(set).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_replaced_and_added() {
        for (before, after) in [
            ("", "key=a%26b%20c"),
            ("x=1&key=guest&y=2", "x=1&y=2&key=a%26b%20c"),
            ("k%65y=guest&key&key=", "key=a%26b%20c"),
            ("Key=1&%zz=%&=", "Key=1&%zz=%&=&key=a%26b%20c"),
        ] {
            assert_eq!(with_pairs(before, &[("key", "a&b c")]), after, "{before}");
        }
    }
}

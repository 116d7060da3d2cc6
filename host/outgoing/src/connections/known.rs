//! The secrets that were handed out, in every form in which a server may honestly send them back, so that they can be taken
//! out of what comes in.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    fmt,
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use memchr::memmem;
use parking_lot::Mutex;
use zeroize::Zeroizing;

use super::encode;

/// What stands where a secret stood.
const REMOVED: &[u8] = b"***";
/// Values that are remembered of one secret: the one in use, and those before it that answers under way may still hold.
const VALUES: usize = 4;

/// The secrets that this process has looked up or was given as tokens.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<String, VecDeque<Forms>>>);

struct Forms {
    text: Zeroizing<String>,
    /// The longest first, so that no part of one is left over.
    forms: Vec<Zeroizing<Vec<u8>>>,
}

impl Known {
    /// Remember the value of the secret at this place of the configuration.
    pub(super) fn note(&self, place: &str, text: &str) {
        let mut known = self.0.lock();
        let values = known.entry(place.to_owned()).or_default();
        if values.back().is_some_and(|last| *last.text == text) {
            return;
        }
        values.retain(|value| *value.text != text);
        if values.len() >= VALUES {
            values.pop_front();
        }
        values.push_back(Forms { text: Zeroizing::new(text.to_owned()), forms: forms(text) });
    }

    /// Take all known secrets out of these bytes. Says whether there were any.
    pub(super) fn scrub(&self, bytes: &mut Vec<u8>) -> bool {
        let known = self.0.lock();
        let mut forms: Vec<&[u8]> =
            known.values().flatten().flat_map(|value| &value.forms).map(|form| form.as_slice()).collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let mut found = false;
        for form in forms {
            found |= remove(bytes, form);
        }
        found
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known")
    }
}

fn remove(bytes: &mut Vec<u8>, form: &[u8]) -> bool {
    let finder = memmem::Finder::new(form);
    let Some(first) = finder.find(bytes) else { return false };
    let mut out = Vec::with_capacity(bytes.len());
    let (mut done, mut next) = (0, Some(first));
    while let Some(at) = next {
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(REMOVED);
        done = at + form.len();
        next = finder.find(&bytes[done..]).map(|offset| done + offset);
    }
    out.extend_from_slice(&bytes[done..]);
    *bytes = out;
    true
}

/// A secret as it is, as part of JSON, of queries and forms as the usual encoders write them, and of a longer text in base64 or
/// hexadecimal digits.
fn forms(text: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let mut forms = BTreeSet::from([text.to_owned(), hex(text), hex(text).to_uppercase()]);
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
    forms.insert(quoted.replace('/', "\\/"));
    forms.insert(html_safe_json(&quoted, |code| format!("\\u{code:04x}")));
    forms.insert(html_safe_json(&quoted, |code| format!("\\u{code:04X}")));
    forms.insert(quoted);
    // RFC 3986; JavaScript's encodeURIComponent; Python's quote; forms of browsers (WHATWG URL).
    for plain in [b"-._~".as_slice(), b"-_.!~*'()", b"-._~/", b"*-._"] {
        let encoded = encode::percent_except(text, plain);
        for encoded in [encoded.replace("%20", "+"), encoded] {
            forms.insert(lower_hex(&encoded));
            forms.insert(encoded);
        }
    }
    for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        forms.insert(engine.encode(text));
        forms.extend((0..3).map(|before| inside_base64(&engine, text, before)));
    }
    forms.into_iter().map(|form| Zeroizing::new(form.into_bytes())).collect()
}

/// What a text is in the base64 of a longer one, where this many bytes (modulo three) come before it: the characters that
/// depend on nothing else.
fn inside_base64(engine: &impl base64::Engine, text: &str, before: usize) -> String {
    let mut padded = Zeroizing::new(vec![0; before]);
    padded.extend_from_slice(text.as_bytes());
    let encoded = Zeroizing::new(engine.encode(&*padded));
    encoded[(before * 8).div_ceil(6)..padded.len() * 8 / 6].to_owned()
}

/// JSON as encoders write it that keep HTML out of it.
fn html_safe_json(quoted: &str, escape: impl Fn(u32) -> String) -> String {
    let mut out = String::with_capacity(quoted.len());
    for c in quoted.chars() {
        if matches!(c, '<' | '>' | '&' | '\'') {
            out.push_str(&escape(u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Percent-encoding with digits in lower case.
fn lower_hex(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(part.len().min(2));
        out.push('%');
        out.push_str(&digits.to_ascii_lowercase());
        out.push_str(rest);
    }
    out
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    const SECRET: &str = r#"s3 cr?et/"&>\~é"#;

    fn known(secret: &str) -> Known {
        let known = Known::default();
        known.note("place", secret);
        known
    }

    fn scrubbed(known: &Known, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        known.scrub(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_servers_send_back() {
        let secret = SECRET.trim_end_matches('é');
        let known = known(secret);
        let json = serde_json::to_string(secret).unwrap();
        for (text, expected) in [
            (format!("<{secret}>{secret}{secret}"), "<***>******".to_owned()),
            (format!("{{\"header\":{json}}}"), "{\"header\":\"***\"}".to_owned()),
            ("?key=s3%20cr%3Fet%2F%22%26%3E%5C~&x".to_owned(), "?key=***&x".to_owned()),
            ("?key=s3%20cr%3fet%2f%22%26%3e%5c~&x".to_owned(), "?key=***&x".to_owned()),
            ("key=s3+cr%3Fet%2F%22%26%3E%5C%7E".to_owned(), "key=***".to_owned()),
            (r#""s3 cr?et\/\"&>\\~""#.to_owned(), "\"***\"".to_owned()),
            ("\"s3 cr?et/\\\"\\u0026\\u003e\\\\~\"".to_owned(), "\"***\"".to_owned()),
            (hex(secret), "***".to_owned()),
            ("nothing of it".to_owned(), "nothing of it".to_owned()),
        ] {
            assert_eq!(scrubbed(&known, &text), expected, "{text}");
        }
    }

    #[test]
    fn wherever_it_stands_in_base64() {
        let secret = "correct-horse?>battery";
        let known = known(secret);
        for before in ["", "u", "us", "user:", "a longer name:"] {
            for after in ["", "x", "xy"] {
                for engine in [STANDARD, URL_SAFE] {
                    let text = engine.encode(format!("{before}{secret}{after}"));
                    let left = scrubbed(&known, &text);
                    let inner = &text[text.len() / 2 - 4..text.len() / 2 + 4];
                    assert!(left.contains("***") && !left.contains(inner), "{before}…{after}: {left}");
                }
            }
        }
    }

    #[test]
    fn a_rotated_secret_stays_known_for_a_while() {
        let known = Known::default();
        for number in 0..6 {
            known.note("place", &format!("secret-{number}"));
        }
        known.note("other", "elsewhere");
        let text = "secret-0 secret-1 secret-2 secret-5 elsewhere";
        assert_eq!(scrubbed(&known, text), "secret-0 secret-1 *** *** ***");
    }
}

//! The text that a signature is about. Source: AWS IAM User Guide, "Create a signed AWS API request", steps 1 to 3.

use axum::http::HeaderMap;
use sha2::{Digest, Sha256};

/// The canonical request of `POST /` without a query, which every action of the JSON protocol is: the signed headers in the
/// order in which the caller names them, and the body's digest. `None` when one of these headers is not there or no text.
pub(super) fn request(headers: &HeaderMap, signed: &str, body: &[u8]) -> Option<String> {
    let mut text = String::from("POST\n/\n\n");
    for name in signed.split(';') {
        let mut values = headers.get_all(name).iter().peekable();
        values.peek()?;
        text.push_str(name);
        text.push(':');
        let mut first = true;
        for value in values {
            if !std::mem::take(&mut first) {
                text.push(',');
            }
            push_trimmed(&mut text, value.to_str().ok()?);
        }
        text.push('\n');
    }
    text.push('\n');
    text.push_str(signed);
    text.push('\n');
    text.push_str(&hex_digest(body));
    Some(text)
}

/// The text that the signature is made of.
pub(super) fn string_to_sign(date: &str, scope: &str, request: &str) -> String {
    format!("{ALGORITHM}\n{date}\n{scope}\n{}", hex_digest(request.as_bytes()))
}

/// The only algorithm there is here.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Without spaces around it, and one space for several.
fn push_trimmed(text: &mut String, value: &str) {
    let mut words = value.split(' ').filter(|word| !word.is_empty());
    text.push_str(words.next().unwrap_or_default());
    for word in words {
        text.push(' ');
        text.push_str(word);
    }
}

fn hex_digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

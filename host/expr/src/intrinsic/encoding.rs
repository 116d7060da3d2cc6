//! Base64 and hashes.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use md5::Md5;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::Answer;

/// Characters that Base64 and hash functions take (AWS developer guide, "Intrinsic functions").
const MAX_CHARACTERS: usize = 10_000;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(super) fn base64_encode(text: &str) -> Answer {
    check_length(text)?;
    Ok(Value::String(STANDARD.encode(text)))
}

/// Decodes MIME's Base64, in which characters outside of the alphabet (line breaks above all) do not count. Bytes that
/// are no UTF-8 become U+FFFD.
pub(super) fn base64_decode(text: &str) -> Answer {
    check_length(text)?;
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let digits: Vec<u8> = text.bytes().filter(is_digit).collect();
    let bytes = LENIENT.decode(digits).map_err(|error| format!("'{text}' is not Base64: {error}"))?;
    Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The hash of a string's UTF-8, or of the JSON text of any other value, in lower-case hex.
pub(crate) fn hash(data: &Value, algorithm: &str) -> Answer {
    let text = match data {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    check_length(&text)?;
    let digest = match algorithm {
        "MD5" => hex::encode(Md5::digest(text)),
        "SHA-1" => hex::encode(Sha1::digest(text)),
        "SHA-256" => hex::encode(Sha256::digest(text)),
        "SHA-384" => hex::encode(Sha384::digest(text)),
        "SHA-512" => hex::encode(Sha512::digest(text)),
        other => return Err(format!("'{other}' is none of MD5, SHA-1, SHA-256, SHA-384, SHA-512")),
    };
    Ok(Value::String(digest))
}

fn check_length(text: &str) -> Result<(), String> {
    // Counted as Java counts, in UTF-16 units.
    let length = text.encode_utf16().count();
    if length > MAX_CHARACTERS {
        return Err(format!("The text has {length} characters, and at most {MAX_CHARACTERS} are allowed"));
    }
    Ok(())
}

//! `nextToken`: where the next page begins.
//!
//! A token is signed with the host's secret, together with the list that it belongs to: so one list's token is refused by
//! another, and one that was made up by all. It holds no state of the host's but that, and so it outlives a restart.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dirigent_engine::Engine;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::error::ApiError;

/// First byte of a token; another form gets another one.
const VERSION: u8 = 2;

/// Bytes of the signature that a token has.
const SIGNATURE: usize = 16;

/// A token for `list` (the action and what it was asked for) at `place`.
pub(crate) fn write(engine: &Engine, list: &str, place: &str) -> String {
    sign(engine.secret(), list, place)
}

/// The place that a token of `list` names.
///
/// # Errors
/// `InvalidToken` when the text is no token of that list.
pub(crate) fn read(engine: &Engine, list: &str, token: &str) -> Result<String, ApiError> {
    check(engine.secret(), list, token).ok_or_else(invalid)
}

fn sign(secret: &[u8], list: &str, place: &str) -> String {
    let signature = mac(secret, list, place).finalize().into_bytes();
    let mut bytes = vec![VERSION];
    bytes.extend(&signature[..SIGNATURE]);
    bytes.extend(place.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn check(secret: &[u8], list: &str, token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let [VERSION, rest @ ..] = bytes.as_slice() else { return None };
    let (signature, place) = rest.split_at_checked(SIGNATURE)?;
    let place = std::str::from_utf8(place).ok()?;
    mac(secret, list, place).verify_truncated_left(signature).ok()?;
    Some(place.to_owned())
}

/// No list has a zero byte, so list and place cannot be taken for others.
fn mac(secret: &[u8], list: &str, place: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length will do");
    mac.update(list.as_bytes());
    mac.update(&[0]);
    mac.update(place.as_bytes());
    mac
}

/// What a token is told that cannot be read.
pub(crate) fn invalid() -> ApiError {
    ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'")
}

#[cfg(test)]
mod tests {
    use super::{check, sign};

    #[test]
    fn a_token_belongs_to_its_list_and_its_host() {
        let token = sign(b"secret", "ListExecutions/m", "42");
        assert_eq!(check(b"secret", "ListExecutions/m", &token).as_deref(), Some("42"));
        for (secret, list, token) in [
            (&b"secret"[..], "ListExecutions/n", token.as_str()),
            (b"secret", "ListExecutions/m", "x"),
            (b"secret", "ListExecutions/m", ""),
            (b"secret", "ListExecutions/m", &token[..token.len() - 1]),
            (b"another", "ListExecutions/m", &token),
        ] {
            assert_eq!(check(secret, list, token), None, "{list} {token}");
        }
    }

    #[test]
    fn no_byte_of_a_token_can_be_changed() {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD as CODE;
        let bytes = CODE.decode(sign(b"secret", "list", "place")).expect("is base64");
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(check(b"secret", "list", &CODE.encode(changed)), None, "byte {at}");
        }
    }
}

//! `nextToken`: where the next page begins.
//!
//! A token says which list it belongs to, so that one list's token is refused by another. It holds no state of the
//! host's, and so it outlives a restart.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::ApiError;

/// First byte of a token; another form gets another one.
const VERSION: u8 = 1;

/// A token for `list` (the action and what it was asked for) at `place`.
pub(crate) fn write(list: &str, place: &str) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend(checksum(list, place).to_be_bytes());
    bytes.extend(place.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place that a token of `list` names.
///
/// # Errors
/// `InvalidToken` when the text is no token of that list.
pub(crate) fn read(list: &str, token: &str) -> Result<String, ApiError> {
    let place = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| {
        let [VERSION, rest @ ..] = bytes.as_slice() else { return None };
        let (sum, place) = rest.split_first_chunk::<8>()?;
        let place = std::str::from_utf8(place).ok()?;
        (checksum(list, place).to_be_bytes() == *sum).then(|| place.to_owned())
    });
    place.ok_or_else(invalid)
}

/// What a token is told that cannot be read.
pub(crate) fn invalid() -> ApiError {
    ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'")
}

/// FNV-1a: tells a damaged or mistaken token from a sound one. It is no signature; a place holds nothing secret.
fn checksum(list: &str, place: &str) -> u64 {
    let bytes = list.bytes().chain([0]).chain(place.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{read, write};

    #[test]
    fn a_token_belongs_to_its_list() {
        let token = write("ListExecutions/m", "42");
        assert_eq!(read("ListExecutions/m", &token).unwrap(), "42");
        for (list, token) in
            [("ListExecutions/n", token.as_str()), ("ListExecutions/m", "x"), ("ListExecutions/m", "")]
        {
            assert!(read(list, token).is_err(), "{list} {token}");
        }
    }
}

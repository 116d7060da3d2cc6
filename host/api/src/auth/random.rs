//! Secrets that nobody can guess.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Random bytes of a secret.
const BYTES: usize = 32;

/// A new secret: 43 characters that fit in headers, cookies and files, with 256 random bits of the system's.
///
/// # Errors
/// When the system has no randomness.
pub fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

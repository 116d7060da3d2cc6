//! The token with which commands ask a host that wants to know who they are.

use std::fmt;
use std::fs;
use std::str::FromStr;

/// Most bytes of a file with a token.
const MAX_BYTES: u64 = 16 << 10;

/// A bearer token, or none, as a variable that is empty has it. Its `Debug` does not show it.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Token(Option<String>);

impl Token {
    /// What the header Authorization says.
    pub(super) fn header(&self) -> Option<String> {
        self.0.as_ref().map(|token| format!("Bearer {token}"))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl FromStr for Token {
    type Err = String;

    /// The token itself, or `@FILE`.
    fn from_str(text: &str) -> Result<Token, String> {
        let text = match text.strip_prefix('@') {
            None if text.is_empty() => return Ok(Token(None)),
            None => text.to_owned(),
            Some(path) => {
                let size = fs::metadata(path).map_err(|error| format!("cannot read {path}: {error}"))?.len();
                if size > MAX_BYTES {
                    return Err(format!("{path} has {size} bytes, so it is no token"));
                }
                fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?
            }
        };
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("a token is a word of printable ASCII; @FILE is the one in a file".into());
        }
        Ok(Token(Some(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tokens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "from-a-file\n").unwrap();
        let file = format!("@{}", path.display());
        for (text, expected) in [
            ("a-token", Ok(Some("Bearer a-token"))),
            (file.as_str(), Ok(Some("Bearer from-a-file"))),
            ("", Ok(None)),
            ("two words", Err("a token is a word")),
            ("@/no/such/file", Err("cannot read /no/such/file")),
        ] {
            match (text.parse::<Token>(), expected) {
                (Ok(token), Ok(header)) => {
                    assert_eq!(token.header().as_deref(), header);
                    assert_eq!(format!("{token:?}"), "Token");
                }
                (Err(error), Err(part)) => assert!(error.contains(part), "{text}: {error}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}

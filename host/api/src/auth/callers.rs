//! Who there is: access keys of AWS's kind, and bearer tokens.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::Role;
use dirigent_engine::names;

/// Most access keys and tokens together.
pub const MAX_CALLERS: usize = 1_000;

/// Fewest bytes of a secret. `dirigent token new` makes 43, AWS's have 40.
pub const MIN_SECRET_BYTES: usize = 16;

/// Most bytes of a token's name, and of an access key's id. Source: AWS IAM API Reference, "AccessKey".
const MAX_NAME: usize = 128;

/// The SHA-256 of a token: what is kept of it.
pub(super) type Digest = [u8; 32];

/// Somebody who asks.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The access key's id, or the token's name.
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The account that it acts in, if not the host's own.
    pub(crate) account: Option<String>,
}

/// An access key.
pub(super) struct AccessKey {
    pub(super) caller: Arc<Caller>,
    secret: Zeroizing<String>,
    /// The signing key of the last day that one was asked for: four HMACs that need not be done for each request.
    derived: Mutex<Option<(Date, Zeroizing<Vec<u8>>)>>,
}

/// Why somebody cannot be a caller. No message has any of a secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallerError {
    /// There are too many.
    #[error("there are more than {MAX_CALLERS} access keys and tokens")]
    TooMany,
    /// The name is none.
    #[error(
        "an access key's id or a token's name has 1 to {MAX_NAME} of the characters A-Z, a-z, 0-9, `.`, `_` and `-`"
    )]
    Name,
    /// The secret can be guessed.
    #[error("its secret has less than {MIN_SECRET_BYTES} bytes: `dirigent token new` makes a good one")]
    Short,
    /// Two tokens are the same.
    #[error("its secret is that of the token `{0}` too: each needs one of its own")]
    Same(String),
    /// The account is none.
    #[error("an account number has twelve digits")]
    Account,
}

/// Who there is. Its `Debug` shows no secret.
#[derive(Default)]
pub struct Callers {
    tokens: Vec<(Digest, Arc<Caller>)>,
    keys: HashMap<String, AccessKey>,
}

impl Callers {
    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.keys.is_empty()
    }

    /// Adds a bearer token. Only its digest is kept.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn add_token(&mut self, name: &str, secret: &str, role: Role) -> Result<(), CallerError> {
        self.check(name, secret)?;
        let digest = digest(secret);
        if let Some((_, other)) = self.tokens.iter().find(|(known, _)| *known == digest) {
            return Err(CallerError::Same(other.name.clone()));
        }
        self.tokens.push((digest, Arc::new(Caller { name: name.to_owned(), role, account: None })));
        Ok(())
    }

    /// Adds an access key. Without an account it acts in the one that its id is the number of, or else in the host's own.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn add_access_key(
        &mut self,
        id: &str,
        secret: Zeroizing<String>,
        role: Role,
        account: Option<String>,
    ) -> Result<(), CallerError> {
        self.check(id, &secret)?;
        if account.as_deref().is_some_and(|account| !names::is_account(account)) {
            return Err(CallerError::Account);
        }
        let account = account.or_else(|| names::is_account(id).then(|| id.to_owned()));
        let caller = Arc::new(Caller { name: id.to_owned(), role, account });
        self.keys.insert(id.to_owned(), AccessKey { caller, secret, derived: Mutex::default() });
        Ok(())
    }

    fn check(&self, name: &str, secret: &str) -> Result<(), CallerError> {
        if self.tokens.len() + self.keys.len() >= MAX_CALLERS {
            return Err(CallerError::TooMany);
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(plain) {
            return Err(CallerError::Name);
        }
        if secret.len() < MIN_SECRET_BYTES {
            return Err(CallerError::Short);
        }
        Ok(())
    }

    /// Whose token has this digest. Looks at all of them, so that the time tells nothing.
    pub(super) fn token(&self, wanted: &Digest) -> Option<&Arc<Caller>> {
        let mut found = u32::MAX;
        for (at, (digest, _)) in (0u32..).zip(&self.tokens) {
            found = u32::conditional_select(&found, &at, digest.ct_eq(wanted));
        }
        self.tokens.get(usize::try_from(found).ok()?).map(|(_, caller)| caller)
    }

    /// The access key of this id.
    pub(super) fn access_key(&self, id: &str) -> Option<&AccessKey> {
        self.keys.get(id)
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = self.tokens.iter().map(|(_, caller)| caller);
        f.debug_list().entries(tokens.chain(self.keys.values().map(|key| &key.caller))).finish()
    }
}

impl AccessKey {
    /// The signature of a text, with the key of a day.
    pub(super) fn signature(&self, day: Date, region: &str, service: &str, text: &str) -> String {
        let mut derived = self.derived.lock();
        if let Some((_, key)) = derived.as_ref().filter(|(of, _)| *of == day) {
            return aws_sigv4::sign::v4::calculate_signature(&**key, text.as_bytes());
        }
        let time = day.to_zoned(jiff::tz::TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |day| day.timestamp());
        let key = aws_sigv4::sign::v4::generate_signing_key(&self.secret, time.into(), region, service);
        let key = Zeroizing::new(key.as_ref().to_vec());
        let signature = aws_sigv4::sign::v4::calculate_signature(&*key, text.as_bytes());
        *derived = Some((day, key));
        signature
    }
}

/// What is kept of a token.
pub(super) fn digest(secret: &str) -> Digest {
    Sha256::digest(secret.as_bytes()).into()
}

//! The host's own secret: made once, kept in the store, and told to nobody. What is signed with it is known again after a
//! restart.

use dirigent_store::{Batch, CatalogChange, CatalogKey, CatalogKind, CommitError, Expect, Store};

use super::{Engine, EngineError};
use crate::rows::{decode, encode};

/// The row of the secret.
pub(super) const SECRETS: CatalogKind = CatalogKind(12);

/// 256 bits of the system's.
pub(super) type Secret = [u8; 32];

/// The store's secret; the first one to ask makes it.
pub(super) async fn open(store: &dyn Store) -> Result<Secret, EngineError> {
    let key = CatalogKey::new(SECRETS, "host");
    loop {
        if let Some(bytes) = store.get(&key).await? {
            return Ok(decode(&bytes)?);
        }
        let mut secret = Secret::default();
        getrandom::fill(&mut secret).map_err(|error| EngineError::NoEntropy(error.to_string()))?;
        let change =
            CatalogChange { key: key.clone(), value: Some(encode(&secret)?), expect: Expect::Absent };
        match store.commit(Batch::catalog(change)).await {
            // Another host on this store was first.
            Err(CommitError::CatalogConflict { .. }) => {}
            other => other?,
        }
    }
}

impl Engine {
    /// A key for signing what clients are given to bring back.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }
}

//! Browsers that signed in with a token. A session is in memory only: after a restart everybody signs in again.

use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::callers::{Digest, digest};
use super::random::new_secret;

/// How long a session lasts.
pub const SESSION_LIFE: Duration = Duration::from_secs(12 * 60 * 60);

/// Sessions at a time. One more ends the oldest.
pub const MAX_SESSIONS: usize = 1_000;

/// The sessions, by the digests of their cookies.
pub(super) struct Sessions {
    open: Mutex<HashMap<Digest, Session>>,
    life: Duration,
    most: usize,
}

struct Session {
    /// The token that it was opened with: it ends with the token.
    token: Digest,
    until: Instant,
}

impl Sessions {
    pub(super) fn new(life: Duration, most: usize) -> Sessions {
        Sessions { open: Mutex::default(), life, most }
    }

    /// Opens one, and returns what its cookie has.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(super) fn open(&self, token: Digest, now: Instant) -> Result<String, getrandom::Error> {
        let cookie = new_secret()?;
        let mut open = self.open.lock();
        if open.len() >= self.most {
            open.retain(|_, session| session.until > now);
        }
        while open.len() >= self.most {
            let Some(oldest) =
                open.iter().min_by_key(|(_, session)| session.until).map(|(cookie, _)| *cookie)
            else {
                break;
            };
            open.remove(&oldest);
        }
        open.insert(digest(&cookie), Session { token, until: now + self.life });
        Ok(cookie)
    }

    /// The token of the session with this cookie, and how long it still lasts.
    pub(super) fn find(&self, cookie: &str, now: Instant) -> Option<(Digest, Duration)> {
        let open = self.open.lock();
        let session = open.get(&digest(cookie)).filter(|session| session.until > now)?;
        Some((session.token, session.until - now))
    }

    /// Ends one.
    pub(super) fn close(&self, cookie: &str) {
        self.open.lock().remove(&digest(cookie));
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sessions_end() {
        let (life, now) = (Duration::from_secs(60), Instant::now());
        let sessions = Sessions::new(life, 10);
        let cookie = sessions.open([1; 32], now).unwrap();
        assert_eq!(sessions.find(&cookie, now), Some(([1; 32], life)));
        assert_eq!(sessions.find(&cookie, now + life), None, "its time is over");
        assert_eq!(sessions.find("another", now), None);
        sessions.close(&cookie);
        assert_eq!(sessions.find(&cookie, now), None, "it was closed");
    }

    #[test]
    fn one_more_than_there_may_be_ends_the_oldest() {
        let (life, now) = (Duration::from_secs(60), Instant::now());
        let sessions = Sessions::new(life, 2);
        let cookies: Vec<String> =
            (0..3).map(|at| sessions.open([at; 32], now + Duration::from_secs(at.into())).unwrap()).collect();
        let found: Vec<bool> = cookies.iter().map(|cookie| sessions.find(cookie, now).is_some()).collect();
        assert_eq!(found, [false, true, true]);
    }
}

//! What a caller may do.

use std::fmt;
use std::str::FromStr;

/// What a caller may do. Each role may do what those before it may.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// Look at everything, change nothing.
    Read,
    /// Start, stop and redrive executions, answer tasks.
    Run,
    /// Create, change and delete what executions are made of; make backups.
    Admin,
}

impl Role {
    /// All, from the least to the most.
    pub const ALL: [Role; 3] = [Role::Read, Role::Run, Role::Admin];

    /// Its word, as configurations have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Role::Read => "read",
            Role::Run => "run",
            Role::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Role {
    type Err = &'static str;

    /// The message repeats nothing: what stands there by mistake may be a secret.
    fn from_str(text: &str) -> Result<Role, &'static str> {
        Role::ALL
            .into_iter()
            .find(|role| role.word() == text)
            .ok_or("a role is \"read\", \"run\" or \"admin\"")
    }
}

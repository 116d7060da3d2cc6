//! Names of state machines and executions.
//!
//! Source: AWS Step Functions API Reference, "CreateStateMachine", `name`: no white space, no brackets, no wildcards,
//! no special and no control characters.

use crate::error::ApiError;

/// Longest name, in characters.
pub(crate) const MAX_NAME: usize = 80;

/// Checks a name's alphabet; its length is the parameter's business.
pub(crate) fn check(name: &str) -> Result<(), ApiError> {
    let refused = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c)
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if name.is_empty() || name.chars().any(refused) {
        return Err(ApiError::new("InvalidName", format!("Invalid Name: '{name}'")));
    }
    Ok(())
}

/// Checks alphabet and length.
pub(crate) fn check_with_length(name: &str) -> Result<(), ApiError> {
    if name.chars().count() > MAX_NAME {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must have \
             length less than or equal to {MAX_NAME}"
        )));
    }
    check(name)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn alphabet() {
        for name in ["a", "a.b-c_d", "state.machine+1", "ünïcode", "a=b@c(d)!"] {
            assert!(check(name).is_ok(), "{name}");
        }
        for name in
            ["", "a b", "a:b", "a/b", "a*", "a{b}", "a\u{7f}", "a\"", "a\n", "a,b", "a;b", "$a", "a|b"]
        {
            assert!(check(name).is_err(), "{name}");
        }
    }
}

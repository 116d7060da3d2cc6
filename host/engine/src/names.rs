//! Names with the account that they belong to.
//!
//! One host serves every account. Inside the engine, what belongs to the host's own account has its plain name, and
//! what belongs to another one is called `ACCOUNT:NAME`; no name has a colon. So names stay unique, rows of a host
//! that knew one account only are read as they are, and an ARN can be made of a name alone.

/// How many digits an account's number has.
const ACCOUNT_DIGITS: usize = 12;

/// Whether a text is an account's number.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name without its account, as the owner gave it.
#[must_use]
pub fn plain(name: &str) -> &str {
    split(name).1
}

/// The account, where it is not the host's own, and the plain name.
pub(crate) fn split(name: &str) -> (Option<&str>, &str) {
    match name.split_once(':') {
        Some((account, plain)) => (Some(account), plain),
        None => (None, name),
    }
}

/// The name and the run of an Express execution, as its row has them: `NAME:RUN`. A Standard one's name is its own.
#[must_use]
pub fn execution(row_name: &str) -> (&str, Option<&str>) {
    match row_name.split_once(':') {
        Some((name, run)) => (name, Some(run)),
        None => (row_name, None),
    }
}

/// What a list shows: the names of one account, `None` for the host's own.
pub(crate) fn is_of(account: Option<&str>, name: &str) -> bool {
    split(name).0 == account
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(split("000000000002:m"), (Some("000000000002"), "m"));
        assert_eq!(split("m"), (None, "m"));
        assert_eq!(plain("000000000002:m/label"), "m/label");
        assert!(is_of(None, "m") && !is_of(None, "000000000002:m") && is_of(Some("2"), "2:m"));
    }

    #[test]
    fn accounts() {
        assert!(is_account("000000000002"));
        for wrong in ["", "test", "00000000000", "0000000000022", "00000000000a", "AKIAIOSFODNN7EXAMPLE"] {
            assert!(!is_account(wrong), "{wrong}");
        }
    }
}

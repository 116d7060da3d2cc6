//! State machines and executions as people name them.
//!
//! - a state machine: its ARN, `NAME`, or `NAME:QUALIFIER` with the number of a version or the name of an alias
//! - an execution: its ARN, or `MACHINE/NAME`, as lists show it, in the host's own account; a child of a Map Run is `MACHINE/LABEL:NAME`

use anyhow::bail;
use serde_json::json;

use super::Client;
use super::json::{list, text};

/// What the ARN of a state machine has in front of its name.
const MACHINE: &str = ":stateMachine:";

/// What the ARN of an execution has in front of its name.
const EXECUTION: &str = ":execution:";

/// What that of an Express execution has there. It has no short name, as its name may come again.
const EXPRESS: &str = ":express:";

impl Client {
    /// The ARN of a state machine.
    pub(super) fn machine_arn(&self, name: &str) -> anyhow::Result<String> {
        if name.starts_with("arn:") {
            return Ok(name.to_owned());
        }
        Ok(format!("{}{MACHINE}{name}", self.prefix_for(name)?))
    }

    /// The ARN of an execution.
    pub(super) fn execution_arn(&self, name: &str) -> anyhow::Result<String> {
        if name.starts_with("arn:") {
            return Ok(name.to_owned());
        }
        match name.split_once('/') {
            Some((machine, name)) if !machine.is_empty() && !name.is_empty() => {
                Ok(arn(self.prefix_for(machine)?, machine, name))
            }
            _ => bail!(
                "`{name}` is no execution: write its ARN, or MACHINE/NAME as `dirigent execution list` shows it"
            ),
        }
    }

    /// `MACHINE/NAME` for the ARN of an execution of the host's own account; others as they are, since a short name would
    /// be another's.
    pub(super) fn short(&self, arn: &str) -> anyhow::Result<String> {
        Ok(self.prefix()?.map_or_else(|| arn.to_owned(), |prefix| shorten(prefix, arn)))
    }

    fn prefix_for(&self, machine: &str) -> anyhow::Result<&str> {
        match self.prefix()? {
            Some(prefix) => Ok(prefix),
            None => bail!(
                "there is no state machine {machine}: the host at {} has none. Create one with `dirigent machine \
                 create`, or write an ARN",
                self.host.url()
            ),
        }
    }

    /// `arn:aws:states:REGION:ACCOUNT` of the host, which the ARNs of its state machines begin with; `None` when it has
    /// none.
    fn prefix(&self) -> anyhow::Result<Option<&str>> {
        if self.prefix.get().is_none() {
            let mut page = self.host.aws("ListStateMachines", &json!({ "maxResults": 1 }))?;
            let machines = list(&mut page, "stateMachines");
            let arn = machines.first().map(|any| text(any, "stateMachineArn"));
            let prefix = arn.and_then(|arn| arn.split_once(MACHINE)).map(|(prefix, _)| prefix.to_owned());
            self.prefix.get_or_init(|| prefix);
        }
        Ok(self.prefix.get().and_then(Option::as_deref))
    }
}

/// Whether a name is that of an execution and not of a state machine.
pub(super) fn is_execution(name: &str) -> bool {
    if name.starts_with("arn:") { name.contains(EXECUTION) || is_express(name) } else { name.contains('/') }
}

/// Whether an ARN is that of an Express execution.
pub(super) fn is_express(arn: &str) -> bool {
    arn.contains(EXPRESS)
}

fn shorten(prefix: &str, arn: &str) -> String {
    match arn.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(EXECUTION)) {
        Some(rest) if rest.contains('/') => rest.to_owned(),
        Some(rest) => rest.replacen(':', "/", 1),
        None => arn.to_owned(),
    }
}

fn arn(prefix: &str, machine: &str, name: &str) -> String {
    // A name has no colon, so one is there only behind a Map Run's label.
    let between = if name.contains(':') { '/' } else { ':' };
    format!("{prefix}{EXECUTION}{machine}{between}{name}")
}

/// A value as a part of a path: everything but letters, digits and `-._~` as `%XX`. Source: RFC 3986.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn executions_are_named_as_they_are_shown() {
        for (whole, shown) in [
            ("arn:aws:states:r:1:execution:orders:one", "orders/one"),
            ("arn:aws:states:r:1:execution:orders/Label:one", "orders/Label:one"),
        ] {
            assert_eq!(shorten("arn:aws:states:r:1", whole), shown);
            assert_eq!(shorten("arn:aws:states:r:2", whole), whole);
            assert!(is_execution(whole) && is_execution(shown), "{whole}");
            let (machine, name) = shown.split_once('/').unwrap();
            assert_eq!(arn("arn:aws:states:r:1", machine, name), whole);
        }
        let express = "arn:aws:states:r:1:express:quick:one:run";
        assert!(is_execution(express) && is_express(express));
        assert_eq!(shorten("arn:aws:states:r:1", express), express);
        for other in ["orders", "orders:3", "arn:aws:states:r:1:stateMachine:orders"] {
            assert!(!is_execution(other), "{other}");
        }
    }

    #[test]
    fn paths() {
        assert_eq!(encoded("arn:a/b c-1_~.ü"), "arn%3Aa%2Fb%20c-1_~.%C3%BC");
    }
}

//! The ARNs of what the engine has, made of its names and taken apart again.

use super::Engine;
use crate::names;

impl Engine {
    /// The ARN of a state machine; of a Map Run's children with `MACHINE/LABEL`.
    #[must_use]
    pub fn state_machine_arn(&self, name: &str) -> String {
        self.arn("stateMachine", name)
    }

    /// The ARN of an execution, by the name that its row has.
    #[must_use]
    pub fn execution_arn(&self, machine: &str, row_name: &str) -> String {
        match names::execution(row_name) {
            (name, Some(run)) => self.express_arn(machine, name, run),
            (name, None) => self.arn("execution", machine) + ":" + name,
        }
    }

    /// The ARN of an Express execution; `run` tells those of one name apart.
    pub(super) fn express_arn(&self, machine: &str, name: &str, run: &str) -> String {
        self.arn("express", machine) + ":" + name + ":" + run
    }

    /// The ARN of an activity.
    #[must_use]
    pub fn activity_arn(&self, name: &str) -> String {
        self.arn("activity", name)
    }

    /// The ARN of a Map Run.
    #[must_use]
    pub fn map_run_arn(&self, machine_and_label: &str, uuid: &str) -> String {
        self.arn("mapRun", machine_and_label) + ":" + uuid
    }

    /// The name of the state machine in an execution's ARN, as the engine has it; a Map Run's label is left out.
    #[must_use]
    pub fn machine_of_execution_arn(&self, arn: &str) -> String {
        let machine = arn.split(':').nth(6).unwrap_or_default();
        let machine = machine.split('/').next().unwrap_or_default();
        self.name_in(account_of(arn), machine)
    }

    /// The name that the engine has for something of an account; see [`names`].
    #[must_use]
    pub fn name_in(&self, account: &str, name: &str) -> String {
        match self.foreign(account) {
            Some(account) => format!("{account}:{name}"),
            None => name.to_owned(),
        }
    }

    /// The account, unless it is the host's own.
    #[must_use]
    pub fn foreign<'a>(&self, account: &'a str) -> Option<&'a str> {
        (account != self.config.account).then_some(account)
    }

    /// The name of what an ARN means that ends with a plain name: an activity or an unqualified state machine.
    pub(super) fn name_of_arn(&self, arn: &str) -> String {
        let mut parts = arn.rsplit(':');
        let name = parts.next().unwrap_or_default();
        let account = parts.nth(1).unwrap_or_default();
        self.name_in(account, name)
    }

    fn arn(&self, kind: &str, name: &str) -> String {
        let (account, name) = names::split(name);
        let account = account.unwrap_or(&self.config.account);
        format!("arn:aws:states:{}:{account}:{kind}:{name}", self.config.region)
    }
}

/// The account of an ARN.
pub(super) fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

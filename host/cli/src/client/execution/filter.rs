//! Which executions are meant: the filter that lists have, and what is done to many at a time.

use clap::{Args as ClapArgs, ValueEnum};
use jiff::Timestamp;

use crate::client::{Client, times};

/// What an execution must be like.
#[derive(Debug, ClapArgs)]
pub(super) struct Filter {
    /// Those with this status; may be given several times.
    #[arg(long = "status", value_enum, ignore_case = true, value_name = "STATUS")]
    pub(super) statuses: Vec<Status>,
    /// Those that were started at this time or later: RFC 3339, a date, or 30m, 2h, 7d for so long ago.
    #[arg(long, value_name = "TIME", value_parser = times::moment)]
    since: Option<Timestamp>,
    /// Those that were started before this time.
    #[arg(long, value_name = "TIME", value_parser = times::moment)]
    until: Option<Timestamp>,
    /// Those whose names begin so.
    #[arg(long, value_name = "PREFIX")]
    name_prefix: Option<String>,
}

/// A status as it is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Status {
    Running,
    Succeeded,
    Failed,
    #[value(alias = "timed_out")]
    TimedOut,
    Aborted,
    #[value(alias = "pending_redrive")]
    PendingRedrive,
}

impl Status {
    /// AWS's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Status::Running => "RUNNING",
            Status::Succeeded => "SUCCEEDED",
            Status::Failed => "FAILED",
            Status::TimedOut => "TIMED_OUT",
            Status::Aborted => "ABORTED",
            Status::PendingRedrive => "PENDING_REDRIVE",
        }
    }
}

impl Filter {
    /// Whether it lets all pass.
    pub(super) fn is_empty(&self) -> bool {
        self.statuses.is_empty() && self.since.is_none() && self.until.is_none() && self.name_prefix.is_none()
    }

    /// As the query of `GET /api/executions`.
    pub(super) fn query(
        &self,
        client: &Client,
        machine: Option<&str>,
        error: Option<&str>,
    ) -> anyhow::Result<Vec<(&'static str, String)>> {
        let mut query: Vec<(&'static str, String)> =
            self.statuses.iter().map(|status| ("status", status.word().to_owned())).collect();
        if let Some(machine) = machine {
            query.push(("stateMachineArn", client.machine_arn(machine)?));
        }
        let others = [
            ("startedAfter", self.since.map(times::utc)),
            ("startedBefore", self.until.map(times::utc)),
            ("error", error.map(str::to_owned)),
            ("namePrefix", self.name_prefix.clone()),
        ];
        query.extend(others.into_iter().filter_map(|(name, value)| Some((name, value?))));
        Ok(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_written_in_our_way_or_in_that_of_aws() {
        for (text, word) in [
            ("running", Some("RUNNING")),
            ("FAILED", Some("FAILED")),
            ("timed-out", Some("TIMED_OUT")),
            ("TIMED_OUT", Some("TIMED_OUT")),
            ("Pending_Redrive", Some("PENDING_REDRIVE")),
            ("done", None),
        ] {
            assert_eq!(Status::from_str(text, true).ok().map(Status::word), word, "{text}");
        }
    }
}

//! Which executions are meant: by status, state machine, time, error, and the beginning of the name.

use std::collections::HashMap;
use std::sync::Arc;

use dirigent_engine::Engine;
use dirigent_engine::catalog::StateMachine;
use dirigent_engine::rows::ExecutionRow;
use dirigent_store::{ExecutionId, MachineId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::summary::{Status, Summary, fault};
use crate::actions;
use crate::error::ApiError;
use crate::rest::wire::read_date;

/// Which executions are meant. What is given must all hold; of statuses one.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    #[serde(default)]
    pub(crate) status: Vec<Status>,
    /// Only those of this state machine.
    pub(crate) state_machine_arn: Option<String>,
    #[schema(format = DateTime)]
    pub(crate) started_after: Option<String>,
    #[schema(format = DateTime)]
    pub(crate) started_before: Option<String>,
    /// The error's name, whole.
    pub(crate) error: Option<String>,
    pub(crate) name_prefix: Option<String>,
}

/// A filter whose parts were read.
pub(crate) struct Wanted {
    filter: Filter,
    started: (Option<i64>, Option<i64>),
    machines: HashMap<MachineId, Arc<StateMachine>>,
}

/// A page of what was found.
pub(crate) struct Found {
    pub(crate) executions: Vec<(ExecutionId, Summary)>,
    /// Where the next page begins, if there may be one.
    pub(crate) next: Option<u64>,
}

impl Filter {
    /// Whether it leaves nothing out.
    pub(crate) fn is_empty(&self) -> bool {
        let Filter { status, state_machine_arn, started_after, started_before, error, name_prefix } = self;
        let given = [state_machine_arn, started_after, started_before, error, name_prefix];
        status.is_empty() && given.into_iter().all(Option::is_none)
    }

    /// Reads the parts, and finds the state machines.
    pub(crate) async fn read(self, engine: &Engine) -> Result<Wanted, ApiError> {
        let date =
            |name, text: &Option<String>| text.as_deref().map(|text| read_date(name, text)).transpose();
        let started =
            (date("startedAfter", &self.started_after)?, date("startedBefore", &self.started_before)?);
        let machines = match &self.state_machine_arn {
            Some(arn) => vec![actions::find_machine(engine, arn)?],
            None => engine.catalog().all(),
        };
        let machines = machines.into_iter().map(|machine| (machine.id, machine)).collect();
        Ok(Wanted { filter: self, started, machines })
    }
}

impl Wanted {
    fn takes(&self, engine: &Engine, id: ExecutionId, row: &ExecutionRow) -> bool {
        let Filter { status, error, name_prefix, .. } = &self.filter;
        let (after, before) = self.started;
        (status.is_empty() || status.contains(&Status::of(engine, id, row)))
            && after.is_none_or(|after| row.started_ms >= after)
            && before.is_none_or(|before| row.started_ms < before)
            && name_prefix.as_ref().is_none_or(|prefix| row.name.starts_with(&**prefix))
            && error.as_ref().is_none_or(|error| {
                fault(&row.status).and_then(|fault| fault.error.as_deref()) == Some(error.as_str())
            })
    }

    /// Looks for them, newest first.
    pub(crate) async fn find(
        &self,
        engine: &Engine,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Found, ApiError> {
        let machines: Vec<MachineId> = self.machines.keys().copied().collect();
        let takes = |id: ExecutionId, row: &ExecutionRow| self.takes(engine, id, row);
        let listing = engine.search(&machines, self.started.0, before, limit, &takes).await?;
        let summary = |(id, row): &(ExecutionId, ExecutionRow)| {
            let machine = self.machines.get(&id.machine)?;
            Some((*id, Summary::of(engine, &machine.name, *id, row)))
        };
        let executions = listing.executions.iter().filter_map(summary).collect();
        Ok(Found { executions, next: listing.next })
    }
}

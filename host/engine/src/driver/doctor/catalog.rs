//! State machines, Map Runs, and what else is named: whether every row can be decoded, and refers to what exists.

use std::collections::HashSet;

use dirigent_store::{CatalogKey, CatalogKind, ExecutionId, MachineId, Store, Table};

use super::{Examination, PAGE, PAGE_BYTES, ProblemKind, place};
use crate::activities::{ACTIVITIES, QUEUES};
use crate::catalog::revisions::{REVISIONS, RevisionContent};
use crate::catalog::{DELETED, MACHINES, machine_of_row, versions};
use crate::core::{TaskToken, TestCase};
use crate::driver::map_runs::MapRunStatus;
use crate::driver::map_runs::ids::is_child;
use crate::driver::map_runs::row::{self, BY_PARENT, BY_UUID, LAST_DELETED, MAP_RUNS, MapRunRow, OPEN};
use crate::driver::retention::forget::REMAINS;
use crate::driver::{EngineError, jobs, nested, secret, targets, test_cases};
use crate::journal::JOURNALS;
use crate::keyvalue::VALUES;
use crate::rows::{RowError, StatusRow, decode, execution_of};

/// Kinds of the catalog's rows by versions, aliases and last numbers of versions, which are read together.
const PUBLISHED: [CatalogKind; 3] = [CatalogKind(4), CatalogKind(5), CatalogKind(6)];

/// How long the name of an execution is in a row's name.
const EXECUTION_BYTES: usize = 12;

impl Examination<'_> {
    pub(super) async fn catalog(&mut self) -> Result<(), EngineError> {
        let mut after: Option<Vec<u8>> = None;
        // A journal has many records, and what is wrong with one of them is wrong with all.
        let mut journal: Option<ExecutionId> = None;
        loop {
            let page = self.snapshot.page(Table::Catalog, after.as_deref(), PAGE, PAGE_BYTES)?;
            let Some((last, _)) = page.last() else { return self.published().await };
            after = Some(last.clone());
            for (key, value) in &page {
                let Some((kind, name)) = key.split_first() else { continue };
                let of = execution_of(name.get(..EXECUTION_BYTES).unwrap_or_default());
                if CatalogKind(*kind) == JOURNALS && of.is_some() && std::mem::replace(&mut journal, of) == of
                {
                    continue;
                }
                self.catalog_row(CatalogKind(*kind), name, value).await?;
            }
        }
    }

    async fn catalog_row(&mut self, kind: CatalogKind, name: &[u8], value: &[u8]) -> Result<(), EngineError> {
        let text = || String::from_utf8_lossy(name).into_owned();
        match kind {
            MACHINES | DELETED => match machine_of_row(value) {
                Ok((machine, revision)) => self.revision(machine, revision, &text()).await?,
                Err(error) => self.damaged(format!("state machine {}", text()), &error),
            },
            REVISIONS => {
                self.decodes::<RevisionContent>(value, || format!("revision {name:?}"));
            }
            targets::ORIGINS => {
                if self.decodes::<targets::Origin>(value, || "an origin".to_owned()) {
                    self.belongs(name, "an origin").await?;
                }
            }
            test_cases::CASES => {
                if self.decodes::<TestCase>(value, || "a test case".to_owned()) {
                    self.belongs(name, "a test case").await?;
                }
            }
            test_cases::INVOCATIONS => self.belongs(name, "a count of invocations").await?,
            JOURNALS => self.journal(name).await?,
            nested::LINKS => match decode::<TaskToken>(value) {
                Ok(_) => self.belongs(name, "a wait for its end").await?,
                Err(error) => self.damaged("a link".to_owned(), &error),
            },
            jobs::CANCELS => {
                self.decodes::<jobs::CancelRow>(value, || "a job to be cancelled".to_owned());
            }
            MAP_RUNS => match (row::machine(name), MapRunRow::decode(value)) {
                (Some(run), Ok(row)) => self.map_run(run, &row).await?,
                (_, Err(error)) => self.damaged(format!("Map Run {name:?}"), &error),
                (None, _) => {
                    self.report.problem(ProblemKind::RowDamaged, "a Map Run", "its row has no number")
                }
            },
            BY_UUID => self.leads_to_run(row::machine(value), &format!("the UUID {}", text())).await?,
            OPEN => self.leads_to_run(row::machine(name), "a mark of one that is open").await?,
            BY_PARENT => {
                self.leads_to_run(
                    name.get(EXECUTION_BYTES..).and_then(row::machine),
                    "a note of its execution",
                )
                .await?;
            }
            // Places in queues are known already, and in values of buckets nothing is looked at.
            ACTIVITIES | QUEUES | REMAINS | VALUES | secret::SECRETS | LAST_DELETED => {}
            kind if PUBLISHED.contains(&kind) => {}
            CatalogKind(other) => {
                let what = format!("it is of kind {other}");
                self.report.problem(ProblemKind::RowUnknown, format!("the catalog's row {}", text()), what);
            }
        }
        Ok(())
    }

    fn damaged(&mut self, place: String, error: &RowError) {
        self.report.problem(error.into(), place, error);
    }

    fn decodes<T: serde::de::DeserializeOwned>(&mut self, value: &[u8], place: impl Fn() -> String) -> bool {
        match decode::<T>(value) {
            Ok(_) => true,
            Err(error) => {
                self.damaged(place(), &error);
                false
            }
        }
    }

    /// A row that belongs to an execution, which must be there.
    async fn belongs(&mut self, name: &[u8], what: &str) -> Result<(), EngineError> {
        let there = match execution_of(name) {
            Some(id) => self.store.record(id).await?.is_some(),
            None => false,
        };
        if !there {
            let place = execution_of(name).map_or_else(|| format!("{name:?}"), place);
            self.report.problem(
                ProblemKind::Leftover,
                place,
                format!("there is {what} of it, and it is not there"),
            );
        }
        Ok(())
    }

    /// Only what runs has a journal.
    async fn journal(&mut self, name: &[u8]) -> Result<(), EngineError> {
        let id = name.get(..EXECUTION_BYTES).and_then(execution_of);
        let record = match id {
            Some(id) => self.store.record(id).await?,
            None => None,
        };
        // One that cannot be decoded was named already.
        let runs = record.is_some_and(|record| {
            crate::rows::ExecutionRow::decode(&record).map_or(true, |row| row.status == StatusRow::Running)
        });
        if !runs && !id.is_some_and(|id| self.waiting.remains.contains(&id)) {
            let place = id.map_or_else(|| format!("{name:?}"), place);
            self.report.problem(ProblemKind::Leftover, place, "it does not run, and its tasks have journals");
        }
        Ok(())
    }

    async fn revision(&mut self, machine: MachineId, revision: u32, of: &str) -> Result<(), EngineError> {
        let name = [machine.0.to_be_bytes(), revision.to_be_bytes()].concat();
        if self.store.get(&CatalogKey::new(REVISIONS, name)).await?.is_none() {
            let what = format!("its revision {revision} is not there");
            self.report.problem(ProblemKind::RevisionMissing, format!("state machine {of}"), what);
        }
        Ok(())
    }

    /// Versions lead to revisions, and aliases to versions.
    async fn published(&mut self) -> Result<(), EngineError> {
        let all = match versions::read_all(self.store).await {
            Ok(all) => all,
            Err(error) => {
                self.report.problem(
                    ProblemKind::RowDamaged,
                    "the versions and aliases of state machines",
                    error,
                );
                return Ok(());
            }
        };
        for (machine, published) in all {
            let of = machine.0.to_string();
            for version in published.versions.values() {
                self.revision(machine, version.revision, &of).await?;
            }
            let known: HashSet<u32> = published.versions.keys().copied().collect();
            for (name, alias) in &published.aliases {
                for route in alias.routes.iter().filter(|route| !known.contains(&route.version)) {
                    let what =
                        format!("its alias {name} leads to version {}, which is not there", route.version);
                    self.report.problem(ProblemKind::RevisionMissing, format!("state machine {of}"), what);
                }
            }
        }
        Ok(())
    }

    async fn map_run(&mut self, run: MachineId, row: &MapRunRow) -> Result<(), EngineError> {
        let place = format!("Map Run {} of {}", row.uuid, place(row.parent));
        let parent = self.parent(row.parent).await?;
        match (parent, row.status) {
            (None, _) => self.report.problem(ProblemKind::MapRunBroken, &place, "its execution is not there"),
            (Some(false), MapRunStatus::Running) => self.report.open_map_runs += 1,
            _ => {}
        }
        if row::find(self.store, &row.uuid).await? != Some(run) {
            self.report.problem(ProblemKind::MapRunBroken, &place, "it is not found by its UUID");
        }
        let by_parent = CatalogKey::new(BY_PARENT, row::by_parent(row.parent, Some(run)));
        if self.store.get(&by_parent).await?.is_none() {
            self.report.problem(ProblemKind::MapRunBroken, &place, "it is not found by its execution");
        }
        let open = self.store.get(&CatalogKey::new(OPEN, row::number(run))).await?.is_some();
        if open != (row.status == MapRunStatus::Running) {
            let what =
                format!("it is {:?}, and {}marked as open", row.status, if open { "" } else { "not " });
            self.report.problem(ProblemKind::MapRunBroken, &place, what);
        }
        Ok(())
    }

    /// Whether a Map Run's execution runs; `None` when it is not there. One that is being deleted counts as ended.
    async fn parent(&self, id: ExecutionId) -> Result<Option<bool>, EngineError> {
        if self.waiting.remains.contains(&id) {
            return Ok(Some(false));
        }
        let Some(record) = self.store.record(id).await? else { return Ok(None) };
        let row = crate::rows::ExecutionRow::decode(&record);
        // An Express child has no record before it ends, and one that cannot be decoded was named already.
        Ok(Some(row.map_or(true, |row| row.status == StatusRow::Running)))
    }

    async fn leads_to_run(&mut self, run: Option<MachineId>, what: &str) -> Result<(), EngineError> {
        let there = match run {
            Some(run) => self.store.get(&CatalogKey::new(MAP_RUNS, row::number(run))).await?.is_some(),
            None => false,
        };
        if !there {
            let place = run.map_or_else(|| "a Map Run".to_owned(), |run| format!("Map Run {}", run.0));
            self.report.problem(
                ProblemKind::MapRunBroken,
                place,
                format!("there is {what} of it, and it is not there"),
            );
        }
        Ok(())
    }

    /// Whether an execution's number is one that the store gives out.
    pub(super) fn is_given_out(id: u64) -> bool {
        !is_child(ExecutionId::new(MachineId(0), id))
    }
}

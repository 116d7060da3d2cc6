//! Finding state machines and their revisions, live or deleted.

use std::sync::Arc;

use dirigent_store::MachineId;

use super::revisions::read_revision;
use super::{Catalog, CatalogError, DELETED, MachineRow, PAGE, Revision, StateMachine, scan_all};
use crate::names;
use crate::rows::{RowError, decode};

/// Revisions that are looked at for an id, which no index has.
pub const REVISIONS_LOOKED_AT: usize = 1_000;

impl Catalog {
    /// The state machine of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<StateMachine>> {
        self.machines.read().get(name).cloned()
    }

    /// Every state machine, of all accounts, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<StateMachine>> {
        self.machines.read().values().cloned().collect()
    }

    /// The state machine of that number; `None` when it was deleted.
    #[must_use]
    pub fn numbered(&self, id: MachineId) -> Option<Arc<StateMachine>> {
        self.machines.read().values().find(|machine| machine.id == id).cloned()
    }

    /// The numbers of all machines, live and deleted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn numbers(&self) -> Result<Vec<MachineId>, CatalogError> {
        let mut numbers: Vec<MachineId> = self.machines.read().values().map(|machine| machine.id).collect();
        for (_, bytes) in scan_all(&*self.store, DELETED).await? {
            numbers.push(MachineId(decode::<MachineRow>(&bytes)?.id));
        }
        Ok(numbers)
    }

    /// The name of a machine, live or deleted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn name_of(&self, id: MachineId) -> Result<Option<Arc<str>>, CatalogError> {
        if let Some(machine) = self.numbered(id) {
            return Ok(Some(machine.name.clone()));
        }
        for (key, bytes) in scan_all(&*self.store, DELETED).await? {
            if decode::<MachineRow>(&bytes)?.id == id.0 {
                let name = key.split(|byte| *byte == 0).next().unwrap_or_default();
                return Ok(Some(String::from_utf8_lossy(name).into()));
            }
        }
        Ok(None)
    }

    /// The state machines of an account, `None` for the host's own, by name, beginning after `after`.
    #[must_use]
    pub fn list(&self, account: Option<&str>, after: Option<&str>, limit: usize) -> Vec<Arc<StateMachine>> {
        use std::ops::Bound::{Excluded, Unbounded};
        let machines = self.machines.read();
        let from = after.map_or(Unbounded, |name| Excluded(Arc::from(name)));
        machines
            .range::<Arc<str>, _>((from, Unbounded))
            .filter(|(name, _)| names::is_of(account, name))
            .take(limit)
            .map(|(_, machine)| machine.clone())
            .collect()
    }

    /// Machines that had this name and were deleted, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deleted(&self, name: &str) -> Result<Vec<MachineId>, CatalogError> {
        let prefix = deleted_key(name, MachineId(0));
        let rows = self.store.scan(DELETED, Some(&prefix), PAGE).await?;
        let own = rows.iter().take_while(|(key, _)| key.starts_with(&prefix[..prefix.len() - 4]));
        let mut ids = own
            .map(|(_, row)| Ok(MachineId(decode::<MachineRow>(row)?.id)))
            .collect::<Result<Vec<_>, RowError>>()?;
        ids.reverse();
        Ok(ids)
    }

    /// The number of the revision that has an id, among the latest [`REVISIONS_LOOKED_AT`] of a machine.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn revision_of_id(
        &self,
        machine: &StateMachine,
        revision_id: &str,
    ) -> Result<Option<u32>, CatalogError> {
        let latest = machine.revision.number;
        for number in (1..=latest).rev().take(REVISIONS_LOOKED_AT) {
            let revision = self.revision(machine.id, number).await?;
            if revision.is_some_and(|found| found.content.revision_id.as_deref() == Some(revision_id)) {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// A revision of a machine, live or deleted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn revision(&self, id: MachineId, number: u32) -> Result<Option<Arc<Revision>>, CatalogError> {
        if let Some(revision) = self.revisions.read().get(&(id, number)) {
            return Ok(Some(revision.clone()));
        }
        let Some(revision) = read_revision(&*self.store, id, number).await? else { return Ok(None) };
        let revision = Arc::new(revision);
        Ok(Some(self.revisions.write().entry((id, number)).or_insert(revision).clone()))
    }
}

/// Name, a byte that no name has, and the machine: the deleted machines of a name lie side by side, oldest first.
pub(super) fn deleted_key(name: &str, id: MachineId) -> Vec<u8> {
    [name.as_bytes(), &[0], &id.0.to_be_bytes()].concat()
}

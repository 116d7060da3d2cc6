//! Revisions: what a state machine's definition and configuration were, one after the other.

use std::sync::{Arc, OnceLock};

use dirigent_asl::{Program, Severity};
use dirigent_store::{CatalogChange, CatalogKey, CatalogKind, Expect, MachineId, Store};
use serde::{Deserialize, Serialize};

use super::{CatalogError, MachineType};
use crate::rows::{RowError, decode, encode};

/// Rows of revisions, by machine and number.
pub(crate) const REVISIONS: CatalogKind = CatalogKind(2);

/// One state of a state machine's definition and configuration. Executions keep the one they began with.
#[derive(Debug)]
pub struct Revision {
    /// 1, 2, 3, …
    pub number: u32,
    /// What it holds.
    pub content: RevisionContent,
    program: OnceLock<Arc<Program>>,
}

/// What a revision holds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RevisionContent {
    /// AWS's revision id, which the first revision lacks.
    pub revision_id: Option<String>,
    /// The definition as the client sent it.
    pub definition: Arc<str>,
    /// The role's ARN.
    pub role_arn: Arc<str>,
    /// The logging configuration as JSON, as the client sent it.
    pub logging: Option<String>,
    /// The tracing configuration as JSON.
    pub tracing: Option<String>,
    /// The encryption configuration as JSON.
    pub encryption: Option<String>,
    /// When it was made, in Unix milliseconds.
    pub updated_ms: i64,
}

impl Revision {
    pub(super) fn compiled(number: u32, content: RevisionContent, program: Arc<Program>) -> Revision {
        Revision { number, content, program: OnceLock::from(program) }
    }

    /// The compiled definition. `None` when this version's compiler refuses what an earlier one accepted.
    #[must_use]
    pub fn program(&self) -> Option<Arc<Program>> {
        if let Some(program) = self.program.get() {
            return Some(program.clone());
        }
        let program = compile(&self.content.definition).ok()?;
        Some(self.program.get_or_init(|| program).clone())
    }
}

impl RevisionContent {
    /// Whether creating a state machine with `other` asks for the machine that this one is.
    /// Source: AWS API Reference, "CreateStateMachine": role and tags are not considered.
    pub(super) fn is_same_machine(&self, other: &RevisionContent) -> bool {
        self.definition == other.definition
            && self.logging == other.logging
            && self.tracing == other.tracing
            && self.encryption == other.encryption
    }

    pub(super) fn is_same_revision(&self, other: &RevisionContent) -> bool {
        self.is_same_machine(other) && self.role_arn == other.role_arn
    }
}

pub(super) fn compile_as(definition: &str, machine_type: MachineType) -> Result<Arc<Program>, CatalogError> {
    let program = compile(definition)?;
    fits(&program, machine_type)?;
    Ok(program)
}

/// Whether a program may be of that type.
pub(super) fn fits(program: &Program, machine_type: MachineType) -> Result<(), CatalogError> {
    match machine_type {
        MachineType::Standard => Ok(()),
        MachineType::Express => match program.express_problems() {
            problems if problems.is_empty() => Ok(()),
            problems => Err(CatalogError::Invalid(problems)),
        },
    }
}

pub(super) fn compile(definition: &str) -> Result<Arc<Program>, CatalogError> {
    match Program::compile_text(definition) {
        (Some(program), _) => Ok(Arc::new(program)),
        (None, mut diagnostics) => {
            diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
            Err(CatalogError::Invalid(diagnostics))
        }
    }
}

fn revision_key(id: MachineId, number: u32) -> Vec<u8> {
    [id.0.to_be_bytes(), number.to_be_bytes()].concat()
}

/// The row of a revision.
pub(super) fn change(id: MachineId, revision: &Revision) -> Result<CatalogChange, RowError> {
    Ok(CatalogChange {
        key: CatalogKey::new(REVISIONS, revision_key(id, revision.number)),
        value: Some(encode(&revision.content)?),
        expect: Expect::Anything,
    })
}

pub(crate) async fn read_revision(
    store: &dyn Store,
    id: MachineId,
    number: u32,
) -> Result<Option<Revision>, CatalogError> {
    let key = CatalogKey::new(REVISIONS, revision_key(id, number));
    let Some(bytes) = store.get(&key).await? else { return Ok(None) };
    Ok(Some(Revision { number, content: decode(&bytes)?, program: OnceLock::new() }))
}

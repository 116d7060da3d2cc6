//! What JSONata has and Step Functions does not offer: `$eval`, a context item, other members of `$states`.
//!
//! AWS refuses these when a definition is created, with a code of its own (`UNSUPPORTED_JSONATA_EXPRESSION`), except for
//! `$eval`, which there fails when it runs; here it is told at once.

use jlens_core::Expression;
use jlens_core::ast::NodeKind;

use super::{JsonataSyntaxError, STATES, functions};

/// # Errors
/// The first thing that the expression asks for and cannot have.
pub(super) fn check(expression: &Expression) -> Result<(), JsonataSyntaxError> {
    let refused = |message: String| Err(JsonataSyntaxError::Unsupported(message));
    let (mut evaluates, mut reads_root) = (false, false);
    expression.ast().root.walk(&mut |node| {
        if let NodeKind::Variable { name } = &node.kind {
            evaluates |= name == "eval";
            reads_root |= name == "$";
        }
    });
    if evaluates {
        return refused("$eval is not available".into());
    }
    if reads_root {
        return refused("Reference to '$$' at the top level is not supported.".into());
    }
    let reads = expression.reads_with(&functions::for_analysis());
    // Where the analysis cannot follow a value it says nothing of names, and neither does this.
    if let Some(name) = reads.input().and_then(|read| read.fields()?.keys().next()) {
        return refused(format!("Reference to '{name}' at the top level is not supported."));
    }
    let members = reads.binding("states").and_then(|read| read.fields());
    if let Some(unknown) = members.and_then(|all| all.keys().find(|name| !STATES.contains(&name.as_str()))) {
        return refused(format!("Field '$states.{unknown}' does not exist."));
    }
    Ok(())
}

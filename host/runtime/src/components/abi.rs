//! Which engine a component is for.

use wasmparser::{CanonicalFunction, CanonicalOption, Parser, Payload};

use crate::sandbox::Abi;

/// What a component needs, by what it imports and how it calls. What is no WebAssembly needs nothing.
pub(super) fn of(component: &[u8]) -> Abi {
    let waits = |payload: Payload<'_>| match payload {
        Payload::ComponentImportSection(imports) => {
            imports.into_iter().flatten().any(|import| import.name.name.contains("@0.3."))
        }
        Payload::ComponentCanonicalSection(functions) => {
            functions.into_iter().flatten().any(|function| waits(&function))
        }
        _ => false,
    };
    let payloads = Parser::new(0).parse_all(component).map_while(Result::ok);
    if payloads.into_iter().any(waits) { Abi::Async } else { Abi::Plain }
}

fn waits(function: &CanonicalFunction) -> bool {
    match function {
        CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } => {
            options.contains(&CanonicalOption::Async)
        }
        CanonicalFunction::ResourceNew { .. }
        | CanonicalFunction::ResourceDrop { .. }
        | CanonicalFunction::ResourceRep { .. } => false,
        // All the rest is about tasks, streams and futures.
        _ => true,
    }
}

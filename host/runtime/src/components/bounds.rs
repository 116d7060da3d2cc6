//! What a component may be made of. Compiling has no fuel and cannot be stopped, so what would take minutes or gigabytes is
//! refused before it begins.
//!
//! The format has limits of its own (50,000 locals a function, for one), which the compiler checks. These are about what the
//! compiler does with what the format allows.

use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// Bytes of a component. Python's has some 40 MB, with all of its modules.
const COMPONENT: u64 = 128 << 20;
/// Functions of all modules together. Python has 13,500.
const FUNCTIONS: u64 = 250_000;
/// Bytes of a function's code. Python's main loop has 430 KB.
const CODE: usize = 2 << 20;
/// Blocks of a function times its locals: the compiler may come to keep a value of each local for each block. The most that
/// Python has is 140,000, and QuickJS 100,000; at this limit a function takes the compiler some seconds and up to 1 GB.
const BLOCKS_TIMES_LOCALS: u64 = 1_000_000;

/// Whether a file of this size is worth reading.
pub(super) fn check_size(bytes: u64) -> Result<(), String> {
    if bytes > COMPONENT {
        return Err(format!("it has {bytes} bytes, and a component has {COMPONENT} at most"));
    }
    Ok(())
}

/// Whether a component is worth compiling. What is not WebAssembly at all is left to the compiler, which says so.
pub(super) fn check(component: &[u8]) -> Result<(), String> {
    check_size(component.len() as u64)?;
    let mut functions: u64 = 0;
    for payload in Parser::new(0).parse_all(component) {
        let Ok(payload) = payload else { return Ok(()) };
        match payload {
            Payload::CodeSectionStart { count, .. } => {
                functions = functions.saturating_add(u64::from(count));
                if functions > FUNCTIONS {
                    return Err(format!(
                        "its modules have more than {FUNCTIONS} functions; leave out what it does not need"
                    ));
                }
            }
            Payload::CodeSectionEntry(body) => check_function(&body)?,
            _ => {}
        }
    }
    Ok(())
}

fn check_function(body: &FunctionBody<'_>) -> Result<(), String> {
    let bytes = body.range().len();
    if bytes > CODE {
        return Err(format!("a function has {bytes} bytes of code, and may have {CODE}; split it"));
    }
    let Ok(locals) = body.get_locals_reader() else { return Ok(()) };
    let locals = locals.into_iter().flatten().fold(0_u64, |sum, (count, _)| sum.saturating_add(count.into()));
    // A block has two bytes at the least, so most functions need no closer look.
    if locals.saturating_mul(bytes as u64 / 2) <= BLOCKS_TIMES_LOCALS {
        return Ok(());
    }
    let Ok(operators) = body.get_operators_reader() else { return Ok(()) };
    let blocks = operators.into_iter().flatten().filter(begins_block).count() as u64;
    if locals.saturating_mul(blocks) > BLOCKS_TIMES_LOCALS {
        return Err(format!(
            "a function has {locals} locals and {blocks} blocks, and may have {BLOCKS_TIMES_LOCALS} of one times the other; split it"
        ));
    }
    Ok(())
}

fn begins_block(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
    )
}

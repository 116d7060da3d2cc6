//! `dirigent limits`: every limit, with AWS's value and our own.

use std::process::ExitCode;

use dirigent_engine::{LIMITS, Limits};

use crate::args::LimitArgs;

/// Prints the table; what is in force is in its last column.
pub(crate) fn limits(args: &LimitArgs) -> anyhow::Result<ExitCode> {
    let (aws, off, now) = (Limits::aws(), Limits::off(), args.limits()?);
    println!("{:20} {:>12} {:>12} {:>12}  what it bounds", "limit", "aws", "off", "in force");
    for limit in LIMITS {
        let shown = |limits: &Limits| limit.of(limits).map_or("-".to_owned(), |value| value.to_string());
        println!(
            "{:20} {:>12} {:>12} {:>12}  {}",
            limit.name,
            shown(&aws),
            shown(&off),
            shown(&now),
            limit.about
        );
    }
    println!("\nWith --limits off each is set by --limit NAME=VALUE. A dash: other limits bound it.");
    Ok(ExitCode::SUCCESS)
}

//! `dirigent plugin new`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::args::New;
use super::build::Workspace;
use super::embedded;
use super::project::Project;

pub(super) fn new(args: &New) -> anyhow::Result<ExitCode> {
    let toolkit = args.lang.toolkit_or_why()?;
    let dir = args.dir.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    let occupied = match std::fs::read_dir(&dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => dir.exists(),
    };
    if occupied {
        bail!("{} is there already. Choose another folder with --dir", dir.display());
    }
    let files = embedded::fill(toolkit.template, &args.name, &dir)?;
    let project = Project::read(&dir).context("the template is broken, which is a fault of this program")?;
    // Editors want the library and the contract before the first build.
    Workspace::of(&project)?.place(toolkit)?;
    let shown = dir.display();
    println!("made {shown}/ with {}", files.join(", "));
    println!("next: dirigent plugin publish {shown}");
    println!("      dirigent run {shown}/workflow.asl.json --input '{{\"name\": \"Ada\"}}'");
    Ok(ExitCode::SUCCESS)
}

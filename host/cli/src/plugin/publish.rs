//! `dirigent plugin publish`: a plugin's folder into a registry directory.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};

use super::args::{Places, Publish};
use super::build;
use super::project::{COMPONENT, MANIFEST, Project};

pub(super) fn publish(args: &Publish, places: &Places) -> anyhow::Result<ExitCode> {
    let project = Project::read(&args.dir)?;
    let manifest = read_manifest(&project)?;
    if project.language.is_some() && project.is_stale() {
        build::build(&project, args.how)?;
    }
    let component = read_component(&project)?;
    let place = places.registry.join(&project.name).join(&project.version);
    install(&place, &component, &manifest)?;
    println!("published {}@{} to {}", project.name, project.version, places.registry.display());
    Ok(ExitCode::SUCCESS)
}

/// The manifest's text, if a host takes it.
fn read_manifest(project: &Project) -> anyhow::Result<String> {
    let path = project.manifest();
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    dirigent_runtime::check_manifest(&text, &project.name, &project.version)
        .map_err(|why| anyhow!("{}: {why}", path.display()))?;
    Ok(text)
}

fn read_component(project: &Project) -> anyhow::Result<Vec<u8>> {
    let path = project.component();
    if !path.is_file() {
        bail!(
            "there is no {}, and {} names no language to build it from. Put the component there, or add [build] \
             language = \"rust\"",
            path.display(),
            project.manifest().display()
        );
    }
    let component = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    build::check_component(&component).with_context(|| path.display().to_string())?;
    Ok(component)
}

/// The manifest first: a component that is there is called, and has to have its limits by then.
fn install(place: &Path, component: &[u8], manifest: &str) -> anyhow::Result<()> {
    std::fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
    write(place, MANIFEST, manifest.as_bytes())?;
    write(place, COMPONENT, component)
}

/// Renamed into place, so that no host reads half a file.
fn write(folder: &Path, file: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = folder.join(file);
    let written = || -> anyhow::Result<()> {
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(bytes)?;
        new.as_file().sync_all()?;
        new.persist(&path)?;
        Ok(())
    };
    written().with_context(|| format!("cannot write {}", path.display()))
}

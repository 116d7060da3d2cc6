//! `dirigent plugin publish`: a plugin's folder into a registry.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use dirigent_runtime::PluginState;

use super::args::{How, Places, Publish};
use super::oci::{self, Remote};
use super::project::{COMPONENT, MANIFEST, Project};
use super::{build, inspect};

pub(super) async fn publish(args: &Publish, places: &Places) -> anyhow::Result<ExitCode> {
    let project = Project::read(&args.dir)?;
    let (component, manifest) = built(&project, args.how)?;
    if let Some(url) = oci::url(&places.registry) {
        // Before the compiler is asked, which may take long.
        let remote = Remote::new(url, Some(&project.version))?;
        let plugin = inspect::not_installed(&project.component(), Some(&project.dir), places).await?;
        if let PluginState::Broken { why } = &plugin.state {
            bail!("{}: {why}", project.component().display());
        }
        remote.push(&plugin, component, &manifest).await?;
        println!("published {}@{} to {url}", project.name, project.version);
        return Ok(ExitCode::SUCCESS);
    }
    let place = places.registry.join(&project.name).join(&project.version);
    install(&place, &component, &manifest)?;
    println!("published {}@{} to {}", project.name, project.version, places.registry.display());
    Ok(ExitCode::SUCCESS)
}

/// The component and the manifest, built if that is due.
pub(super) fn built(project: &Project, how: How) -> anyhow::Result<(Vec<u8>, String)> {
    let manifest = read_manifest(project)?;
    if project.language.is_some() && project.is_stale() {
        build::build(project, how)?;
    }
    Ok((read_component(project)?, manifest))
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
pub(super) fn install(place: &Path, component: &[u8], manifest: &str) -> anyhow::Result<()> {
    std::fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
    write(place, MANIFEST, manifest.as_bytes())?;
    write(place, COMPONENT, component)
}

/// Renamed into place, so that no host reads half a file.
pub(super) fn write(folder: &Path, file: &str, bytes: &[u8]) -> anyhow::Result<()> {
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

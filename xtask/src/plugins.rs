//! `cargo xtask plugins`: builds all guests, and installs them where the host looks for plugins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::guest::{Component, Toolchain, build};
use crate::project::Project;

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = arguments.first() {
        bail!("plugins takes no argument, and was given `{unknown}`");
    }
    build_and_install(&Project::find()?)?;
    Ok(ExitCode::SUCCESS)
}

/// Builds all guests and installs them, writing only what has changed.
pub(crate) fn build_and_install(project: &Project) -> Result<()> {
    let begin = Instant::now();
    let toolchain = Toolchain::ensure()?;
    let mut components: BTreeMap<PathBuf, Component> = BTreeMap::new();
    for workspace in project.guest_workspaces()? {
        println!("plugins: build {} with {toolchain}", workspace.name);
        for component in
            build(&toolchain, &workspace).with_context(|| format!("building {}", workspace.name))?
        {
            let place = Path::new(&component.name).join(&component.version);
            if let Some(other) = components.insert(place, component) {
                bail!(
                    "two packages are called {} {}; the second is in {}",
                    other.name,
                    other.version,
                    workspace.name
                );
            }
        }
    }
    let registry = project.registry();
    let mut written = 0;
    for (place, component) in &components {
        if install(&registry.join(place), component)? {
            println!("plugins: installed {} {}", component.name, component.version);
            written += 1;
        }
    }
    let gone = remove_gone(project, components.keys())?;
    println!(
        "plugins: {} in {} ({written} changed, {gone} removed) in {:.1} s",
        components.len(),
        project.relative(&registry),
        begin.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Brings the component and its manifest to `place`. Whether anything had to be written.
fn install(place: &Path, component: &Component) -> Result<bool> {
    std::fs::create_dir_all(place).with_context(|| format!("cannot create {}", place.display()))?;
    let manifest = component.package.join("plugin.toml");
    let installed = place.join("plugin.toml");
    let mut changed = false;
    // The manifest goes first: a host that watches sees the component with what belongs to it.
    if manifest.is_file() {
        changed |= copy_if_changed(&manifest, &installed)?;
    } else if installed.exists() {
        std::fs::remove_file(&installed).with_context(|| format!("cannot remove {}", installed.display()))?;
        changed = true;
    }
    changed |= copy_if_changed(&component.wasm, &place.join("plugin.wasm"))?;
    Ok(changed)
}

fn copy_if_changed(from: &Path, to: &Path) -> Result<bool> {
    let wanted = std::fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if std::fs::read(to).is_ok_and(|there| there == wanted) {
        return Ok(false);
    }
    // Renamed into place, so that a host never reads half a component.
    let new = to.with_extension("new");
    std::fs::write(&new, wanted).with_context(|| format!("cannot write {}", new.display()))?;
    std::fs::rename(&new, to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(true)
}

/// Removes what an earlier run installed and this one did not build. What others put into the registry
/// is theirs, so the list of what xtask installed is kept beside it.
fn remove_gone<'a>(project: &Project, built: impl Iterator<Item = &'a PathBuf>) -> Result<usize> {
    let list = project.target().join("registry-installed.txt");
    let built: Vec<String> = built.map(|place| place.display().to_string()).collect();
    let before = std::fs::read_to_string(&list).unwrap_or_default();
    let mut removed = 0;
    for gone in before.lines().filter(|line| !line.is_empty() && !built.iter().any(|place| place == line)) {
        let place = project.registry().join(gone);
        if place.is_dir() {
            std::fs::remove_dir_all(&place).with_context(|| format!("cannot remove {}", place.display()))?;
            removed += 1;
        }
        if let Some(versions) = place.parent() {
            // Only if that was the last version.
            let _ = std::fs::remove_dir(versions);
        }
    }
    std::fs::write(&list, built.join("\n")).with_context(|| format!("cannot write {}", list.display()))?;
    Ok(removed)
}

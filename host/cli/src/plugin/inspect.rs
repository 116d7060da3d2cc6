//! `dirigent plugin inspect`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use dirigent_runtime::{LimitOverrides, PluginInfo, PluginState};

use super::args::Places;
use super::build::check_component;
use super::project::{COMPONENT, MANIFEST, Project};
use super::publish;
use super::registry::{self, state};
use crate::look::fields;

pub(super) async fn inspect(wanted: &str, places: &Places) -> anyhow::Result<ExitCode> {
    let path = Path::new(wanted);
    let plugin = if path.is_file() {
        not_installed(path, None, places).await?
    } else if path.join(MANIFEST).is_file() || path.join(COMPONENT).is_file() {
        not_installed(&path.join(COMPONENT), Some(path), places).await?
    } else {
        installed(wanted, places).await?
    };
    show(&plugin, places.json)
}

/// One of the registry. Without a version: the newest.
async fn installed(wanted: &str, places: &Places) -> anyhow::Result<PluginInfo> {
    let (name, version) = match wanted.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (wanted, None),
    };
    let plugins = registry::plugins(places).await?;
    let found = plugins
        .into_iter()
        .find(|plugin| plugin.name == name && version.is_none_or(|version| plugin.version == version));
    found
        .with_context(|| format!("there is no plugin {wanted}. `dirigent plugin list` shows those there are"))
}

/// A component that is somewhere else, with the manifest of its folder if it has one: looked at in a registry of its own.
pub(super) async fn not_installed(
    component: &Path,
    project: Option<&Path>,
    places: &Places,
) -> anyhow::Result<PluginInfo> {
    let bytes = std::fs::read(component).with_context(|| {
        let build = project.map(|dir| format!(": dirigent plugin build {} makes it", dir.display()));
        format!("cannot read {}{}", component.display(), build.unwrap_or_default())
    })?;
    check_component(&bytes).with_context(|| component.display().to_string())?;
    let (name, version, manifest) = match project {
        Some(dir) if dir.join(MANIFEST).is_file() => {
            let Project { name, version, .. } = Project::read(dir)?;
            (name, version, std::fs::read_to_string(dir.join(MANIFEST))?)
        }
        _ => ("component".to_owned(), "0.0.0".to_owned(), String::new()),
    };
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let registry = folder.path().join("registry");
    publish::install(&registry.join(&name).join(&version), &bytes, &manifest)?;
    // No cache is made where there is none, just to look at a file.
    let cache = if places.cache.is_dir() { places.cache.clone() } else { folder.path().join("cache") };
    let plugins = registry::plugins(&Places { registry, cache, json: places.json }).await?;
    let mut plugin = plugins.into_iter().next().context("the component was not found again")?;
    plugin.path = component.to_owned();
    Ok(plugin)
}

fn show(plugin: &PluginInfo, json: bool) -> anyhow::Result<ExitCode> {
    if json {
        println!("{}", serde_json::to_string_pretty(plugin)?);
        return Ok(ExitCode::SUCCESS);
    }
    let digest = plugin.digest.map(|digest| digest.to_string()).unwrap_or_default();
    let mut rows = vec![
        ("plugin", format!("{}@{}", plugin.name, plugin.version)),
        ("description", plugin.description.clone()),
        ("state", state(&plugin.state).to_owned()),
        ("digest", digest),
        ("file", plugin.path.display().to_string()),
        ("component", format!("{} bytes", plugin.component_bytes)),
    ];
    if let Some(bytes) = plugin.compiled_bytes {
        rows.push(("compiled", format!("{bytes} bytes")));
    }
    rows.push(("resource", format!("plugin:{}", plugin.name)));
    rows.extend(plugin.serves.iter().map(|resource| ("serves", resource.clone())));
    let asks = serde_json::to_value(&plugin.asks)?;
    for (what, names) in asks.as_object().into_iter().flatten() {
        if names.as_array().is_some_and(|names| !names.is_empty()) {
            rows.push(("asks for", format!("{what}: {names}")));
        }
    }
    rows.extend(limits(&plugin.limits).into_iter().map(|limit| ("at most", limit)));
    rows.extend(world(&plugin.exports).map(|world| ("world", world.to_owned())));
    rows.extend(plugin.exports.iter().map(|export| ("exports", export.clone())));
    rows.extend(plugin.imports.iter().map(|import| ("imports", import.clone())));
    if let PluginState::Broken { why } = &plugin.state {
        rows.push(("broken", why.clone()));
    }
    fields(&mut std::io::stdout(), rows)?;
    Ok(ExitCode::SUCCESS)
}

/// The world of `wit/world.wit` that has these exports.
fn world(exports: &[String]) -> Option<&'static str> {
    let has = |interface: &str| exports.iter().any(|export| export.starts_with(interface));
    match (has("dirigent:task/handler@"), has("dirigent:task/job@")) {
        (true, false) => Some("task"),
        (false, true) => Some("job-only"),
        (true, true) => Some("task-and-job"),
        (false, false) => None,
    }
}

/// What the manifest lowers, in words.
fn limits(limits: &LimitOverrides) -> Vec<String> {
    let parts = [
        limits.fuel.map(|fuel| format!("{fuel} fuel")),
        limits.memory.map(|memory| format!("{memory} of memory")),
        limits.output.map(|output| format!("{output} of output")),
        limits.time.map(|time| format!("{time:?} of time")),
        limits.host_calls.map(|calls| format!("{calls} host calls")),
    ];
    parts.into_iter().flatten().collect()
}

//! `dirigent plugin inspect`.

use std::process::ExitCode;

use anyhow::Context;
use dirigent_runtime::{LimitOverrides, PluginInfo, PluginState};

use super::registry::state;
use crate::look::fields;

pub(super) fn inspect(plugins: &[PluginInfo], wanted: &str, json: bool) -> anyhow::Result<ExitCode> {
    let (name, version) = match wanted.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (wanted, None),
    };
    let plugin = plugins
        .iter()
        .find(|plugin| plugin.name == name && version.is_none_or(|version| plugin.version == version))
        .with_context(|| {
            format!("there is no plugin {wanted}. `dirigent plugin list` shows those there are")
        })?;
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
    rows.extend(plugin.imports.iter().map(|import| ("imports", import.clone())));
    if let PluginState::Broken { why } = &plugin.state {
        rows.push(("broken", why.clone()));
    }
    fields(&mut std::io::stdout(), rows)?;
    Ok(ExitCode::SUCCESS)
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

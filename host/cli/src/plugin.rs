//! `dirigent plugin`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use dirigent_runtime::{LimitOverrides, PluginInfo, PluginState, Runtime, RuntimeConfig};

use crate::args::{self, PluginCommand};
use crate::look::{Align, Look, Table, fields};

/// How long compiling what is not in the cache may take.
const COMPILING: Duration = Duration::from_secs(120);

const COLUMNS: &[(&str, Align)] =
    &[("PLUGIN", Align::Left), ("STATE", Align::Left), ("SIZE", Align::Right), ("DESCRIPTION", Align::Left)];

pub(crate) async fn plugin(args: args::Plugin) -> anyhow::Result<ExitCode> {
    if !args.registry.is_dir() {
        bail!("there is no registry directory {}. Say where it is with --registry", args.registry.display());
    }
    let runtime = Runtime::open(RuntimeConfig::new(&args.registry, &args.cache)).await?;
    let plugins = compiled(&runtime).await;
    match args.command {
        PluginCommand::List => list(&plugins, args.json),
        PluginCommand::Inspect { plugin } => inspect(&plugins, &plugin, args.json),
    }
}

/// The plugins once none is being compiled, or as they are when that takes too long.
async fn compiled(runtime: &Runtime) -> Vec<PluginInfo> {
    let start = tokio::time::Instant::now();
    loop {
        let plugins = runtime.plugins();
        let compiling = plugins.iter().any(|plugin| plugin.state == PluginState::Compiling);
        if !compiling || start.elapsed() > COMPILING {
            return plugins;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn list(plugins: &[PluginInfo], json: bool) -> anyhow::Result<ExitCode> {
    if json {
        println!("{}", serde_json::to_string_pretty(plugins)?);
        return Ok(ExitCode::SUCCESS);
    }
    if plugins.is_empty() {
        println!("The registry is empty. Put a component at NAME/VERSION/plugin.wasm");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(COLUMNS);
    for plugin in plugins {
        let name = format!("{}@{}", plugin.name, plugin.version);
        let size = format!("{} KiB", plugin.component_bytes / 1024);
        let description = plugin.description.as_str();
        table.row([name.into(), state(&plugin.state).into(), size.into(), description.into()]);
    }
    let look = Look::of(&std::io::stdout());
    table.write(&mut std::io::stdout(), look)?;
    for plugin in plugins {
        if let PluginState::Broken { why } = &plugin.state {
            println!("\n{}@{} is broken: {why}", plugin.name, plugin.version);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn inspect(plugins: &[PluginInfo], wanted: &str, json: bool) -> anyhow::Result<ExitCode> {
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

fn state(state: &PluginState) -> &'static str {
    match state {
        PluginState::Ready => "ready",
        PluginState::Compiling => "compiling",
        PluginState::Broken { .. } => "broken",
    }
}

//! `dirigent plugin list`.

use std::process::ExitCode;

use dirigent_runtime::{PluginInfo, PluginState};

use super::registry::state;
use crate::look::{Align, Look, Table};

const COLUMNS: &[(&str, Align)] =
    &[("PLUGIN", Align::Left), ("STATE", Align::Left), ("SIZE", Align::Right), ("DESCRIPTION", Align::Left)];

pub(super) fn list(plugins: &[PluginInfo], json: bool) -> anyhow::Result<ExitCode> {
    if json {
        println!("{}", serde_json::to_string_pretty(plugins)?);
        return Ok(ExitCode::SUCCESS);
    }
    if plugins.is_empty() {
        println!(
            "The registry is empty. Put a component at NAME/VERSION/plugin.wasm, or say `dirigent plugin publish DIR`"
        );
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

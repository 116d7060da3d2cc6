//! The plugins of a registry directory, as the commands that look at them want them.

use std::time::Duration;

use anyhow::bail;
use dirigent_runtime::{PluginInfo, PluginState, Runtime, RuntimeConfig};

use super::args::Places;

/// How long compiling what is not in the cache may take.
const COMPILING: Duration = Duration::from_secs(120);

/// The plugins once none is being compiled, or as they are when that takes too long.
pub(super) async fn plugins(places: &Places) -> anyhow::Result<Vec<PluginInfo>> {
    if !places.registry.is_dir() {
        bail!(
            "there is no registry directory {}. Say where it is with --registry",
            places.registry.display()
        );
    }
    let runtime = Runtime::open(RuntimeConfig::new(&places.registry, &places.cache)).await?;
    let start = tokio::time::Instant::now();
    loop {
        let plugins = runtime.plugins();
        let compiling = plugins.iter().any(|plugin| plugin.state == PluginState::Compiling);
        if !compiling || start.elapsed() > COMPILING {
            return Ok(plugins);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The state in a word.
pub(super) fn state(state: &PluginState) -> &'static str {
    match state {
        PluginState::Ready => "ready",
        PluginState::Compiling => "compiling",
        PluginState::Broken { .. } => "broken",
    }
}

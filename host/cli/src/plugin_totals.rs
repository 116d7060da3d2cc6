//! What the calls of each plugin used together, since the host started.

use std::collections::BTreeMap;

use dirigent_api::PluginUsage;
use dirigent_engine::Metering;
use parking_lot::Mutex;

/// Plugins, by `name@version`, that are told apart. Registries change, so there may be any number.
const MAX_PLUGINS: usize = 1_000;
/// Under what the calls of further plugins are counted.
const OTHER_PLUGINS: &str = "other";

/// The totals, by `name@version`.
#[derive(Default)]
pub(crate) struct PluginTotals(Mutex<BTreeMap<String, PluginUsage>>);

impl PluginTotals {
    /// Counts a call that has ended, with the error if it failed.
    pub(crate) fn count(&self, metering: &Metering, error: Option<&str>) {
        self.with(&metering.plugin, |usage| usage.count(metering, error));
    }

    /// Counts a call that was cancelled.
    pub(crate) fn count_cancelled(&self, plugin: &str) {
        self.with(plugin, PluginUsage::count_cancelled);
    }

    /// All of them now.
    pub(crate) fn all(&self) -> BTreeMap<String, PluginUsage> {
        self.0.lock().clone()
    }

    fn with(&self, plugin: &str, change: impl FnOnce(&mut PluginUsage)) {
        let mut totals = self.0.lock();
        if let Some(usage) = totals.get_mut(plugin) {
            return change(usage);
        }
        let name = if totals.len() < MAX_PLUGINS - 1 { plugin } else { OTHER_PLUGINS };
        change(totals.entry(name.to_owned()).or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_are_bounded() {
        let totals = PluginTotals::default();
        let call =
            |plugin: String| totals.count(&Metering { plugin, fuel: 1, ..Metering::default() }, Some("E"));
        (0..2 * MAX_PLUGINS).for_each(|n| call(format!("p@{n}.0.0")));
        call("p@0.0.0".into());
        totals.count_cancelled("late@1.0.0");
        let all = totals.all();
        assert_eq!(all.len(), MAX_PLUGINS);
        assert_eq!((all["p@0.0.0"].used.fuel, all["p@0.0.0"].failures["E"]), (2, 2));
        assert_eq!(all[OTHER_PLUGINS].calls, (MAX_PLUGINS + 2) as u64);
        assert_eq!(all[OTHER_PLUGINS].cancelled, 1);
    }
}

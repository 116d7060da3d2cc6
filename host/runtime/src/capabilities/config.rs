//! `wasi:config`: the operator's values that the plugin was granted.

use wasmtime::component::{HasSelf, Linker};

use crate::sandbox::{CallState, bindings::config};

/// Link the interface.
pub(super) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    config::add_to_linker::<_, HasSelf<CallState>>(linker, |state| state)
}

impl config::Host for CallState {
    fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<String>, config::Error>> {
        self.count_host_call()?;
        let granted = self.outside.grant().config(&key);
        granted.map_err(|denied| self.end_with(self.outside.denied(&denied)))?;
        Ok(Ok(self.outside.services().values.get(&key).cloned()))
    }

    fn get_all(&mut self) -> wasmtime::Result<Result<Vec<(String, String)>, config::Error>> {
        self.count_host_call()?;
        let granted = |key: &str| self.outside.grant().config(key).is_ok();
        let values = self.outside.services().values.iter().filter(|(key, _)| granted(key));
        Ok(Ok(values.map(|(key, value)| (key.clone(), value.clone())).collect()))
    }
}

//! A scope whose parts are given.

use std::cell::Cell;
use std::collections::BTreeMap;

use dirigent_expr::Scope;
use serde_json::Value;

#[derive(Default)]
pub(crate) struct TestScope {
    pub(crate) input: Value,
    pub(crate) context: Value,
    pub(crate) variables: BTreeMap<String, Value>,
    /// Counts up, so that two random numbers differ.
    pub(crate) entropy: Cell<u64>,
}

impl TestScope {
    #[allow(dead_code)]
    pub(crate) fn of(input: Value) -> TestScope {
        TestScope { input, ..TestScope::default() }
    }
}

impl Scope for TestScope {
    fn input(&self) -> &Value {
        &self.input
    }

    fn context(&self) -> &Value {
        &self.context
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)
    }

    fn random(&self) -> u64 {
        self.entropy.set(self.entropy.get().wrapping_add(0x1234_5678_9abc_def1));
        self.entropy.get()
    }
}

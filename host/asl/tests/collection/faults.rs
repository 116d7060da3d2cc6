//! Definitions with one fault each.

use std::collections::BTreeSet;

use dirigent_asl::{Program, Severity};
use serde::Deserialize;
use serde_json::Value;

/// At least this many kinds of faults are told.
const LEAST: usize = 80;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    /// The rule that is broken.
    name: String,
    /// A definition, or a text that is none.
    definition: Value,
    /// The diagnostic's code, its place (null where it has none), and a part of its message.
    code: String,
    location: Option<String>,
    message: String,
}

#[test]
fn each_fault_is_told_once_and_at_its_place() {
    let faults: Vec<Fault> = serde_json::from_str(include_str!("faults.json")).unwrap();
    let names: BTreeSet<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names.len(), faults.len(), "two faults have the same name");
    assert!(faults.len() >= LEAST, "{} kinds of faults; at least {LEAST} are wanted", faults.len());
    let wrong: Vec<String> = faults.iter().filter_map(Fault::wrong).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), faults.len(), wrong.join("\n"));
}

impl Fault {
    /// What is wrong with what the compiler says of it.
    fn wrong(&self) -> Option<String> {
        let (program, diagnostics) = match &self.definition {
            Value::String(text) => Program::compile_text(text),
            definition => Program::compile(definition),
        };
        let shown = || {
            let lines =
                diagnostics.iter().map(|diagnostic| format!("  {:?} {diagnostic}", diagnostic.severity));
            format!(
                "{}: wanted {} at {:?}, got\n{}",
                self.name,
                self.code,
                self.location,
                lines.collect::<Vec<_>>().join("\n")
            )
        };
        let [told] = diagnostics.as_slice() else { return Some(shown()) };
        let as_wanted =
            told.code == self.code && told.location == self.location && told.message.contains(&self.message);
        // A warning stops nothing, an error does.
        let consistent = program.is_some() == (told.severity == Severity::Warning);
        (!as_wanted || !consistent).then(shown)
    }
}

//! Templates against what AWS answered: recorded executions of a single Pass state with `Parameters`.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use dirigent_expr::Template;
use serde_json::Value;

use support::TestScope;

const CASES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/stepfunctions/sfn-only");

#[test]
fn templates_render_as_aws_did() {
    if !Path::new(CASES).exists() {
        println!("SKIPPED: the conformance data is not there: {CASES}");
        return;
    }
    let mut compared = 0;
    for folder in ["intrinsic_functions", "base", "scenarios"] {
        let mut files: Vec<_> = fs::read_dir(Path::new(CASES).join(folder)).unwrap().flatten().collect();
        files.sort_by_key(fs::DirEntry::path);
        for file in files {
            let case: Value = serde_json::from_str(&fs::read_to_string(file.path()).unwrap()).unwrap();
            compared += compare(&case).unwrap_or_else(|miss| panic!("{}: {miss}", file.path().display()));
        }
    }
    println!("{compared} recorded templates compared");
    assert!(compared > 90, "only {compared} templates were compared");
}

/// The number of executions compared.
fn compare(case: &Value) -> Result<usize, String> {
    let Some(template) = single_pass_template(case) else { return Ok(0) };
    if ["Random", "UUID", "StateMachine"].iter().any(|word| template.to_string().contains(word)) {
        return Ok(0);
    }
    let inputs = case["calls"].as_array().into_iter().flatten().filter(|call| call["op"] == "StartExecution");
    let mut outputs = Vec::new();
    collect_outputs(&case["expected"], &mut outputs);
    let inputs: Vec<Value> = inputs
        .map(|call| {
            call["params"]["input"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
        })
        .collect();
    // A definition that AWS refused has no executions, and other cases do more than start some.
    if outputs.is_empty() || outputs.len() != inputs.len() {
        return Ok(0);
    }
    let template = Template::parse(template).map_err(|errors| format!("{errors:?}"))?;
    for (input, output) in inputs.iter().zip(&outputs) {
        let context = serde_json::json!({"Execution": {"Input": input}});
        let scope = TestScope { input: input.clone(), context, ..TestScope::default() };
        let rendered = template.render(&scope).map_err(|error| format!("{input}: {error}"))?;
        if &rendered != *output {
            return Err(format!("{input}: {rendered} instead of {output}"));
        }
    }
    Ok(inputs.len())
}

fn single_pass_template(case: &Value) -> Option<&Value> {
    let states = case["definition"]["States"].as_object()?;
    let state = states.values().next().filter(|_| states.len() == 1)?;
    let plain =
        state.as_object()?.keys().all(|key| ["Type", "Parameters", "End", "Comment"].contains(&key.as_str()));
    (state["Type"] == "Pass" && plain).then(|| state.get("Parameters")).flatten()
}

/// The outputs of the executions that succeeded, in the order of the recording.
fn collect_outputs<'v>(value: &'v Value, outputs: &mut Vec<&'v Value>) {
    match value {
        Value::Object(members) => {
            if let Some(details) = members.get("executionSucceededEventDetails") {
                outputs.push(&details["output"]);
            }
            members.values().for_each(|member| collect_outputs(member, outputs));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_outputs(item, outputs)),
        _ => {}
    }
}

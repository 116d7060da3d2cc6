//! Workflows as users write them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dirigent_asl::{Integration, Program, Resource};
use serde_json::Value;

/// The optimized integrations of Step Functions.
/// Source: AWS developer guide, "Integrating optimized services with Step Functions".
const OPTIMIZED: [&str; 21] = [
    "apigateway",
    "athena",
    "batch",
    "bedrock",
    "codebuild",
    "databrew",
    "dynamodb",
    "ecs",
    "eks",
    "elasticmapreduce",
    "emr-containers",
    "emr-serverless",
    "events",
    "glue",
    "http",
    "lambda",
    "mediaconvert",
    "sagemaker",
    "sns",
    "sqs",
    "states",
];

/// The workflows by name.
fn workflows() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/collection/workflows");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|file| {
            let name = file.file_name().unwrap().to_string_lossy().trim_end_matches(".asl.json").to_owned();
            (name, serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap())
        })
        .collect()
}

#[test]
fn each_compiles_without_a_word() {
    let mut wrong = Vec::new();
    for (name, definition) in workflows() {
        let (program, diagnostics) = Program::compile(&definition);
        wrong.extend(diagnostics.iter().map(|told| format!("{name}: {told}")));
        assert!(program.is_some() || !diagnostics.is_empty(), "{name} compiles to nothing");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every `Resource` in a definition.
fn resources(value: &Value, found: &mut Vec<Resource>) {
    match value {
        Value::Object(object) => {
            if object.get("Type").is_some_and(|kind| kind == "Task") {
                found.push(Resource::parse(object["Resource"].as_str().unwrap()).unwrap());
            }
            object.values().for_each(|value| resources(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| resources(item, found)),
        _ => {}
    }
}

#[test]
fn they_use_every_optimized_service_in_every_way_and_both_languages() {
    let workflows = workflows();
    let mut found = Vec::new();
    workflows.values().for_each(|definition| resources(definition, &mut found));
    let services: BTreeSet<&str> = found
        .iter()
        .filter_map(|resource| match resource {
            Resource::Service { service, .. } => Some(service.as_str()),
            _ => None,
        })
        .filter(|service| !service.starts_with("aws-sdk:"))
        .collect();
    assert_eq!(services, BTreeSet::from(OPTIMIZED));
    for wanted in
        [Integration::RequestResponse, Integration::Sync, Integration::Sync2, Integration::WaitForTaskToken]
    {
        let used = found
            .iter()
            .any(|it| matches!(it, Resource::Service { integration, .. } if *integration == wanted));
        assert!(used, "no workflow uses {wanted:?}");
    }
    let has = |kind: fn(&Resource) -> bool| found.iter().any(kind);
    assert!(has(|it| matches!(it, Resource::Plugin { .. })));
    assert!(has(|it| matches!(it, Resource::Lambda { .. })));
    assert!(has(|it| matches!(it, Resource::Activity { .. })));

    let jsonata = workflows.values().filter(|definition| definition["QueryLanguage"] == "JSONata").count();
    assert!(
        jsonata >= 10 && workflows.len() - jsonata >= 10,
        "{jsonata} of {} are in JSONata",
        workflows.len()
    );
}

/// Every `Type` in a definition.
fn types(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("Type").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| types(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| types(item, found)),
        _ => {}
    }
}

#[test]
fn they_use_every_type_of_state() {
    let mut found = BTreeSet::new();
    workflows().values().for_each(|definition| types(definition, &mut found));
    let all = ["Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait"];
    for wanted in all {
        assert!(found.contains(wanted), "no workflow has a {wanted}");
    }
}

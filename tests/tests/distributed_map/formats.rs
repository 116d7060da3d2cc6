//! Where items come from, how they are batched, and where results go: small runs, a line each.

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::Registry;
use serde_json::{Value, json};

use crate::buckets::{BUCKET, get, map, put, reader};

/// A run: fields of its Map state beside the processor, its input, and its output.
struct Case {
    name: &'static str,
    map: Value,
    input: Value,
    output: Value,
}

fn case(name: &'static str, map: Value, input: Value, output: Value) -> Case {
    Case { name, map, input, output }
}

fn csv(more: Value) -> Value {
    let mut config = json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

fn cases() -> Vec<Case> {
    let list = |config: Value| {
        json!({ "Resource": "arn:aws:states:::s3:listObjectsV2", "ReaderConfig": config,
            "Parameters": { "Bucket": BUCKET, "Prefix.$": "$.prefix" } })
    };
    let row = |id: &str| json!({ "id": id });
    vec![
        case("the state's input", json!({}), json!([1, "two", null]), json!([1, "two", null])),
        case(
            "an ItemSelector sees index, value and source",
            json!({ "ItemsPath": "$.list", "ItemSelector": {
                "at.$": "$$.Map.Item.Index", "is.$": "$$.Map.Item.Value", "from.$": "$$.Map.Item.Source" } }),
            json!({ "list": ["a"] }),
            json!([{ "at": 0, "is": "a", "from": "STATE_DATA" }]),
        ),
        case("no items", json!({}), json!([]), json!([])),
        case(
            "CSV",
            json!({ "ItemReader": reader("rows.csv", csv(json!({}))) }),
            json!({}),
            json!([row("1"), row("2"), row("3")]),
        ),
        case(
            "CSV with other columns and MaxItems",
            json!({ "ItemReader": reader("bare.csv", json!({ "InputType": "CSV", "CSVHeaderLocation": "GIVEN",
                "CSVHeaders": ["a", "b"], "CSVDelimiter": "SEMICOLON", "MaxItemsPath": "$.most" })) }),
            json!({ "most": 1 }),
            json!([{ "a": "1", "b": "x" }]),
        ),
        case(
            "JSON below a pointer",
            json!({ "ItemReader": reader("deep.json", json!({ "InputType": "JSON", "ItemsPointer": "/a/list" })) }),
            json!({}),
            json!([1, { "b": 2 }]),
        ),
        case(
            "JSONL",
            json!({ "ItemReader": reader("lines.jsonl", json!({ "InputType": "JSONL" })) }),
            json!({}),
            json!([{ "n": 1 }, 2]),
        ),
        case(
            "the objects of a bucket",
            json!({ "ItemReader": list(json!({})), "ItemSelector": { "key.$": "$$.Map.Item.Value.Key", "size.$": "$$.Map.Item.Value.Size" } }),
            json!({ "prefix": "parts/" }),
            json!([{ "key": "parts/1.jsonl", "size": 2 }, { "key": "parts/2.jsonl", "size": 4 }]),
        ),
        case(
            "what is in the objects of a bucket",
            json!({ "ItemReader": list(json!({ "Transformation": "LOAD_AND_FLATTEN", "InputType": "JSONL" })) }),
            json!({ "prefix": "parts/" }),
            json!([1, 2, 3]),
        ),
        case(
            "batches",
            json!({ "ItemBatcher": { "MaxItemsPerBatch": 2, "BatchInput": { "of.$": "$.name" } }, "ItemsPath": "$.list" }),
            json!({ "name": "x", "list": [1, 2, 3] }),
            json!([{ "BatchInput": { "of": "x" }, "Items": [1, 2] }, { "BatchInput": { "of": "x" }, "Items": [3] }]),
        ),
        case(
            "batches by size",
            json!({ "ItemBatcher": { "MaxInputBytesPerBatch": 22 } }),
            json!(["aaaa", "bbbb", "cccc"]),
            json!([{ "Items": ["aaaa"] }, { "Items": ["bbbb"] }, { "Items": ["cccc"] }]),
        ),
        case(
            "results without their executions, arrays taken apart",
            json!({ "ResultWriter": { "WriterConfig": { "Transformation": "FLATTEN" } } }),
            json!([[1, 2], 3, []]),
            json!([1, 2, 3]),
        ),
    ]
}

fn host() -> (Host, Registry) {
    let registry = Registry::with(&["echo"]);
    let host = Setup::new().registry(registry.path()).start();
    put(&host, "rows.csv", "id\n1\n2\n3\n");
    put(&host, "bare.csv", "1;x\n2;y\n");
    put(&host, "deep.json", r#"{"z":[0],"a":{"list":[1,{"b":2}]}}"#);
    put(&host, "lines.jsonl", "{\"n\":1}\n2\n");
    put(&host, "parts/1.jsonl", "1\n");
    put(&host, "parts/2.jsonl", "2\n3\n");
    (host, registry)
}

#[test]
fn items_come_and_results_go_as_the_definition_says() {
    let (host, _registry) = host();
    let echo = json!({ "Type": "Task", "Resource": "plugin:echo", "End": true });
    for (number, express) in [(1, false), (2, true)] {
        for (index, case) in cases().into_iter().enumerate() {
            let mut definition = map(echo.clone(), case.map);
            if express {
                definition["States"]["Rows"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] =
                    json!("EXPRESS");
            }
            let machine = host.create(&format!("case-{number}-{index}"), &definition);
            let execution = host.start(&machine, &case.input);
            assert_eq!(host.output(&execution), case.output, "{}, express: {express}", case.name);
        }
    }
}

#[test]
fn results_are_written_with_their_manifest() {
    let (host, _registry) = host();
    let state = json!({ "Type": "Choice", "Choices": [{ "Variable": "$", "NumericEquals": 2, "Next": "Bad" }], "Default": "Good" });
    let mut definition = map(
        state,
        json!({ "ToleratedFailureCount": 1, "ResultWriter": {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": { "Bucket": BUCKET, "Prefix": "out" },
        "WriterConfig": { "OutputType": "JSONL", "Transformation": "COMPACT" } } }),
    );
    let states = definition["States"]["Rows"]["ItemProcessor"]["States"].as_object_mut().unwrap();
    states.insert("Bad".into(), json!({ "Type": "Fail", "Error": "Two" }));
    states.insert("Good".into(), json!({ "Type": "Succeed" }));
    let machine = host.create("written", &definition);
    let execution = host.start(&machine, &json!([1, 2, 3]));
    let details = host.output(&execution)["ResultWriterDetails"].clone();
    assert_eq!(details["Bucket"], BUCKET);
    let manifest: Value = serde_json::from_str(&get(&host, details["Key"].as_str().unwrap())).unwrap();
    let file = |status: &str| get(&host, manifest["ResultFiles"][status][0]["Key"].as_str().unwrap());
    assert_eq!(file("SUCCEEDED").lines().collect::<Vec<_>>(), ["1", "3"]);
    let failed: Value = serde_json::from_str(file("FAILED").trim()).unwrap();
    assert_eq!(
        (&failed["Error"], &failed["Input"], &failed["Status"]),
        (&json!("Two"), &json!("2"), &json!("FAILED"))
    );
    assert_eq!(manifest["ResultFiles"]["PENDING"], json!([]));
}

#[test]
fn readers_say_what_is_wrong() {
    let (host, _registry) = host();
    let pass = json!({ "Type": "Pass", "End": true });
    for (index, (key, config, wanted)) in [
        ("nothing.csv", csv(json!({})), "s3://orders/nothing.csv"),
        ("deep.json", json!({ "InputType": "JSON", "ItemsPointer": "/b" }), "/b"),
        ("lines.jsonl", json!({ "InputType": "JSON" }), "s3://orders/lines.jsonl"),
        ("../secret.csv", csv(json!({})), "../secret.csv"),
    ]
    .into_iter()
    .enumerate()
    {
        let definition = map(pass.clone(), json!({ "ItemReader": reader(key, config) }));
        let machine = host.create(&format!("wrong-{index}"), &definition);
        let ended = host.ended(&host.start(&machine, &json!({})));
        assert_eq!(ended["error"], "States.ItemReaderFailed", "{key}: {ended:#}");
        let cause = ended["cause"].as_str().unwrap();
        assert!(cause.contains(wanted), "{key}: {cause}");
    }
}

//! Pages of lists: sizes out of bounds, and forged tokens.

use dirigent_tests::client::text;
use serde_json::{Value, json};

use crate::world::{PAGE, Row, World, pass, refused, with};

#[test]
fn pages() {
    let World { host, standard, execution, .. } = &World::new();
    // Real tokens, each of another list than the one it is shown to.
    let other = host.create("other", &serde_json::from_str(&pass()).unwrap());
    for machine in [standard, &other] {
        for _ in 0..2 {
            host.output(&host.start(machine, &json!({})));
        }
    }
    let page = |action: &str, mut params: Value| {
        params["maxResults"] = 1.into();
        text(&host.must(action, params)["nextToken"])
    };
    let of_other = page("ListExecutions", json!({ "stateMachineArn": other }));
    let of_history = page("GetExecutionHistory", json!({ "executionArn": execution }));
    let of_machines = page("ListStateMachines", json!({}));
    let list = |changes: Value| with(json!({ "stateMachineArn": standard }), &changes);
    let mut rows: Vec<Row> = Vec::new();
    let lists = [
        ("ListExecutions", list(json!({})), [of_history.as_str(), &of_other, &of_machines]),
        ("ListStateMachines", json!({}), [&of_history, &of_other, "forged"]),
        ("GetExecutionHistory", json!({ "executionArn": execution }), [&of_machines, &of_other, "forged"]),
    ];
    for (action, params, tokens) in lists {
        for token in tokens.into_iter().chain(["forged", "=", "\u{fffd}", "AAAA"]) {
            let mut params = params.clone();
            params["nextToken"] = token.into();
            rows.push((action, params, "InvalidToken", "Invalid Token: '".into()));
        }
        let bounds = [
            (json!(PAGE + 1), format!("less than or equal to {PAGE}")),
            (json!(-1), "greater than or equal to 0".into()),
        ];
        for (size, bound) in bounds {
            let mut params = params.clone();
            params["maxResults"] = size.clone();
            let message = format!(
                "1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: \
                 Member must have value {bound}"
            );
            rows.push((action, params, "ValidationException", message));
        }
        for size in [json!("5"), json!(1.5), json!([1])] {
            let mut params = params.clone();
            params["maxResults"] = size;
            rows.push((action, params, "SerializationException", String::new()));
        }
    }
    refused(host, rows);
    // The tokens themselves are sound.
    host.must("ListExecutions", json!({ "stateMachineArn": other, "nextToken": of_other }));
    host.must("GetExecutionHistory", json!({ "executionArn": execution, "nextToken": of_history }));
    host.must("ListStateMachines", json!({ "nextToken": of_machines }));
}

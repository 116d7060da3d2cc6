//! Which role an action of AWS's API or a route of the host's own takes. What is not here is refused to everybody, so a new
//! action or route without a line here cannot be reached where authentication is on (and a test fails).

use axum::http::Method;
use serde_json::{Map, Value};

use super::Role::{self, Admin, Read, Run};

/// Each action of AWS's API.
const ACTIONS: [(&str, Role); 37] = [
    ("CreateActivity", Admin),
    ("CreateStateMachine", Admin),
    ("CreateStateMachineAlias", Admin),
    ("DeleteActivity", Admin),
    ("DeleteStateMachine", Admin),
    ("DeleteStateMachineAlias", Admin),
    ("DeleteStateMachineVersion", Admin),
    ("DescribeActivity", Read),
    ("DescribeExecution", Read),
    ("DescribeMapRun", Read),
    ("DescribeStateMachine", Read),
    ("DescribeStateMachineAlias", Read),
    ("DescribeStateMachineForExecution", Read),
    // It takes the task away from other workers.
    ("GetActivityTask", Run),
    ("GetExecutionHistory", Read),
    ("ListActivities", Read),
    ("ListExecutions", Read),
    ("ListMapRuns", Read),
    ("ListStateMachineAliases", Read),
    ("ListStateMachineVersions", Read),
    ("ListStateMachines", Read),
    ("ListTagsForResource", Read),
    ("PublishStateMachineVersion", Admin),
    ("RedriveExecution", Run),
    ("SendTaskFailure", Run),
    ("SendTaskHeartbeat", Run),
    ("SendTaskSuccess", Run),
    ("StartExecution", Run),
    ("StartSyncExecution", Run),
    ("StopExecution", Run),
    ("TagResource", Admin),
    // It calls whatever plugin the caller writes down. Where it can call none, `of_quiet_test` has another role.
    ("TestState", Admin),
    ("UntagResource", Admin),
    // It is about a run under way, as stopping it is.
    ("UpdateMapRun", Run),
    ("UpdateStateMachine", Admin),
    ("UpdateStateMachineAlias", Admin),
    ("ValidateStateMachineDefinition", Read),
];

/// Each route besides AWS's `POST /`, by method and path as the router has it. `GET` is `HEAD` too.
const ROUTES: [(Method, &str, Role); 17] = [
    (Method::GET, "/api/openapi.json", Read),
    (Method::GET, "/api/executions", Read),
    (Method::POST, "/api/executions", Run),
    (Method::POST, "/api/executions/stop", Run),
    (Method::POST, "/api/executions/redrive", Run),
    (Method::GET, "/api/executions/{arn}", Read),
    (Method::GET, "/api/executions/{arn}/history", Read),
    (Method::GET, "/api/executions/{arn}/tasks", Read),
    (Method::GET, "/api/executions/{arn}/events", Read),
    (Method::POST, "/api/executions/{arn}/stop", Run),
    (Method::POST, "/api/executions/{arn}/redrive", Run),
    (Method::GET, "/api/events", Read),
    (Method::POST, "/api/backup", Admin),
    (Method::GET, "/api/plugins", Read),
    (Method::GET, "/api/plugins/{name}/logs", Read),
    (Method::GET, "/api/plugins/{name}/users", Read),
    (Method::GET, "/metrics", Read),
];

/// Routes that ask nobody who they are: health, the page of the console, and signing in and out. Files of the console are
/// what no route has.
const OPEN: [(Method, &str); 6] = [
    (Method::GET, "/healthz"),
    (Method::GET, "/readyz"),
    (Method::GET, "/"),
    (Method::GET, "/session"),
    (Method::POST, "/session"),
    (Method::DELETE, "/session"),
];

/// What an action takes.
pub(super) fn of_action(name: &str) -> Option<Role> {
    ACTIONS.iter().find(|(action, _)| *action == name).map(|(_, role)| *role)
}

/// What TestState takes when it evaluates, and calls nothing: with a mock, or without a role, which no Task runs without.
/// Source: AWS Step Functions API Reference, "TestState", `mock` and `roleArn`.
pub(super) fn of_quiet_test(action: &str, parameters: &Map<String, Value>) -> Option<Role> {
    let role = parameters.get("roleArn").is_some_and(|role| !role.is_null());
    let mocked = parameters.get("mock").is_some_and(Value::is_object);
    (action == "TestState" && (mocked || !role)).then_some(Read)
}

/// What a route takes.
pub(super) fn of_route(method: &Method, path: &str) -> Option<Role> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    ROUTES.iter().find(|(verb, route, _)| verb == method && *route == path).map(|(.., role)| *role)
}

/// Whether a route asks nobody who they are.
pub(super) fn is_open(method: &Method, path: &str) -> bool {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    OPEN.iter().any(|(verb, route)| verb == method && *route == path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_that_is_served_is_in_the_table_and_no_other() {
        // The arms of the dispatcher, as they are written.
        let dispatcher = include_str!("../actions/mod.rs");
        let arms = dispatcher.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"));
        let served: BTreeSet<&str> = arms.map(|(name, _)| name).collect();
        assert!(served.len() >= 37, "{served:?}");
        assert_eq!(ACTIONS.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), served);
    }

    #[test]
    fn every_route_that_is_described_is_in_the_table() {
        let document = serde_json::to_value(crate::rest::router().1).unwrap();
        let mut described = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let (asks, open) = (of_route(&method, path).is_some(), is_open(&method, path));
                assert!(asks != open, "{method} {path} has to be in one of ROUTES and OPEN");
                described += 1;
            }
        }
        // Besides these: the description itself, /metrics, and of the open ones health and the page.
        assert_eq!(described, ROUTES.len() - 2 + OPEN.len() - 3);
    }

    #[test]
    fn what_roles_may_do() {
        for (method, path, role) in [
            (Method::GET, "/metrics", Some(Read)),
            (Method::HEAD, "/api/plugins", Some(Read)),
            (Method::POST, "/api/executions/{arn}/stop", Some(Run)),
            (Method::POST, "/api/backup", Some(Admin)),
            (Method::PUT, "/api/plugins", None),
            (Method::GET, "/api/anything-new", None),
        ] {
            assert_eq!(of_route(&method, path), role, "{method} {path}");
        }
        for (name, role) in ACTIONS {
            let (reads, runs) = (
                ["Describe", "List"].iter().any(|verb| name.starts_with(verb)),
                ["Start", "Stop", "Redrive", "SendTask"].iter().any(|verb| name.starts_with(verb)),
            );
            let changes =
                ["Create", "Delete", "Publish", "Tag", "Untag"].iter().any(|verb| name.starts_with(verb));
            match role {
                Read => assert!(!runs && !changes, "{name}"),
                Run => assert!(!reads && !changes, "{name}"),
                Admin => assert!(!reads && !runs, "{name}"),
            }
        }
    }
}

//! Requests that are none.

use crate::world::{World, nested};

#[test]
fn the_wire() {
    let World { host, standard, .. } = &World::new();
    let json_1_0 = ("Content-Type", "application/x-amz-json-1.0");
    let target = |name| [json_1_0, ("X-Amz-Target", name)];
    let start = target("AWSStepFunctions.StartExecution");
    let deep = format!("{{\"stateMachineArn\":{}}}", nested(100_000));
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, u16, &'a str);
    let cases: [Case<'_>; 11] = [
        ("an unknown action", &target("AWSStepFunctions.Nonsense"), "{}", 400, "UnknownOperationException"),
        ("another service", &target("AmazonSQS.SendMessage"), "{}", 400, "UnknownOperationException"),
        ("no target", &[json_1_0], "{}", 400, "UnknownOperationException"),
        ("half an object", &start, "{", 400, "SerializationException"),
        ("no JSON", &start, "stateMachineArn=m", 400, "SerializationException"),
        ("an array", &start, "[]", 400, "SerializationException"),
        ("a string", &start, "\"m\"", 400, "SerializationException"),
        ("two objects", &start, "{} {}", 400, "SerializationException"),
        ("nested without end", &start, &deep, 400, "SerializationException"),
        ("nothing", &start, "", 400, "ValidationException"),
        ("nothing, and not needed", &target("AWSStepFunctions.ListStateMachines"), "", 200, ""),
    ];
    for (name, headers, body, status, code) in cases {
        let answer = host.post("/", headers, body).unwrap();
        let given = (answer.status, answer.json()["__type"].as_str().unwrap_or_default().to_owned());
        assert_eq!(given, (status, code.to_owned()), "{name}: {}", answer.body);
    }
    // A body beyond all limits is not read to its end.
    let huge = format!("{{\"stateMachineArn\":\"{standard}\",\"input\":\"{}\"}}", "x".repeat(96 << 20));
    if let Ok(answer) = host.post("/", &start, &huge) {
        let given = (answer.status, answer.json()["__type"].clone());
        assert_eq!(given, (413, "RequestEntityTooLargeException".into()), "{}", answer.body);
    }
    assert_eq!(host.get("/healthz").unwrap().status, 200);
    assert_eq!(host.get("/nowhere").unwrap().status, 404);
    assert_eq!(host.get("/").unwrap().status, 200);
}

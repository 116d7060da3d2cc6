//! Tokens, and what their roles may do.

use serde_json::json;

use super::signatures::Signed;
use super::{Callers, OWN, Role, Site, pass};

#[tokio::test]
async fn tokens_and_roles() {
    let site = Site::new().await;
    let machine = site.world.create_as(OWN, "m", pass(json!(1))).await;
    let start = json!({ "stateMachineArn": machine });
    let role = "arn:aws:iam::000000000000:role/r";
    let task = r#"{"Type":"Task","Resource":"plugin:echo","End":true}"#;
    let mocked = json!({ "definition": task, "roleArn": role, "mock": { "result": "{}" } });
    for (action, params, least) in [
        ("ListStateMachines", json!({}), Role::Read),
        ("DescribeStateMachine", start.clone(), Role::Read),
        ("StartExecution", start.clone(), Role::Run),
        ("TestState", mocked, Role::Read),
        // Without a role no Task runs.
        ("TestState", json!({ "definition": r#"{"Type":"Pass","End":true}"#, "roleArn": null }), Role::Read),
        (
            "TestState",
            json!({ "definition": r#"{"Type":"Pass","End":true}"#, "roleArn": role, "mock": null }),
            Role::Admin,
        ),
        ("DeleteStateMachine", start, Role::Admin),
    ] {
        for role in Role::ALL {
            let answer = site.act(role, action, params.clone()).await;
            let told = format!("{action} as {role}: {} {}", answer.status, answer.body);
            if role < least {
                assert_eq!(answer.code(), "AccessDeniedException", "{told}");
            } else {
                assert_eq!(answer.status, 200, "{told}");
            }
        }
    }
    for (path, headers, status) in [
        ("/healthz", vec![], 200),
        ("/readyz", vec![], 200),
        ("/", vec![], 200),
        ("/executions/x", vec![("accept", "text/html")], 200),
        ("/api/plugins", vec![], 401),
        ("/api/openapi.json", vec![], 401),
        ("/metrics", vec![], 401),
        ("/session", vec![], 401),
        ("/api/plugins", vec![("authorization", "Bearer read-token-of-some-length")], 200),
        ("/api/plugins", vec![("authorization", "bearer  read-token-of-some-length")], 200),
        ("/metrics", vec![("authorization", "Bearer read-token-of-some-length")], 200),
        ("/api/plugins", vec![("authorization", "Bearer read-token-of-some-lengt")], 401),
        ("/api/plugins", vec![("authorization", "Bearer ")], 401),
        ("/api/plugins", vec![("authorization", "Basic cmVhZA==")], 401),
        ("/api/plugins", vec![("authorization", "AWS4-HMAC-SHA256 Credential=KEYread/x")], 401),
        ("/api/nothing", vec![], 404),
    ] {
        let answer = site.send("GET", path, &headers, "").await;
        assert_eq!(answer.status, status, "{path} {headers:?}: {}", answer.body);
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{path} {headers:?}");
    }
    let denied =
        site.send("POST", "/api/backup", &[("authorization", "Bearer run-token-of-some-length")], "").await;
    assert_eq!((denied.status.as_u16(), denied.code()), (403, "AccessDeniedException"), "{}", denied.body);
    assert_eq!(
        denied.message(),
        "`run` is not authorized to perform: POST /api/backup because its role is run, and this takes the role admin"
    );
    let put =
        site.send("PUT", "/api/plugins", &[("authorization", "Bearer admin-token-of-some-length")], "").await;
    assert_eq!(put.status, 403, "what is in no table is refused to everybody");
    assert!(site.refused("role") > 5 && site.refused("unknown_token") == 2 && site.refused("missing") == 4);
}

#[tokio::test]

async fn callers_are_replaced_while_the_host_runs() {
    let site = Site::new().await;
    let bearer = [("authorization", "Bearer read-token-of-some-length")];
    assert_eq!(site.send("GET", "/api/plugins", &bearer, "").await.status, 200);
    let mut others = Callers::default();
    others.add_token("read", "another-token-of-some-length", Role::Read).unwrap();
    site.gate.replace(others);
    assert_eq!(site.send("GET", "/api/plugins", &bearer, "").await.status, 401);
    assert_eq!(site.ask(Signed::default().request()).await.code(), "UnrecognizedClientException");
}

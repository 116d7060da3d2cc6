//! HTTP Tasks natively: what they send, and what becomes of responses.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use dirigent_plugin::{
    Context, Failure, guest,
    http::{Error, Response},
    testing,
};
use serde_json::{Value, json};

use crate::{request, run};

const ARN: &str =
    "arn:aws:events:us-east-2:123456789012:connection/Stripe/81210c42-8af1-456b-9c4a-6ff02fc664ac";

/// Arguments that call `https://host/path` with what a test adds.
fn arguments(more: Value) -> String {
    let mut all = json!({
        "ApiEndpoint": "https://host/path",
        "Method": "POST",
        "Authentication": { "ConnectionArn": ARN },
    });
    for (name, value) in more.as_object().unwrap() {
        if value == "absent" {
            all.as_object_mut().unwrap().remove(name);
        } else {
            all[name] = value.clone();
        }
    }
    all.to_string()
}

/// What a state with these arguments sends.
fn sent(more: Value) -> Result<dirigent_plugin::http::Request, Failure> {
    request("eu-central-1", &serde_json::from_str(&arguments(more)).unwrap())
}

/// What comes of a state with these arguments.
fn outcome(more: Value) -> Result<String, Failure> {
    guest::run(&Context::for_test("Call"), &arguments(more), run)
}

#[test]
fn what_is_sent_with_each_request() {
    let request =
        sent(json!({ "Method": "GET", "Headers": { "Range": "bytes=0-1", "user-agent": "mine" } })).unwrap();
    let headers: Vec<_> = request.headers.iter().collect();
    let expected = [
        ("User-Agent", "Amazon|StepFunctions|HttpInvoke|eu-central-1"),
        ("Range", "bytes=0-262144"),
        ("Dirigent-Connection", "Stripe"),
    ];
    assert_eq!(headers, expected);
    assert_eq!((request.method.as_str(), request.body.len()), ("GET", 0));
}

#[test]
fn which_connection_a_request_names() {
    let through = |arn: &str| json!({ "ConnectionArn": arn });
    for (authentication, invocation, expected) in [
        (through(ARN), json!("absent"), Ok("Stripe")),
        (json!("absent"), through(ARN), Ok("Stripe")),
        (json!("absent"), through("Stripe"), Ok("Stripe")),
        (json!("absent"), through("arn:aws:events:us-east-2:123456789012:connection/a.b_c-1"), Ok("a.b_c-1")),
        (json!("absent"), json!("absent"), Err("either `InvocationConfig` or `Authentication`")),
        (through(ARN), through(ARN), Err("either `InvocationConfig` or `Authentication`")),
        (through("arn:aws:iam::1:role/x"), json!("absent"), Err("is not the ARN of a connection")),
        (
            through("arn:aws:events:us-east-2:1:connection/a\r\nb/x"),
            json!("absent"),
            Err("is not the ARN of a connection"),
        ),
        (through(""), json!("absent"), Err("is not the ARN of a connection")),
    ] {
        let request = sent(json!({ "Authentication": authentication, "InvocationConfig": invocation }));
        match (request, expected) {
            (Ok(request), Ok(name)) => assert_eq!(request.headers.get("Dirigent-Connection"), Some(name)),
            (Err(failure), Err(part)) => {
                assert!(failure.error == "States.Runtime" && failure.cause.contains(part), "{failure}");
            }
            (request, expected) => panic!("{expected:?}: {request:?}"),
        }
    }
}

#[test]
fn urls_with_their_parameters() {
    for (endpoint, parameters, expected) in [
        (
            "https://host/path",
            json!({ "currency": "usd", "n": 1.50, "on": true }),
            "https://host/path?currency=usd&n=1.5&on=true",
        ),
        ("https://host/path?a=b", json!({ "c d": "e&f/ü" }), "https://host/path?a=b&c%20d=e%26f%2F%C3%BC"),
        ("https://host/path?", json!({ "a": ["b", "c"] }), "https://host/path?a=b&a=c"),
        ("https://host/path", json!("?a=b&c=%20d e"), "https://host/path?a=b&c=%20d%20e"),
        ("https://host/path", json!(["a=b", { "c": "d" }]), "https://host/path?a=b&c=d"),
        ("https://host/path", json!({}), "https://host/path"),
        ("https://host/path?x", Value::Null, "https://host/path?x"),
    ] {
        let request = sent(json!({ "ApiEndpoint": endpoint, "QueryParameters": parameters })).unwrap();
        assert_eq!(request.url, expected);
    }
}

#[test]
fn bodies_and_their_encodings() {
    let form = |format: &str| json!({ "RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": { "ArrayFormat": format } });
    let array = json!({ "array": ["a", "b", "c, d"] });
    let order = json!({ "customer": "1", "description": "Monthly subscription", "metadata": { "order_details": "monthly report" } });
    for (body, transform, expected) in [
        (json!({ "b": 1, "a": [2.50, null] }), Value::Null, r#"{"a":[2.5,null],"b":1}"#),
        (json!("<xml/>"), Value::Null, "<xml/>"),
        (json!([1]), json!({ "RequestBodyEncoding": "NONE" }), "[1]"),
        (
            array.clone(),
            json!({ "RequestBodyEncoding": "URL_ENCODED" }),
            "array%5B0%5D=a&array%5B1%5D=b&array%5B2%5D=c%2C%20d",
        ),
        (array.clone(), form("INDICES"), "array%5B0%5D=a&array%5B1%5D=b&array%5B2%5D=c%2C%20d"),
        (array.clone(), form("REPEAT"), "array=a&array=b&array=c%2C%20d"),
        (array.clone(), form("COMMAS"), "array=a%2Cb%2Cc%2C%20d"),
        (array, form("BRACKETS"), "array%5B%5D=a&array%5B%5D=b&array%5B%5D=c%2C%20d"),
        (
            order,
            form("INDICES"),
            "customer=1&description=Monthly%20subscription&metadata%5Border_details%5D=monthly%20report",
        ),
        (
            json!({ "a": [{ "b": [1] }], "n": null, "e": [], "o": {} }),
            form("INDICES"),
            "a%5B0%5D%5Bb%5D%5B0%5D=1&n=",
        ),
        (json!("a=b"), form("INDICES"), "a=b"),
    ] {
        let transform = if transform.is_null() { json!("absent") } else { transform };
        let request = sent(json!({ "RequestBody": body, "Transform": transform })).unwrap();
        assert_eq!(String::from_utf8(request.body).unwrap(), expected);
        assert_eq!(request.headers.get("Content-Type"), Some("application/json; charset=UTF-8"));
    }
}

#[test]
fn the_body_keeps_its_numbers_and_its_order() {
    let text = r#"{"z":12345678901234567890123,"a":1.10}"#;
    let input = arguments(json!({})).replacen('{', &format!("{{\"RequestBody\":{text},"), 1);
    testing::answer_http(|request| {
        Ok(Response::new(200).body(request.body.clone()).header("content-type", "application/json"))
    });
    let output = guest::run(&Context::for_test("Call"), &input, run).unwrap();
    let expected = format!(
        r#"{{"Headers":{{"content-type":["application/json"]}},"ResponseBody":{text},"StatusCode":200,"StatusText":"OK"}}"#
    );
    assert_eq!(output, expected);
}

#[test]
fn what_no_http_task_may_say() {
    let deep = (0..40).fold(json!(1), |inner, _| json!({ "a": inner }));
    let form = json!({ "RequestBodyEncoding": "URL_ENCODED" });
    let commas = json!({ "RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": { "ArrayFormat": "COMMAS" } });
    for (more, error, part) in [
        (
            json!({ "Headers": { "authorization": "x", "X-Amz-Date": "y", "ok": "z" } }),
            "States.Runtime",
            "unsupported values: [x-amz-date, authorization]",
        ),
        (json!({ "Headers": { "Dirigent-Connection": "other" } }), "States.Runtime", "[dirigent-connection]"),
        (json!({ "Headers": { "Accept-Encoding": "gzip" } }), "States.Runtime", "[accept-encoding]"),
        (json!({ "Headers": [1] }), "States.Runtime", "`Headers` has to be"),
        (json!({ "Headers": { "a": { "b": 1 } } }), "States.Runtime", "`Headers` has to be"),
        (json!({ "QueryParameters": { "a": { "b": 1 } } }), "States.Runtime", "`QueryParameters` has to be"),
        (json!({ "QueryParameters": 7 }), "States.Runtime", "`QueryParameters` has to be"),
        (json!({ "Method": "TRACE" }), "States.Runtime", "`TRACE` is not a Method"),
        (json!({ "ApiEndpoint": "ftp://host" }), "States.Runtime", "only https and http"),
        (json!({ "ApiEndpoint": "https://host/#x" }), "States.Runtime", "fragment"),
        (json!({ "RequestBody": [1], "Transform": form }), "States.Runtime", "has to be an object"),
        (
            json!({ "RequestBody": { "a": [[1]] }, "Transform": commas }),
            "States.Runtime",
            "COMMAS cannot say",
        ),
        (json!({ "RequestBody": deep, "Transform": form }), "States.Runtime", "nested deeper than 32"),
        (
            json!({ "Transform": { "RequestBodyEncoding": "GZIP" } }),
            "Plugin.InvalidInput",
            "Transform.RequestBodyEncoding",
        ),
        (json!({ "Body": 1 }), "Plugin.InvalidInput", "unknown field `Body`"),
        (json!({ "ApiEndpoint": "absent" }), "Plugin.InvalidInput", "missing field `ApiEndpoint`"),
    ] {
        testing::answer_http(|request| panic!("{} is sent", request.url));
        let failure = outcome(more.clone()).unwrap_err();
        assert!(failure.error == error && failure.cause.contains(part), "{more}: {failure}");
    }
}

#[test]
fn what_becomes_of_responses() {
    let ok = |kind: &str, body: &[u8]| Response::new(200).header("Content-Type", kind).body(body);
    for (response, expected) in [
        (ok("application/json; charset=utf-8", b"{\"b\": 1.0, \"a\":[]}"), Ok("{\"b\": 1.0, \"a\":[]}")),
        (ok("application/problem+JSON", b"[1]"), Ok("[1]")),
        (ok("application/json", b"no json"), Ok("\"no json\"")),
        (ok("text/plain", b"{\"a\":1}"), Ok("\"{\\\"a\\\":1}\"")),
        (Response::new(204), Ok("\"\"")),
        (ok("image/png", b"x"), Err(("States.Runtime", "image/png"))),
        (ok("application/octet-stream", b"x"), Err(("States.Runtime", "application/octet-stream"))),
        (ok("text/plain", b"\xff\xfe"), Err(("States.Runtime", "not text in UTF-8"))),
        (Response::new(404).body("{\"why\":1}"), Err(("States.Http.StatusCode.404", "{\"why\":1}"))),
        (Response::new(503), Err(("States.Http.StatusCode.503", "Service Unavailable"))),
        (
            Response::new(302).header("Location", "http://127.0.0.1/"),
            Err(("States.Http.StatusCode.302", "Found")),
        ),
        (ok("text/plain", &[b'x'; 262_145]), Ok("x")),
        (ok("text/plain", &[b'x'; 262_146]), Err(("States.DataLimitExceeded", "more than 262145 bytes"))),
    ] {
        let status = response.status;
        testing::answer_http(move |_| Ok(response.clone()));
        match (outcome(json!({})), expected) {
            (Ok(output), Ok(body)) => {
                let output: Value = serde_json::from_str(&output).unwrap();
                assert_eq!(output["StatusCode"], status);
                let got = output["ResponseBody"].to_string();
                let same =
                    serde_json::from_str::<Value>(body).is_ok_and(|body| body == output["ResponseBody"]);
                assert!(same || (body == "x" && got.len() == 262_147), "{got}");
            }
            (Err(failure), Err((error, part))) => {
                assert!(failure.error == error && failure.cause.contains(part), "{failure}");
            }
            (got, expected) => panic!("{expected:?}: {got:?}"),
        }
    }
}

#[test]
fn headers_of_a_response_are_lists() {
    let response =
        || Response::new(201).header("Set-Cookie", "a").header("ETag", "x").header("set-cookie", "b");
    testing::answer_http(move |_| Ok(response()));
    let output: Value = serde_json::from_str(&outcome(json!({})).unwrap()).unwrap();
    let expected = json!({
        "Headers": { "set-cookie": ["a", "b"], "etag": ["x"] },
        "ResponseBody": "",
        "StatusCode": 201,
        "StatusText": "Created",
    });
    assert_eq!(output, expected);
}

#[test]
fn no_response_is_a_failure_of_the_socket() {
    testing::answer_http(|_| {
        Err(Error::Failed { code: "connection-refused".into(), request: "POST https://host".into() })
    });
    let failure = outcome(json!({})).unwrap_err();
    assert_eq!(failure.error, "States.Http.Socket");
    assert!(failure.cause.contains("connection-refused"), "{failure}");
}

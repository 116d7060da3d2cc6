//! Tags.

use serde_json::{Value, json};

use crate::world::{World, refused};

#[test]
fn tags() {
    let World { host, standard, .. } = &World::new();
    let unknown = format!("{standard}-x");
    let tag = |key: &str, value: &str| json!({ "key": key, "value": value });
    let many: Vec<Value> = (0..51).map(|n| tag(&n.to_string(), "")).collect();
    refused(
        host,
        vec![
            ("TagResource", json!({ "resourceArn": standard, "tags": many }), "TooManyTags", String::new()),
            (
                "TagResource",
                json!({ "resourceArn": standard, "tags": [tag("", "v")] }),
                "ValidationException",
                "Value '' at 'tags.1.member.key' failed to satisfy constraint: ".into(),
            ),
            (
                "TagResource",
                json!({ "resourceArn": standard, "tags": [tag(&"k".repeat(129), "v")] }),
                "ValidationException",
                String::new(),
            ),
            (
                "TagResource",
                json!({ "resourceArn": standard, "tags": [tag("k", "v"), { "key": "k", "value": 7 }] }),
                "SerializationException",
                "'tags.2.member.value' must be a string".into(),
            ),
            (
                "UntagResource",
                json!({ "resourceArn": standard, "tagKeys": ["k", ""] }),
                "ValidationException",
                "Value '' at 'tagKeys.2.member' failed to satisfy constraint: ".into(),
            ),
            (
                "TagResource",
                json!({ "resourceArn": standard }),
                "ValidationException",
                "Value null at 'tags' failed to satisfy constraint: Member must not be null".into(),
            ),
            (
                "TagResource",
                json!({ "resourceArn": unknown, "tags": [] }),
                "ResourceNotFound",
                format!("Resource not found: '{unknown}'"),
            ),
            (
                "UntagResource",
                json!({ "resourceArn": unknown, "tagKeys": [] }),
                "ResourceNotFound",
                format!("Resource not found: '{unknown}'"),
            ),
            (
                "ListTagsForResource",
                json!({ "resourceArn": unknown }),
                "ResourceNotFound",
                format!("Resource not found: '{unknown}'"),
            ),
        ],
    );
    assert_eq!(host.must("ListTagsForResource", json!({ "resourceArn": standard }))["tags"], json!([]));
}

//! Single states.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::test_state::TestStateError;
use aws_sdk_sfn::types::{InspectionLevel, MockErrorOutput, MockInput, TestExecutionStatus};
use serde_json::json;

use crate::calls::{ROLE, refused, step};

pub async fn alone(client: &Client) {
    let mut state =
        json!({ "Type": "Task", "Resource": "plugin:echo", "ResultPath": "$.echo", "Next": "Elsewhere" });
    let test = client.test_state().definition(state.to_string()).role_arn(ROLE).input(r#"{"a":1}"#);
    let tested = test.inspection_level(InspectionLevel::Debug).send().await.unwrap();
    assert_eq!(tested.status, Some(TestExecutionStatus::Succeeded));
    assert_eq!(tested.next_state.as_deref(), Some("Elsewhere"));
    assert_eq!(tested.output.as_deref(), Some(r#"{"a":1,"echo":{"a":1}}"#));
    assert_eq!(tested.inspection_data.unwrap().result.as_deref(), Some(r#"{"a":1}"#));
    step("test a state with its plugin");

    let without_role = client.test_state().definition(state.to_string()).send().await;
    refused(without_role, TestStateError::is_validation_exception);
    state["Retry"] = json!([{ "ErrorEquals": ["Busy"], "IntervalSeconds": 2 }]);
    let busy = MockErrorOutput::builder().error("Busy").cause("so it is").build();
    let mock = MockInput::builder().error_output(busy).build();
    let retried = client.test_state().definition(state.to_string()).mock(mock).send().await.unwrap();
    assert_eq!(retried.status, Some(TestExecutionStatus::Retriable));
    assert_eq!((retried.error.as_deref(), retried.cause.as_deref()), (Some("Busy"), Some("so it is")));
    step("test a state with a mock");
}

//! Workflows as users write them.

#[test]
fn todo_workflows() {}

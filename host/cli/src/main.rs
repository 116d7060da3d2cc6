//! The binary `dirigent`.
fn main() {}

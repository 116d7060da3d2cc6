//! What a program does with the AWS SDK for Rust: versions, aliases, histories, workers, tokens, redrive, Express, single
//! states. Usage: rust-story ENDPOINT
//!
//! Needs a host whose registry has the plugin `echo`. Prints a line for each step that held; fails at the first that did not.
//!
//! - `client`: a client of a host on loopback
//! - `calls`: what the steps have in common
//! - `machines`: state machines, versions, aliases, tags
//! - `executions`: executions, their histories and lists, Express, redrive
//! - `callers`: an activity's worker, a task's token
//! - `states`: single states

mod callers;
mod calls;
mod client;
mod executions;
mod machines;
mod states;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let endpoint = std::env::args().nth(1).expect("usage: rust-story ENDPOINT");
    let client = client::of(&endpoint);
    let machine = machines::create(&client).await;
    machines::versions_and_aliases(&client, &machine).await;
    executions::histories(&client).await;
    callers::work_and_tokens(&client).await;
    executions::redrive(&client).await;
    executions::express(&client).await;
    states::alone(&client).await;
    machines::tags_and_deletion(&client, &machine).await;
}

//! What an ARN asks to start, and the limits of versions and aliases.

mod common;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use dirigent_engine::catalog::{
    Alias, CatalogError, MAX_ALIASES, MAX_VERSIONS, MachineType, Publish, RevisionContent, Route, Routes,
};
use dirigent_engine::{Binding, Engine, EngineConfig, Fault, TaskCall, TaskHost, TaskOutcome};
use dirigent_store::{MemoryStore, RedbOptions, RedbStore, Store};
use serde_json::json;

struct NoTasks;

#[async_trait]
impl TaskHost for NoTasks {
    fn bind(&self, _: &Binding) -> Option<[u8; 32]> {
        None
    }

    fn explain(&self, binding: &Binding) -> Fault {
        Fault::new("Plugin.NotFound", format!("there is no {}", binding.key()))
    }

    async fn call(&self, _: [u8; 32], _: TaskCall) -> TaskOutcome {
        panic!("there is no component to call")
    }
}

fn content(number: usize) -> RevisionContent {
    common::content(
        &json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "Result": number, "End": true } } }),
    )
}

fn alias(name: &str, routes: &[(u32, u8)]) -> Alias {
    let routes =
        routes.iter().map(|(version, weight)| Route { version: *version, weight: *weight }).collect();
    let routes = Routes::new(routes).expect("are sound");
    Alias { name: name.into(), description: None, routes, created_ms: 0, updated_ms: 0 }
}

/// An engine with a machine `m` of that many versions.
async fn with_versions(store: Arc<dyn Store>, count: usize) -> Arc<Engine> {
    let engine = Engine::open(EngineConfig::default(), store, Arc::new(NoTasks)).await.expect("opens");
    let publish = || Some(Publish::default());
    let created =
        engine.catalog().create("m", MachineType::Standard, content(1), Vec::new(), publish()).await;
    created.expect("creates");
    for number in 2..=count {
        engine.catalog().update("m", content(number), publish()).await.expect("updates");
    }
    engine
}

/// How often each version is what an ARN leads to.
async fn targets(engine: &Engine, arn: &str, times: u32) -> HashMap<u32, u32> {
    let mut counts = HashMap::new();
    for _ in 0..times {
        let target = engine.target(arn).await.expect("reads").expect("exists");
        let origin = target.origin.expect("an alias starts it");
        assert_eq!(target.machine.revision.number, origin.version, "it runs the revision of its version");
        *counts.entry(origin.version).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn an_alias_divides_executions_by_its_weights() {
    let engine = with_versions(Arc::new(MemoryStore::default()), 2).await;
    for (name, routes) in [("a", &[(1, 70), (2, 30)][..]), ("b", &[(2, 0), (1, 100)]), ("c", &[(2, 100)])] {
        engine.catalog().create_alias("m", alias(name, routes)).await.expect("creates");
    }
    let arn = |name: &str| format!("{}:{name}", engine.state_machine_arn("m"));
    let times = 10_000;
    let counts = targets(&engine, &arn("a"), times).await;
    // The standard deviation is 46: this is more than ten of them.
    assert!((6_500..=7_500).contains(&counts[&1]) && counts[&1] + counts[&2] == times, "{counts:?}");
    assert_eq!(targets(&engine, &arn("b"), 1_000).await, HashMap::from([(1, 1_000)]));
    assert_eq!(targets(&engine, &arn("c"), 1_000).await, HashMap::from([(2, 1_000)]));
}

#[tokio::test]
async fn limits() {
    let store = Arc::new(MemoryStore::default());
    let engine = with_versions(store.clone(), MAX_VERSIONS).await;
    for number in 0..MAX_ALIASES {
        engine.catalog().create_alias("m", alias(&format!("a{number}"), &[(1, 100)])).await.expect("creates");
    }
    // Both in this process and in the next one.
    for engine in
        [engine, Engine::open(EngineConfig::default(), store, Arc::new(NoTasks)).await.expect("opens")]
    {
        let one_more = engine.catalog().create_alias("m", alias("one-more", &[(1, 100)])).await;
        assert!(matches!(one_more, Err(CatalogError::TooManyAliases)), "{one_more:?}");
        // The update is not made either.
        let one_more = engine.catalog().update("m", content(0), Some(Publish::default())).await;
        assert!(matches!(one_more, Err(CatalogError::TooManyVersions)), "{one_more:?}");
        let machine = engine.catalog().get("m").expect("exists");
        assert_eq!(machine.revision.number as usize, MAX_VERSIONS);
    }
}

#[tokio::test]
async fn an_arn_of_another_region_or_account_means_nothing() {
    let engine = with_versions(Arc::new(MemoryStore::default()), 1).await;
    let own = engine.state_machine_arn("m");
    for (arn, exists) in [
        (own.clone(), true),
        (format!("{own}:1"), true),
        (format!("{own}:2"), false),
        (format!("{own}:live"), false),
        (format!("{own}:1:1"), false),
        (format!("{own}:"), false),
        (own.replace("us-east-1", "us-west-2"), false),
        (own.replace("000000000000", "000000000002"), false),
        (own.replace("stateMachine", "execution"), false),
        ("m".into(), false),
        (String::new(), false),
    ] {
        assert_eq!(engine.target(&arn).await.expect("reads").is_some(), exists, "{arn}");
    }
}

#[tokio::test]
async fn a_change_whose_caller_goes_away_shows_as_soon_as_it_is_durable() {
    let directory = tempfile::tempdir().expect("makes a directory");
    let store = Arc::new(RedbStore::open(directory.path(), &RedbOptions::default()).expect("opens"));
    let engine = with_versions(store, 1).await;
    for number in 2..=20 {
        let publish = Some(Publish::default());
        let update = engine.catalog().update("m", content(number), publish);
        // Polled once, so that its commit is under way, and dropped.
        tokio::select! {
            biased;
            _ = update => panic!("a commit takes its time"),
            () = std::future::ready(()) => {}
        }
        // The next change has its turn when that one is done, and builds on it.
        let published = engine.catalog().publish("m", None, Publish::default()).await.expect("publishes");
        assert_eq!(published.revision as usize, number, "the update shows");
        assert_eq!(published.number as usize, number, "and so does its version");
    }
}

#[tokio::test]
async fn a_change_of_an_activity_shows_too_when_its_caller_goes_away() {
    let directory = tempfile::tempdir().expect("makes a directory");
    let store = Arc::new(RedbStore::open(directory.path(), &RedbOptions::default()).expect("opens"));
    let engine = with_versions(store, 1).await;
    let activities = engine.activities();
    for number in 0..20 {
        let name = format!("a{number}");
        tokio::select! {
            biased;
            _ = activities.create(&name, 0, None, Vec::new()) => panic!("a commit takes its time"),
            () = std::future::ready(()) => {}
        }
        // The next change has its turn when that one is done.
        let tag = |tags: &mut Vec<_>| tags.push(("k".to_owned(), "v".to_owned()));
        let tagged = activities.tag(&name, tag).await.expect("the activity shows");
        assert_eq!(tagged.tags.len(), 1);
        tokio::select! {
            biased;
            _ = activities.delete(&name) => panic!("a commit takes its time"),
            () = std::future::ready(()) => {}
        }
        let again = activities.create(&name, 7, None, Vec::new()).await.expect("creates");
        assert_eq!((again.created_ms, again.tags.len()), (7, 0), "the deletion shows");
    }
}

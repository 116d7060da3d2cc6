//! The registry directory: plugins come, change and go while the host runs.

use std::{fs, time::Duration};

use dirigent_runtime::{Call, Digest, PluginState, Runtime};
use serde_json::json;

use crate::support::{House, call, call_digest, component, context, eventually, output};

fn state(runtime: &Runtime, name: &str, version: &str) -> Option<PluginState> {
    runtime.plugins().into_iter().find(|it| it.name == name && it.version == version).map(|it| it.state)
}

async fn broken(runtime: &Runtime, name: &str, version: &str) -> String {
    eventually("broken", || match state(runtime, name, version) {
        Some(PluginState::Broken { why }) => Some(why),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_plugin_is_live_once_it_is_dropped_in_and_gone_once_it_is_removed() {
    let house = House::with(&[]);
    let runtime = house.open().await;
    assert!(runtime.plugins().is_empty());

    house.install("echo", "1.0.0", &component("echo"));
    let first = eventually("added", || runtime.resolve("plugin:echo")).await;
    assert_eq!(first, Digest::of(&component("echo")));
    assert_eq!(output(&call(&runtime, "plugin:echo", json!([1, 2.50, "ä"])).await), json!([1, 2.50, "ä"]));

    // A newer version serves beside the older one.
    house.install("echo", "1.1.0", &component("hostile"));
    let second = Digest::of(&component("hostile"));
    eventually("newer", || (runtime.resolve("plugin:echo") == Some(second)).then_some(())).await;
    assert_eq!(runtime.resolve("plugin:echo@1.0"), Some(first));

    // A manifest that comes later counts.
    house.manifest("echo", "1.1.0", "serves = [\"arn:aws:states:::sqs:sendMessage\"]\n");
    eventually("manifest", || runtime.resolve("arn:aws:states:::sqs:sendMessage")).await;

    fs::remove_dir_all(house.path("echo", "1.1.0")).unwrap();
    eventually("removed", || (runtime.resolve("plugin:echo") == Some(first)).then_some(())).await;
    assert_eq!(runtime.resolve("arn:aws:states:::sqs:sendMessage"), None);
    fs::remove_dir_all(house.path("echo", "1.0.0")).unwrap();
    eventually("all removed", || runtime.plugins().is_empty().then_some(())).await;
    assert_eq!(runtime.explain_missing("plugin:echo").error, "Plugin.NotFound");
}

#[tokio::test]
async fn a_pinned_digest_outlives_its_file_and_the_host() {
    let house = House::new();
    house.install("echo", "1.0.0", &component("echo"));
    house.manifest("echo", "1.0.0", "[limits]\nfuel = 5_000_000\n");
    let runtime = house.open().await;
    let pinned = runtime.resolve("plugin:echo").unwrap();
    let ask = |text: &str| Call::new(context("plugin:echo"), text.to_owned());
    assert_eq!(output(&call_digest(&runtime, pinned, ask("1")).await), json!(1));

    house.install("echo", "1.0.0", &component("hostile"));
    let replaced = Digest::of(&component("hostile"));
    eventually("replaced", || (runtime.resolve("plugin:echo") == Some(replaced)).then_some(())).await;
    assert_eq!(output(&call_digest(&runtime, pinned, ask("2")).await), json!(2));

    fs::remove_dir_all(house.folder.path().join("registry/echo")).unwrap();
    eventually("removed", || runtime.plugins().is_empty().then_some(())).await;
    assert_eq!(output(&call_digest(&runtime, pinned, ask("3")).await), json!(3));

    drop(runtime);
    let runtime = house.open().await;
    assert_eq!(output(&call_digest(&runtime, pinned, ask("4")).await), json!(4));
    // Its name and limits are remembered as well.
    assert_eq!(runtime.name_of(pinned).as_deref(), Some("echo@1.0.0"));
    let endless = Call::new(context("plugin:echo"), json!({"do": "loop"}).to_string());
    let failure = call_digest(&runtime, replaced, endless).await.result.unwrap_err();
    assert!(failure.cause.contains("plugin echo@1.0.0 used all of its 5000000 units"), "{failure}");

    let nobodys = Digest::of(b"nobody's");
    let failure = call_digest(&runtime, nobodys, ask("5")).await.result.unwrap_err();
    assert_eq!(failure.error, "Plugin.NotFound");
    assert!(failure.cause.contains(&nobodys.to_string()), "{failure}");
}

#[tokio::test]
async fn broken_plugins_say_why_and_the_others_serve() {
    let house = House::with(&["echo"]);
    let core_module = b"\0asm\x01\0\0\0";
    let empty_component = b"\0asm\x0d\0\x01\0";
    house.install("text", "1.0.0", b"hello");
    house.install("core", "1.0.0", core_module);
    house.install("world", "1.0.0", empty_component);
    house.install("manifest", "1.0.0", &component("echo"));
    house.manifest("manifest", "1.0.0", "[limits]\nfule = 1");
    house.install("folder", "new", &component("echo"));
    house.manifest("lonely", "1.0.0", "");
    house.install("echo", "1.1.0", b"an update gone wrong");
    let runtime = house.open().await;
    for (name, version, why) in [
        ("text", "1.0.0", "plugin.wasm: the file is not a WebAssembly component that this host can compile"),
        ("core", "1.0.0", "plugin.wasm: the file is not a WebAssembly component that this host can compile"),
        (
            "world",
            "1.0.0",
            "plugin.wasm: it is not a task: it exports nothing, and has to export dirigent:task/handler@1.0.0",
        ),
        ("manifest", "1.0.0", "plugin.toml: line 2: unknown field `fule`, expected one of `fuel`"),
        ("folder", "new", "is not a version; name it like 1.2.0"),
        ("lonely", "1.0.0", "plugin.wasm is missing"),
        ("echo", "1.1.0", "plugin.wasm: the file is not a WebAssembly component"),
    ] {
        let reported = broken(&runtime, name, version).await;
        assert!(reported.contains(why), "{name}: {reported}");
        assert!(reported.contains(name), "{name}: the path is missing in {reported}");
    }
    // The newest version that works.
    assert_eq!(output(&call(&runtime, "plugin:echo", json!(1)).await), json!(1));
    // Nothing runs under a manifest that nobody can read: it may have lowered a limit.
    assert_eq!(runtime.resolve("plugin:manifest"), None);
    let failure = runtime.explain_missing("plugin:manifest");
    assert_eq!(failure.error, "Plugin.Broken");
    // A component that does not work is found and says why.
    let failure = call(&runtime, "plugin:core", json!(1)).await.result.unwrap_err();
    assert_eq!(failure.error, "Plugin.Broken");
    assert!(failure.cause.contains("plugin core@1.0.0 is broken"), "{failure}");
}

#[tokio::test]
async fn a_file_that_is_written_slowly_is_not_taken_for_final() {
    let house = House::with(&["hostile"]);
    let bytes = component("echo");
    let old = Digest::of(&component("hostile"));
    let runtime = house.open().await;
    eventually("ready", || (state(&runtime, "hostile", "1.0.0") == Some(PluginState::Ready)).then_some(()))
        .await;

    // One new plugin and one that is replaced, both in pieces. What serves is the old one or the whole new one.
    let step = bytes.len() / 4;
    for end in [0, step, 2 * step, 3 * step, bytes.len()] {
        house.install("slow", "1.0.0", &bytes[..end]);
        house.install("hostile", "1.0.0", &bytes[..end]);
        tokio::time::sleep(Duration::from_millis(150)).await;
        for (resource, allowed) in [("plugin:slow", None), ("plugin:hostile", Some(old))] {
            let serves = runtime.resolve(resource);
            assert!(
                serves == allowed || serves == Some(Digest::of(&bytes)),
                "{resource} at {end}: {serves:?}"
            );
        }
    }
    for resource in ["plugin:slow", "plugin:hostile"] {
        eventually(resource, || (runtime.resolve(resource) == Some(Digest::of(&bytes))).then_some(())).await;
        assert_eq!(output(&call(&runtime, resource, json!("whole")).await), json!("whole"));
    }
}

#[tokio::test]
async fn the_registry_is_read_from_time_to_time_where_nothing_is_reported() {
    // A folder behind a link is not watched, but read.
    let mut house = House::with(&[]);
    house.config.rescan = Duration::from_millis(50);
    let elsewhere = tempfile::tempdir().unwrap();
    fs::create_dir_all(house.folder.path().join("registry")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), house.folder.path().join("registry/echo")).unwrap();
    let runtime = house.open().await;
    fs::create_dir(elsewhere.path().join("1.0.0")).unwrap();
    fs::write(elsewhere.path().join("1.0.0/plugin.wasm"), component("echo")).unwrap();
    eventually("found by reading", || runtime.resolve("plugin:echo")).await;
}

#[tokio::test]
async fn manifests_lower_limits_and_calls_lower_them_further() {
    let house = House::with(&["hostile"]);
    house.manifest("hostile", "1.0.0", "[limits]\nfuel = 2_000_000\nmemory = \"1GiB\"\n");
    let runtime = house.open().await;
    let digest = runtime.resolve("plugin:hostile").unwrap();
    for (asked, in_force) in
        [(None, "2000000"), (Some(1_000_000), "1000000"), (Some(9_000_000_000), "2000000")]
    {
        let mut call = Call::new(context("plugin:hostile"), json!({"do": "loop"}).to_string());
        call.limits.fuel = asked.map(dirigent_runtime::Fuel);
        let failure = call_digest(&runtime, digest, call).await.result.unwrap_err();
        assert!(failure.cause.contains(&format!("all of its {in_force} units")), "{failure}");
    }
    // The host's 256 MiB hold, whatever a manifest says.
    let outcome = call(&runtime, "plugin:hostile", json!({"do": "grow", "bytes": 300 << 20})).await;
    assert_eq!(output(&outcome), json!({"granted": false}));
}

#[tokio::test]
async fn functions_are_plugins_of_that_name() {
    let house = House::with(&["echo"]);
    let runtime = house.open().await;
    let digest = Some(Digest::of(&component("echo")));
    for name in [
        "echo",
        "echo:PROD",
        "arn:aws:lambda:us-east-1:123456789012:function:echo",
        "123456789012:function:echo",
    ] {
        assert_eq!(runtime.resolve_function(name), digest, "{name}");
    }
    assert_eq!(runtime.resolve_function("other"), None);
    let failure = runtime.explain_missing_function("other:PROD");
    assert_eq!(failure.error, "Plugin.NotFound");
    assert!(failure.cause.starts_with("there is no plugin `other`"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn aliases_and_their_weights() {
    let house = House::new();
    let bytes = component("hostile");
    for (version, manifest) in [("1.2.0", "description = \"old\"\n[environment]\nV = \"old\""), ("1.3.0", "")]
    {
        house.install("charge", version, &bytes);
        house.manifest("charge", version, manifest);
    }
    let aliases = house.folder.path().join("registry/charge/aliases.toml");
    std::fs::write(
        &aliases,
        "stable = \"1.2.0\"\ncanary = { \"1.2.0\" = 90, \"1.3.0\" = 10 }\ngone = \"9.9.9\"",
    )
    .unwrap();
    let runtime = house.open().await;
    let pin = |version: &str| runtime.resolve(&format!("plugin:charge@{version}")).unwrap();
    let (old, new) = (pin("1.2.0"), pin("1.3.0"));
    assert_ne!(old, new);
    let function = "arn:aws:lambda:us-east-1:123456789012:function:charge";
    for (resource, expected) in [
        ("plugin:charge".to_owned(), new),
        ("plugin:charge@stable".to_owned(), old),
        (format!("{function}:stable"), old),
        // A qualifier of Lambda's own, which is no alias here.
        (format!("{function}:PROD"), new),
    ] {
        assert_eq!(runtime.resolve(&resource), Some(expected), "{resource}");
    }
    assert_eq!(runtime.resolve_function("charge:stable"), Some(old));
    let drawn = (0..2_000).filter(|_| runtime.resolve("plugin:charge@canary") == Some(new)).count();
    // Two hundred are expected; further off than this happens less often than once in 10^20 times.
    assert!((60..400).contains(&drawn), "{drawn}");
    let missing = runtime.explain_missing("plugin:charge@gone");
    assert!(
        missing.cause.contains("the alias `gone` of plugin `charge` names 9.9.9, which is not there"),
        "{missing}"
    );

    // A file that is wrong changes nothing; a mended one counts, without a restart.
    std::fs::write(&aliases, "stable = 1").unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(runtime.resolve("plugin:charge@stable"), Some(old));
    std::fs::write(&aliases, "default = \"1.2.0\"").unwrap();
    eventually("the new aliases count", || (runtime.resolve("plugin:charge") == Some(old)).then_some(()))
        .await;
    assert_eq!(runtime.resolve("plugin:charge@stable"), None);
}

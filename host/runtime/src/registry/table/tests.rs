//! What resources mean for a registry at one moment.
use super::*;

fn found(name: &str, version: &str, serves: &[&str]) -> Found {
    Found {
        name: name.into(),
        folder: version.into(),
        version: Version::parse(version).map_err(|error| error.to_string()),
        component: "plugin.wasm".into(),
        component_bytes: 1,
        digest: Ok(digest(name, version)),
        manifest: Ok(Manifest {
            serves: serves.iter().map(|&it| it.to_owned()).collect(),
            ..Manifest::default()
        }),
        settled: true,
    }
}

fn digest(name: &str, version: &str) -> Digest {
    Digest::of(format!("{name}@{version}").as_bytes())
}

fn broken(is_broken: &'static [(&'static str, &'static str)]) -> impl Fn(&Digest) -> Option<ShelfState> {
    move |it| {
        let broken = is_broken.iter().any(|(name, version)| digest(name, version) == *it);
        broken.then(|| ShelfState::Broken("no component".into()))
    }
}

fn table() -> Table {
    let plugins = vec![
        found("charge", "1.2.0", &[]),
        found("charge", "1.10.0", &["arn:aws:states:::sqs:sendMessage"]),
        found("charge", "1.2.7", &[]),
        found("charge", "2.0.0-rc.1", &[]),
        found("charge", "1.11.0", &[]), // broken
        found("beta", "0.1.0-beta.1", &["arn:aws:states:::sqs:sendMessage"]),
        found("other", "1.0.0", &["arn:aws:lambda:us-east-1:123456789012:function:charge"]),
        found("bad", "1.0.0", &[]), // broken
        found("not a name", "1.0.0", &[]),
        found("folder", "latest", &[]),
    ];
    Table::build(plugins, broken(&[("charge", "1.11.0"), ("bad", "1.0.0")]), &Table::default(), true)
}

#[test]
fn resources_and_what_serves_them() {
    let table = table();
    for (resource, expected) in [
        ("plugin:charge", Some(("charge", "1.10.0"))),
        ("plugin:charge@1", Some(("charge", "1.10.0"))),
        ("plugin:charge@1.2", Some(("charge", "1.2.7"))),
        ("plugin:charge@1.1", None),
        ("plugin:charge@1.2.0", Some(("charge", "1.2.0"))),
        ("plugin:charge@1.11", Some(("charge", "1.11.0"))), // broken, but the only one: the call says why
        ("plugin:charge@2", None),
        ("plugin:charge@2.0.0-rc.1", Some(("charge", "2.0.0-rc.1"))),
        ("plugin:charge@", None),
        ("plugin:beta", Some(("beta", "0.1.0-beta.1"))),
        ("plugin:bad", Some(("bad", "1.0.0"))),
        ("plugin:absent", None),
        ("arn:aws:lambda:eu-west-1:123456789012:function:charge:PROD", Some(("charge", "1.10.0"))),
        // A manifest that names the whole ARN wins over the plugin of that name.
        ("arn:aws:lambda:us-east-1:123456789012:function:charge", Some(("other", "1.0.0"))),
        // Two plugins: the first by name.
        ("arn:aws:states:::sqs:sendMessage", Some(("beta", "0.1.0-beta.1"))),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", None),
        ("plugin:folder", None),
        ("plugin:not a name", None),
    ] {
        assert_eq!(
            table.resolve(resource),
            expected.map(|(name, version)| digest(name, version)),
            "{resource}"
        );
    }
}

#[test]
fn why_nothing_serves() {
    let table = table();
    let registry = Some(Path::new("registry"));
    for (resource, error, cause) in [
        (
            "plugin:absent",
            "Plugin.NotFound",
            "there is no plugin `absent` (the registry is registry, which has bad, beta, charge, other)",
        ),
        (
            "plugin:charge@3",
            "Plugin.NotFound",
            "plugin `charge` has no version `3`; it has 2.0.0-rc.1, 1.11.0, 1.10.0, 1.2.7, 1.2.0",
        ),
        (
            "arn:aws:states:::sns:publish",
            "Plugin.NotFound",
            "no plugin serves `arn:aws:states:::sns:publish`: name it in `serves` of a plugin.toml (the registry is registry)",
        ),
        ("plugin:folder", "Plugin.Broken", "plugin folder@latest is broken: "),
    ] {
        let failure = table.explain_missing(resource, None, registry);
        assert_eq!(failure.error, error, "{resource}");
        assert!(failure.cause.starts_with(cause), "{resource}: {}", failure.cause);
    }
}

#[test]
fn a_file_that_is_being_written_replaces_nothing() {
    let before = table();
    let unsettled = |name: &str, content: &str| Found {
        digest: Ok(Digest::of(content.as_bytes())),
        settled: false,
        ..found(name, "1.0.0", &[])
    };
    let half = |_: &Digest| Some(ShelfState::Broken("truncated".into()));
    let nothing_yet = |_: &Digest| Some(ShelfState::Compiling);
    for state in [&half as &dyn Fn(&Digest) -> Option<ShelfState>, &nothing_yet] {
        let after =
            Table::build(vec![unsettled("other", "half"), unsettled("new", "half")], state, &before, false);
        assert_eq!(after.resolve("plugin:other"), Some(digest("other", "1.0.0")));
        assert_eq!(after.resolve("plugin:new"), None);
        assert_eq!(after.explain_missing("plugin:new", None, None).error, "Plugin.NotFound");
        assert!(after.unsettled);
        assert!(after.plugins.iter().all(|plugin| plugin.state == PluginState::Compiling));
    }
}

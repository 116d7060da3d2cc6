//! Components, a registry to put them in, and waiting with a bound.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use dirigent_runtime::{Call, Digest, OperatorPolicy, Outcome, Runtime, RuntimeConfig, TaskContext};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything takes on a busy machine. A wait that gets here fails the test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The bytes of a guest from `plugins/`.
pub(crate) fn component(name: &str) -> Vec<u8> {
    let built =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/target/wasm32-unknown-unknown/release");
    let directory = std::env::var_os("DIRIGENT_TEST_COMPONENTS").map_or(built, PathBuf::from);
    let path = directory.join(format!("{name}.wasm"));
    fs::read(&path).unwrap_or_else(|error| {
        panic!("{} cannot be read ({error}): `cargo xtask plugins` builds it", path.display());
    })
}

/// A registry and a cache of their own.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) config: RuntimeConfig,
}

impl House {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = RuntimeConfig::new(folder.path().join("registry"), folder.path().join("plugins"));
        // Few places, as tests run side by side.
        config.max_concurrent_calls = 16;
        Self { folder, config }
    }

    /// With these guests at version 1.0.0, and a cache that all tests share, so that each guest is compiled once.
    pub(crate) fn with(guests: &[&str]) -> Self {
        let mut house = Self::new();
        house.config.cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins");
        for guest in guests {
            house.install(guest, "1.0.0", &component(guest));
        }
        house
    }

    pub(crate) fn path(&self, name: &str, version: &str) -> PathBuf {
        self.folder.path().join("registry").join(name).join(version)
    }

    pub(crate) fn install(&self, name: &str, version: &str, bytes: &[u8]) {
        fs::create_dir_all(self.path(name, version)).unwrap();
        fs::write(self.path(name, version).join("plugin.wasm"), bytes).unwrap();
    }

    pub(crate) fn manifest(&self, name: &str, version: &str, text: &str) {
        fs::create_dir_all(self.path(name, version)).unwrap();
        fs::write(self.path(name, version).join("plugin.toml"), text).unwrap();
    }

    /// What the operator allows, as in the host's configuration: `allow = [{ http = ["…"] }]`.
    pub(crate) fn allow(&mut self, text: &str) {
        #[derive(serde::Deserialize)]
        struct Operator {
            allow: OperatorPolicy,
        }
        self.config.services.policy = Arc::new(toml::from_str::<Operator>(text).unwrap().allow);
    }

    pub(crate) async fn open(&self) -> Arc<Runtime> {
        Runtime::open(self.config.clone()).await.unwrap()
    }
}

/// Call a plugin by its resource with the defaults.
pub(crate) async fn call(runtime: &Runtime, resource: &str, input: Value) -> Outcome {
    let digest = runtime.resolve(resource).unwrap_or_else(|| panic!("{}", runtime.explain_missing(resource)));
    call_digest(runtime, digest, Call::new(context(resource), input.to_string())).await
}

/// Call a component.
pub(crate) async fn call_digest(runtime: &Runtime, digest: Digest, call: Call) -> Outcome {
    tokio::time::timeout(PATIENCE, runtime.call(digest, call)).await.expect("a call within a minute")
}

/// The output as JSON.
pub(crate) fn output(outcome: &Outcome) -> Value {
    match &outcome.result {
        Ok(output) => serde_json::from_str(output).unwrap(),
        Err(failure) => panic!("{failure}"),
    }
}

pub(crate) fn context(resource: &str) -> TaskContext {
    TaskContext {
        execution_arn: "arn:aws:states:us-east-1:123456789012:execution:order:one".into(),
        execution_name: "one".into(),
        state_machine_arn: "arn:aws:states:us-east-1:123456789012:stateMachine:order".into(),
        state_machine_name: "order".into(),
        state_name: "Charge".into(),
        resource: resource.into(),
        attempt: 2,
        idempotency_key: "one:Charge:1".into(),
        task_token: Some("token".into()),
        deadline: Some(1_900_000_000_000),
    }
}

/// Wait until this holds.
pub(crate) async fn eventually<T>(what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(found) = check() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(found) => found,
        Err(_) => panic!("did not happen within a minute: {what}"),
    }
}

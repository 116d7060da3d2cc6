//! Runs one case: the component in the real sandbox, with all that is around it made from the case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use dirigent_outgoing::{Client, Connections};
use dirigent_runtime::{
    Allow, Call, LogLine, Metering, OperatorPolicy, Outcome, Runtime, RuntimeConfig, Services, TaskContext,
};
use serde_json::Value;

use super::case::Case;
use super::compare::differences;
use super::http::FakeHttp;
use super::keyvalue::FakeBuckets;
use crate::plugin::project::Project;
use crate::plugin::publish;

/// A plugin that is ready to be called.
pub(super) struct Subject {
    pub(super) project: Project,
    pub(super) component: Vec<u8>,
    pub(super) manifest: String,
    /// Where compiled components are kept.
    pub(super) cache: PathBuf,
}

/// What came of a case.
pub(super) struct Report {
    /// What was not as expected. Nothing: the case passed.
    pub(super) problems: Vec<String>,
    pub(super) logs: Vec<LogLine>,
    pub(super) metering: Metering,
}

impl Subject {
    /// Runs the case.
    ///
    /// # Errors
    /// When it cannot be run at all: the plugin is broken, the case cannot be one.
    pub(super) async fn run(&self, case: &Case) -> anyhow::Result<Report> {
        let registry = tempfile::tempdir().context("cannot make a temporary folder")?;
        let place = registry.path().join(&self.project.name).join(&self.project.version);
        publish::install(&place, &self.component, &self.manifest_for(case)?)?;
        let http = Arc::new(FakeHttp::new(&case.http)?);
        let buckets = Arc::new(FakeBuckets::new(&case.keyvalue.before));
        let mut config = RuntimeConfig::new(registry.path(), &self.cache);
        config.max_concurrent_calls = 1;
        config.services = services(case, &self.project.dir, http.clone())?;
        let runtime = Runtime::open(config).await?;
        let resource = format!("plugin:{}", self.project.name);
        let digest =
            runtime.resolve(&resource).ok_or_else(|| anyhow!(runtime.explain_missing(&resource).cause))?;
        let mut call = Call::new(context(case, &resource), case.input.to_string());
        call.time_limit = Some(super::CASE_LIMIT);
        call.keyvalue = Some(buckets.clone());
        let outcome = runtime.call(digest, call).await;
        let mut problems = unexpected(case, &outcome);
        problems.extend(http.problems());
        problems.extend(buckets.problems(&case.keyvalue.after));
        Ok(Report { problems, logs: outcome.logs, metering: outcome.metering })
    }

    /// The manifest with the environment of the case.
    fn manifest_for(&self, case: &Case) -> anyhow::Result<String> {
        if case.environment.is_empty() {
            return Ok(self.manifest.clone());
        }
        let mut manifest: toml::Table = self.manifest.parse()?;
        let environment = manifest.entry("environment").or_insert_with(|| toml::Table::new().into());
        let environment = environment.as_table_mut().context("[environment] of plugin.toml is no table")?;
        environment
            .extend(case.environment.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
        Ok(manifest.to_string())
    }
}

/// The operator allows everything here, so what counts is what the manifest asks for; and nothing leaves the process.
fn services(case: &Case, dir: &Path, http: Arc<FakeHttp>) -> anyhow::Result<Services> {
    let every = |scheme: &str| format!("{scheme}://*").parse().map_err(|why: String| anyhow!(why));
    let at = |path: &PathBuf| {
        std::path::absolute(dir.join(path)).with_context(|| format!("cannot find {}", path.display()))
    };
    let directories = case.directories.iter().map(|(name, path)| Ok((name.clone(), at(path)?)));
    let allow = Allow {
        http: vec![every("http")?, every("https")?],
        keyvalue: vec!["*".into()],
        connections: vec!["*".into()],
        config: vec!["*".into()],
        directories: directories.collect::<anyhow::Result<BTreeMap<_, _>>>()?,
        ..Allow::default()
    };
    Ok(Services {
        policy: Arc::new(OperatorPolicy(vec![allow])),
        values: case.config.clone(),
        connections: Arc::new(connections(case)?),
        client: Arc::new(Client::answering(move |request| http.answer(&request))),
        ..Services::default()
    })
}

/// The connections of the case, each for all hosts that it has requests to. They hold no secret: what stands for it is a
/// header with the connection's name.
fn connections(case: &Case) -> anyhow::Result<Connections> {
    let uris = case.http.iter().filter_map(|exchange| exchange.request.url.parse::<http::Uri>().ok());
    let hosts = uris.filter_map(|uri| Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?)));
    let hosts: BTreeSet<String> = hosts.collect();
    if case.connections.is_empty() {
        return Ok(Connections::default());
    }
    let table = case.connections.iter().map(|name| {
        let headers = toml::Table::from_iter([("X-Connection".to_owned(), name.as_str().into())]);
        let hosts: Vec<toml::Value> = hosts.iter().map(|host| host.as_str().into()).collect();
        let connection = [("hosts".to_owned(), hosts.into()), ("headers".to_owned(), headers.into())];
        (name.clone(), toml::Table::from_iter(connection).into())
    });
    Connections::read(&table.collect())
        .with_context(|| format!("the connections of the case `{}`", case.name))
}

fn context(case: &Case, resource: &str) -> TaskContext {
    let given = &case.context;
    let or = |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
    TaskContext {
        execution_arn: "arn:aws:states:us-east-1:000000000000:execution:test:test".into(),
        execution_name: "test".into(),
        state_machine_arn: "arn:aws:states:us-east-1:000000000000:stateMachine:test".into(),
        state_machine_name: "test".into(),
        state_name: or(&given.state_name, "Test"),
        resource: or(&given.resource, resource),
        attempt: given.attempt,
        idempotency_key: or(&given.idempotency_key, "test"),
        task_token: given.task_token.clone(),
        deadline: None,
    }
}

/// How the end of the call and its log are not as expected.
fn unexpected(case: &Case, outcome: &Outcome) -> Vec<String> {
    let mut problems = match (&outcome.result, &case.output, &case.error) {
        (Ok(output), Some(expected), _) => match serde_json::from_str::<Value>(output) {
            Ok(got) => differences("output", expected, &got),
            Err(error) => vec![format!("output: it is not JSON: {error}")],
        },
        (Err(failure), _, Some(expected)) => {
            let name = differences("error", &expected.name.as_str().into(), &failure.error.as_str().into());
            let lacks = expected.cause.as_ref().filter(|part| !failure.cause.contains(*part));
            let cause = lacks.map(|part| format!("cause: expected {part} in it, got {}", failure.cause));
            name.into_iter().chain(cause).collect()
        }
        (Ok(output), _, Some(expected)) => {
            vec![format!("expected the error {}, got the output {output}", expected.name)]
        }
        (Err(failure), ..) => vec![format!("expected an output, got the error {failure}")],
        // A case has one of the two.
        (Ok(_), None, None) => Vec::new(),
    };
    let logged = |text: &String| outcome.logs.iter().any(|line| line.message.contains(text));
    problems.extend(
        case.logs.iter().filter(|text| !logged(text)).map(|text| format!("logs: no line has {text} in it")),
    );
    problems
}

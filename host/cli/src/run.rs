//! `dirigent run`: one execution in the same engine, on a store in memory.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use dirigent_engine::catalog::{CatalogError, MachineType, RevisionContent};
use dirigent_engine::rows::StatusRow;
use dirigent_engine::{CASE_MARK, Engine, EngineConfig, NoLogs, Payload, StartRequest};
use dirigent_items::Buckets;
use dirigent_runtime::{Runtime, RuntimeConfig};
use dirigent_store::MemoryStore;

use crate::args;
use crate::config;
use crate::input;
use crate::look::Look;
use crate::mocks;
use crate::object_host::BucketHost;
use crate::plugin_host::PluginHost;
use crate::progress::Progress;
use crate::validate;

/// How long the process stays for jobs that are being cancelled.
const LONGEST_CANCEL: std::time::Duration = std::time::Duration::from_secs(30);

pub(crate) async fn run(args: args::Run) -> anyhow::Result<ExitCode> {
    let file = &args.definition;
    let definition = input::file("definition", file)?;
    let input = Payload::parse(input::json("input", &args.input)?).context("the input is not JSON")?;

    let mut plugins = RuntimeConfig::new(&args.registry, &args.cache);
    config::apply(&mut plugins, args.config.as_deref(), Path::new(".dirigent"))?;
    let runtime = Runtime::open(plugins).await?;
    let test_cases = mocks::read(args.mocks.as_deref())?;
    let config = EngineConfig { limits: args.limits.limits()?, test_cases, ..EngineConfig::default() };
    let objects = Arc::new(BucketHost(Buckets::folder(&args.buckets)));
    let store = Arc::new(MemoryStore::default());
    let tasks = Arc::new(PluginHost::new(runtime));
    let engine = Engine::open_with(config, store, tasks, objects, Arc::new(NoLogs)).await?;
    let content = RevisionContent {
        revision_id: None,
        definition: definition.as_str().into(),
        role_arn: "arn:aws:iam::000000000000:role/dirigent-run".into(),
        logging: None,
        tracing: None,
        encryption: None,
        updated_ms: 0,
    };
    let name = machine_name(file);
    let machine = match engine.catalog().create(&name, MachineType::Standard, content, Vec::new(), None).await
    {
        Ok(machine) => machine,
        Err(CatalogError::Invalid(diagnostics)) => {
            let lines = validate::report(&file.display().to_string(), &definition, &diagnostics);
            lines.iter().for_each(|line| eprintln!("{line}"));
            bail!("{} does not compile", file.display());
        }
        Err(other) => return Err(other.into()),
    };

    let happenings = engine.subscribe();
    let shown = (!args.quiet).then(|| {
        let progress = Progress::new(Look::of(&std::io::stderr()));
        tokio::spawn(progress.follow(happenings))
    });
    let case = match &args.case {
        Some(case) => {
            let arn = format!("{}{CASE_MARK}{case}", engine.state_machine_arn(&machine.name));
            engine.target(&arn).await?.and_then(|target| target.case)
        }
        None => None,
    };
    let request = StartRequest { machine, origin: None, case, name: None, input };
    let started = engine.start_and_wait(request, std::future::pending()).await?;
    if let Some(shown) = shown {
        // The last event ends it; the bound is for a terminal that does not take what is written.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), shown).await;
    }

    // What is to be cancelled is kept in memory, and ends with it.
    let _ = tokio::time::timeout(LONGEST_CANCEL, engine.jobs_cancelled()).await;
    let description = engine.describe(started.id).await?;
    match (&description.row.status, &description.output) {
        (StatusRow::Succeeded(_), Some(output)) => {
            println!("{}", output.text());
            Ok(ExitCode::SUCCESS)
        }
        (StatusRow::Failed(fault) | StatusRow::Aborted(fault), _) => {
            let error = fault.error.as_deref().unwrap_or("no error name");
            let cause = fault.cause.as_deref().unwrap_or("no cause");
            eprintln!("dirigent: the execution failed: {error}: {cause}");
            Ok(ExitCode::FAILURE)
        }
        (StatusRow::TimedOut(_), _) => {
            eprintln!("dirigent: the execution ran longer than its TimeoutSeconds");
            Ok(ExitCode::FAILURE)
        }
        (status, _) => bail!("the execution ended as {status:?} without an output"),
    }
}

/// The state machine's name: the file's, without its endings.
fn machine_name(file: &std::path::Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    // What stands before a colon would be an account.
    name.split('.').next().filter(|name| !name.is_empty()).unwrap_or("workflow").replace(':', "-")
}

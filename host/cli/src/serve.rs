//! `dirigent serve`.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use dirigent_api::{Door, Host};
use dirigent_engine::{Engine, EngineConfig};
use dirigent_items::{Buckets, S3Config};
use dirigent_runtime::{Runtime, RuntimeConfig};
use dirigent_store::{RedbOptions, RedbStore};

use crate::args;
use crate::backup::{Backups, PLUGINS};
use crate::config;
use crate::console;
use crate::descriptors;
use crate::logs::{EventLogs, FilesConfig};
use crate::mocks;
use crate::object_host::BucketHost;
use crate::plugin_host::PluginHost;

/// How long requests under way may take to end after a signal to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How long answers have to get away when the disk fails.
const LAST_ANSWERS: Duration = Duration::from_millis(200);

pub(crate) async fn serve(args: args::Serve) -> anyhow::Result<ExitCode> {
    let registry = args.registry.unwrap_or_else(|| args.data.join("registry"));
    let mut plugins = RuntimeConfig::new(&registry, args.data.join(PLUGINS));
    let access = config::apply(&mut plugins, args.config.as_deref(), &args.data)?;
    if !args.listen.ip().is_loopback() && access.is_open() && !args.insecure {
        bail!(
            "{} can be reached by others, and everybody may do everything: there is no [token.NAME] and no [access_key.ID] in \
             {}. `dirigent token new` shows how to write one. Or listen on 127.0.0.1, or say --insecure",
            args.listen,
            args.config.unwrap_or_else(|| args.data.join(config::DEFAULT_NAME)).display()
        );
    }
    if !args.listen.ip().is_loopback() && !access.is_open() {
        tracing::warn!(
            "tokens and what they are for travel as plain text: put a proxy with TLS before this address"
        );
    }
    let gate = access.gate().await?;
    let test_cases = mocks::read(args.mocks.as_deref())?;
    // The port first: a host that cannot listen has no business with the data.
    let listener = tokio::net::TcpListener::bind(args.listen).await.with_context(|| {
        format!("cannot listen on {}. Is another host running? Choose another --listen", args.listen)
    })?;
    let address = listener.local_addr()?;

    let options = RedbOptions { fault: args.disk_fault, ..RedbOptions::default() };
    let store = Arc::new(RedbStore::open(&args.data, &options)?);
    let runtime = Runtime::open(plugins).await?;
    let config = EngineConfig {
        account: args.account,
        region: args.region,
        limits: args.limits.limits()?,
        test_cases,
        retention: args.retention,
    };
    let objects = Arc::new(BucketHost(match args.s3 {
        Some(url) => {
            Buckets::s3(S3Config { endpoint: Some(url).filter(|url| !url.is_empty()), ..S3Config::default() })
        }
        None => Buckets::folder(args.buckets.unwrap_or_else(|| args.data.join("buckets"))),
    }));
    let files = FilesConfig {
        dir: args.logs.unwrap_or_else(|| args.data.join("logs")),
        file_bytes: args.logs_file_size.0,
        files: args.logs_files,
    };
    let logs = Arc::new(EventLogs::open(files, args.otlp.as_deref(), &config.region)?);
    let plugins = Arc::new(PluginHost::new(runtime.clone()));
    let backups = Arc::new(Backups::new(store.clone(), &args.data));
    let engine = Engine::open_with(config, store.clone(), plugins.clone(), objects, logs.clone()).await?;

    // On standard output and flushed, so that a script that asked for port 0 can read it.
    println!("listening on http://{address}");
    std::io::stdout().flush()?;
    tracing::info!(
        %address,
        data = %args.data.display(),
        registry = %registry.display(),
        plugins = runtime.plugins().len(),
        "serving"
    );

    let connections = descriptors::room_for(args.connections);
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let polled = engine.clone();
    let host = Host::new(engine.clone(), plugins.clone());
    let host = host.with_backups(backups).with_console(console::console());
    let host = match gate {
        Some(gate) => {
            tokio::spawn(access.keep_fresh(gate.clone()));
            host.with_gate(gate)
        }
        None => host,
    };
    let server = axum::serve(Door::new(listener, connections), dirigent_api::router(host))
        .with_graceful_shutdown(async move {
            signal().await;
            tracing::info!("stopping");
            // A worker that polls would else keep the server for as long as it is let.
            polled.end_polls();
            let _ = stopping.send(());
        });
    tokio::select! {
        served = async { server.await } => served?,
        () = async { let _ = stopped.await; tokio::time::sleep(GRACE).await } => {}
        () = store.sync_failed() => {
            // Whoever waited for that commit was told that it failed; their answers need a moment to get away.
            tokio::time::sleep(LAST_ANSWERS).await;
            bail!(
                "the disk failed to sync, so what it holds is not known: {}. Look at the disk, and start again: what was \
                 acknowledged before is read from the disk then",
                engine.health().err().map(|error| error.to_string()).unwrap_or_default()
            );
        }
    }
    engine.close().await;
    logs.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Resolves when the process is asked to stop.
async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be caught");
            let _ = interrupt.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}

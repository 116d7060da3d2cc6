//! What requests are answered with.

use std::sync::Arc;

use axum::extract::FromRef;
use dirigent_engine::Engine;
use tokio::sync::Semaphore;

use super::backup::{BackupSource, MAX_BACKUPS};
use super::plugins::PluginDirectory;
use crate::bounds::{Bounds, Room};
use crate::{Console, Gate};

/// Streams of events that are open at a time; more are refused. Each holds a connection and looks at every step.
pub(super) const MAX_STREAMS: usize = 1_000;

/// What requests are answered with.
#[derive(Clone)]
pub struct Host {
    pub(crate) engine: Arc<Engine>,
    pub(crate) plugins: Arc<dyn PluginDirectory>,
    /// A permit for each stream of events.
    pub(crate) streams: Arc<Semaphore>,
    /// Room for requests.
    pub(crate) room: Arc<Room>,
    /// What makes backups, if it keeps anything.
    pub(crate) backups: Option<Arc<dyn BackupSource>>,
    /// A permit for each backup that is being made.
    pub(crate) backing_up: Arc<Semaphore>,
    pub(crate) console: Arc<Console>,
    /// Who may come in; without it everybody may.
    pub(crate) gate: Option<Arc<Gate>>,
}

impl Host {
    /// An engine, and the plugins that it runs.
    pub fn new(engine: Arc<Engine>, plugins: Arc<dyn PluginDirectory>) -> Host {
        let streams = Arc::new(Semaphore::new(MAX_STREAMS));
        let backing_up = Arc::new(Semaphore::new(MAX_BACKUPS));
        let room = Arc::new(Room::new(Bounds::default()));
        Host {
            engine,
            plugins,
            streams,
            room,
            backups: None,
            backing_up,
            console: Arc::default(),
            gate: None,
        }
    }

    /// With other bounds on what is under way.
    #[must_use]
    pub fn with_bounds(self, bounds: Bounds) -> Host {
        Host { room: Arc::new(Room::new(bounds)), ..self }
    }

    /// With what makes backups.
    #[must_use]
    pub fn with_backups(self, source: Arc<dyn BackupSource>) -> Host {
        Host { backups: Some(source), ..self }
    }

    /// For those whom the gate lets in only.
    #[must_use]
    pub fn with_gate(self, gate: Arc<Gate>) -> Host {
        Host { gate: Some(gate), ..self }
    }

    /// With a console; without this it is one that was not built.
    #[must_use]
    pub fn with_console(self, console: Console) -> Host {
        Host { console: Arc::new(console), ..self }
    }
}

impl FromRef<Host> for Arc<Engine> {
    fn from_ref(host: &Host) -> Arc<Engine> {
        host.engine.clone()
    }
}

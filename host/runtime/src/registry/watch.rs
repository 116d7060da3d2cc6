//! Keeps the table up to date while the directory changes.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher, event::AccessKind, event::AccessMode};
use parking_lot::RwLock;
use tokio::{sync::Notify, task::JoinHandle, time};

use super::{Table, scan::Scanner};
use crate::{
    Digest, PluginState, RuntimeError,
    components::{Identity, Shelf},
};

/// After a change is reported, further ones are waited for this long: copying a plugin is a burst of them.
const QUIET: Duration = Duration::from_millis(50);
/// A burst is not waited for longer than this.
const BURST: Duration = Duration::from_millis(500);
/// How often a directory is looked at in which something is still being written.
const UNSETTLED: Duration = Duration::from_millis(250);
/// A component that has left the registry and was not called for this long is dropped from memory.
const FORGET_AFTER: Duration = Duration::from_secs(600);

/// The registry of a runtime. Dropping it ends the watch.
pub(crate) struct Registry {
    shared: Arc<Shared>,
    task: Option<JoinHandle<()>>,
    /// Reports changes as long as it lives. None if the system has no watches left: then the slow rescan has to do.
    _watcher: Option<RecommendedWatcher>,
}

struct Shared {
    table: RwLock<Arc<Table>>,
    shelf: Arc<Shelf>,
    directory: Option<PathBuf>,
}

impl Registry {
    /// Read the directory, making it if it is missing, and start to watch it.
    pub(crate) async fn open(
        directory: Option<PathBuf>,
        shelf: Arc<Shelf>,
        rescan: Duration,
    ) -> Result<Self, RuntimeError> {
        let shared = Arc::new(Shared { table: RwLock::default(), shelf, directory: directory.clone() });
        let Some(directory) = directory else { return Ok(Self { shared, task: None, _watcher: None }) };
        let unusable = |source| RuntimeError::Directory { what: "registry", path: directory.clone(), source };
        fs::create_dir_all(&directory).map_err(unusable)?;
        fs::read_dir(&directory).map_err(unusable)?;

        // First the watch, then the reading, so that no change falls in between.
        let events = Arc::new(Notify::new());
        let watcher = watch(&directory, Arc::clone(&events));
        let scanner = update(&shared, Scanner::new(directory), true).await;
        let task = tokio::spawn(keep_up(Arc::clone(&shared), scanner, events, rescan));
        Ok(Self { shared, task: Some(task), _watcher: watcher })
    }

    /// The table at this moment.
    pub(crate) fn table(&self) -> Arc<Table> {
        Arc::clone(&self.shared.table.read())
    }

    /// Whose pin this is, if it is in the registry.
    pub(crate) fn identity(&self, pin: &Digest) -> Option<Arc<Identity>> {
        self.shared.table.read().identities.get(pin).cloned()
    }

    /// The directory, if there is one.
    pub(crate) fn directory(&self) -> Option<&PathBuf> {
        self.shared.directory.as_ref()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

fn watch(directory: &Path, events: Arc<Notify>) -> Option<RecommendedWatcher> {
    let report = move |event: notify::Result<notify::Event>| {
        let read_only = event.as_ref().is_ok_and(|event| match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
            // Our own reading is reported as well, and would go on for ever.
            EventKind::Access(_) => true,
            _ => false,
        });
        if !read_only {
            events.notify_one();
        }
    };
    let watcher = notify::recommended_watcher(report)
        .and_then(|mut watcher| watcher.watch(directory, RecursiveMode::Recursive).map(|()| watcher));
    match watcher {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            tracing::warn!(
                registry = %directory.display(),
                "changes of plugins are found by reading the directory from time to time, as it cannot be watched: {error}"
            );
            None
        }
    }
}

async fn keep_up(shared: Arc<Shared>, mut scanner: Option<Scanner>, events: Arc<Notify>, rescan: Duration) {
    // None after a panic in the scanner, which has been reported.
    while let Some(current) = scanner {
        let pause = if shared.table.read().unsettled { UNSETTLED.min(rescan) } else { rescan };
        tokio::select! {
            () = events.notified() => quiet(&events).await,
            () = shared.shelf.changed.notified() => {}
            () = time::sleep(pause) => {}
        }
        scanner = update(&shared, current, false).await;
    }
}

async fn quiet(events: &Notify) {
    let _ =
        time::timeout(BURST, async { while time::timeout(QUIET, events.notified()).await.is_ok() {} }).await;
}

/// Read the directory, start to prepare what is new, and put the new table in place.
async fn update(shared: &Arc<Shared>, mut scanner: Scanner, first: bool) -> Option<Scanner> {
    let theirs = Arc::clone(shared);
    let runtime = tokio::runtime::Handle::current();
    let updated = tokio::task::spawn_blocking(move || {
        // Preparing spawns tasks.
        let _runtime = runtime.enter();
        let found = scanner.scan();
        let shelf = &theirs.shelf;
        for found in &found {
            if let (Ok(digest), Ok(_)) = (&found.digest, &found.manifest) {
                shelf.prepare(*digest, Some(found.component.clone()));
            }
        }
        let previous = Arc::clone(&theirs.table.read());
        let mut table = Table::build(found, |digest| shelf.state(digest), &previous, first);
        table.set_aliases(scanner.aliases(), &previous);
        for (pin, identity) in &table.identities {
            if previous.identities.get(pin) != Some(identity)
                && let Err(error) = shelf.cache().store_identity(pin, identity)
            {
                tracing::warn!(plugin = %identity, "cannot write to the plugin cache: {error}");
            }
        }
        report(&previous, &table);
        shelf.forget_idle(|digest| table.has(digest), FORGET_AFTER);
        *theirs.table.write() = Arc::new(table);
        scanner
    })
    .await;
    updated.inspect_err(|error| tracing::error!("changes of plugins are no longer picked up: {error}")).ok()
}

/// Say once what became of each plugin.
fn report(previous: &Table, table: &Table) {
    for plugin in &table.plugins {
        let before =
            previous.plugins.iter().find(|it| it.name == plugin.name && it.version == plugin.version);
        if before.is_some_and(|before| before.state == plugin.state && before.digest == plugin.digest) {
            continue;
        }
        let name = format_args!("{}@{}", plugin.name, plugin.version).to_string();
        match &plugin.state {
            PluginState::Ready => {
                tracing::info!(plugin = name, path = %plugin.path.display(), "plugin is ready")
            }
            PluginState::Compiling => tracing::debug!(plugin = name, "plugin is being prepared"),
            PluginState::Broken { why } => {
                tracing::warn!(plugin = name, path = %plugin.path.display(), "plugin is broken and does not serve: {why}");
            }
        }
    }
    for plugin in &previous.plugins {
        if !table.plugins.iter().any(|it| it.name == plugin.name && it.version == plugin.version) {
            tracing::info!(plugin = format!("{}@{}", plugin.name, plugin.version), "plugin was removed");
        }
    }
}

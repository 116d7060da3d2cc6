//! What is ready to run, by digest, and the way there: from the compile cache or by compiling.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore, watch};
use wasmtime::{Engine, component::InstancePre};

use super::{Cache, abi, bounds, cache::Compiled};
use crate::{
    Digest,
    sandbox::{Abi, CallState, Engines, Exports, Workshop, engine},
};

/// Components that are compiled at the same time. One already uses all cores.
const COMPILE_AT_ONCE: usize = 1;
/// Compiled components that are read from disk at the same time.
const LOAD_AT_ONCE: usize = 2;

/// A component that can be called.
pub(crate) struct Ready {
    pub(crate) instance: InstancePre<CallState>,
    /// What of it can be called.
    pub(crate) exports: Exports,
    /// What the component imports.
    pub(crate) imports: Vec<String>,
    /// The names of all that it exports.
    pub(crate) exported: Vec<String>,
    /// Places in the pool that an instance takes.
    pub(crate) places: u32,
    /// Bytes of the compiled form.
    pub(crate) compiled_bytes: u64,
    /// Its last call was a long one.
    pub(crate) was_long: Arc<AtomicBool>,
}

/// How far a component is.
#[derive(Clone)]
pub(crate) enum ShelfState {
    Compiling,
    Ready(Arc<Ready>),
    Broken(Arc<str>),
}

struct Slot {
    state: watch::Sender<ShelfState>,
    /// Whether it was called since somebody last looked.
    used: AtomicBool,
    /// When somebody last looked and it had been.
    seen: Mutex<Instant>,
}

/// All components of this process.
pub(crate) struct Shelf {
    engines: Engines,
    cache: Cache,
    slots: Mutex<HashMap<Digest, Arc<Slot>>>,
    loads: Semaphore,
    compiles: Semaphore,
    /// Told when a component is ready or found broken.
    pub(crate) changed: Notify,
}

impl Shelf {
    pub(crate) fn new(engines: Engines, cache: Cache) -> Self {
        Self {
            engines,
            cache,
            slots: Mutex::default(),
            loads: Semaphore::new(LOAD_AT_ONCE),
            compiles: Semaphore::new(COMPILE_AT_ONCE),
            changed: Notify::new(),
        }
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// How far a component is. None if nobody asked for it yet.
    pub(crate) fn state(&self, digest: &Digest) -> Option<ShelfState> {
        self.slots.lock().get(digest).map(|slot| slot.state.borrow().clone())
    }

    /// Start to make a component ready, unless that has happened. `file` is where its bytes are if the cache has none.
    pub(crate) fn prepare(self: &Arc<Self>, digest: Digest, file: Option<PathBuf>) {
        self.slot(digest, file);
    }

    fn slot(self: &Arc<Self>, digest: Digest, file: Option<PathBuf>) -> Arc<Slot> {
        let mut slots = self.slots.lock();
        if let Some(slot) = slots.get(&digest) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot {
            state: watch::Sender::new(ShelfState::Compiling),
            used: AtomicBool::new(true),
            seen: Mutex::new(Instant::now()),
        });
        slots.insert(digest, Arc::clone(&slot));
        drop(slots);
        let (shelf, theirs) = (Arc::clone(self), Arc::clone(&slot));
        tokio::spawn(async move {
            let state = match shelf.make_ready(digest, file).await {
                Ok(ready) => ShelfState::Ready(Arc::new(ready)),
                Err(why) => ShelfState::Broken(why.into()),
            };
            theirs.state.send_replace(state);
            shelf.changed.notify_one();
        });
        slot
    }

    /// The component, once it is ready. None if there is nothing of this digest here, else why it is broken.
    pub(crate) async fn ready(self: &Arc<Self>, digest: Digest) -> Option<Result<Arc<Ready>, Arc<str>>> {
        let known = self.slots.lock().get(&digest).cloned();
        let slot = match known {
            Some(slot) => slot,
            // An execution pins a component that has left the registry.
            None if self.cache.has(&digest) => self.slot(digest, None),
            None => return None,
        };
        slot.used.store(true, Ordering::Relaxed);
        if let ShelfState::Ready(ready) = &*slot.state.borrow() {
            return Some(Ok(Arc::clone(ready)));
        }
        let mut changes = slot.state.subscribe();
        let state = changes.wait_for(|state| !matches!(state, ShelfState::Compiling)).await;
        Some(match state.as_deref() {
            Ok(ShelfState::Ready(ready)) => Ok(Arc::clone(ready)),
            Ok(ShelfState::Broken(why)) => Err(Arc::clone(why)),
            // The slot holds the sender and `slot` is alive.
            Ok(ShelfState::Compiling) | Err(_) => Err("the host is stopping".into()),
        })
    }

    /// Forget components that are not in `keep` and were not called for this long. They come back from the cache when
    /// they are.
    pub(crate) fn forget_idle(&self, keep: impl Fn(&Digest) -> bool, idle: Duration) {
        self.slots.lock().retain(|digest, slot| {
            let mut seen = slot.seen.lock();
            if slot.used.swap(false, Ordering::Relaxed) {
                *seen = Instant::now();
            }
            keep(digest) || seen.elapsed() < idle || matches!(*slot.state.borrow(), ShelfState::Compiling)
        });
    }

    async fn make_ready(self: &Arc<Self>, digest: Digest, file: Option<PathBuf>) -> Result<Ready, String> {
        let stopping = |_| "the host is stopping".to_owned();
        let _place = self.loads.acquire().await.map_err(|_| stopping(()))?;
        let (shelf, theirs) = (Arc::clone(self), file.clone());
        let loaded = tokio::task::spawn_blocking(move || shelf.load(digest, theirs.as_deref()))
            .await
            .map_err(panicked)?;
        drop(_place);
        if let Some(ready) = loaded {
            return ready;
        }
        let _place = self.compiles.acquire().await.map_err(|_| stopping(()))?;
        let shelf = Arc::clone(self);
        tokio::task::spawn_blocking(move || shelf.compile(digest, file.as_deref())).await.map_err(panicked)?
    }

    fn load(&self, digest: Digest, file: Option<&Path>) -> Option<Result<Ready, String>> {
        let (workshop, compiled) = self.load_compiled(&digest)?;
        if !self.cache.has(&digest) {
            // Somebody tidied up. An execution may pin this digest once its file has left the registry.
            let kept = self
                .bytes(digest, file)
                .and_then(|bytes| self.cache.store(&digest, &bytes).map_err(|error| error.to_string()));
            if let Err(why) = kept {
                tracing::warn!(%digest, "cannot keep a plugin in the cache: {why}");
            }
        }
        Some(link(workshop, &compiled.component, compiled.bytes))
    }

    /// The compiled form, for whichever engine it is.
    fn load_compiled(&self, digest: &Digest) -> Option<(&Workshop, Compiled)> {
        let plain = self.engines.plain();
        if let Some(compiled) = self.cache.load_compiled(plain, digest) {
            return Some((plain, compiled));
        }
        // Which engine it is for is in the component, which is read anyway when it is compiled.
        let waits = abi::of(&self.cache.read(digest).ok()?) == Abi::Async;
        let waiting = waits.then(|| self.engines.get(Abi::Async).ok()).flatten()?;
        Some((waiting, self.cache.load_compiled(waiting, digest)?))
    }

    fn compile(&self, digest: Digest, file: Option<&Path>) -> Result<Ready, String> {
        let bytes = self.bytes(digest, file)?;
        bounds::check(&bytes)?;
        let workshop = self.engines.get(abi::of(&bytes))?;
        let started = Instant::now();
        let compiled = workshop.engine.precompile_component(&bytes).map_err(|error| {
            let what = "the file is not a WebAssembly component that this host can compile";
            // The compiler's error for any other file is a dump of the bytes that it did not find.
            if bytes.starts_with(b"\0asm") {
                format!("{what}: {error:#}")
            } else {
                format!("{what}: it does not begin as WebAssembly does")
            }
        })?;
        tracing::debug!(%digest, milliseconds = started.elapsed().as_millis() as u64, "compiled a plugin");
        // Only now: a half-written file shall leave nothing behind.
        let kept = self.cache.store(&digest, &bytes);
        let kept = kept.and_then(|()| self.cache.store_compiled(workshop, &digest, &compiled));
        drop(bytes);
        if let Err(error) = kept {
            tracing::warn!(%digest, "cannot write to the plugin cache, so the next start compiles again: {error}");
        }
        let size = compiled.len() as u64;
        // From the file if it is there: its pages are shared with the page cache and cost nothing while idle.
        let component = match self.cache.load_compiled(workshop, &digest) {
            Some(compiled) => compiled.component,
            None => wasmtime::component::Component::new(&workshop.engine, &self.bytes(digest, file)?)
                .map_err(|error| format!("{error:#}"))?,
        };
        link(workshop, &component, size)
    }

    fn bytes(&self, digest: Digest, file: Option<&Path>) -> Result<Vec<u8>, String> {
        if let Ok(bytes) = self.cache.read(&digest) {
            return Ok(bytes);
        }
        let Some(file) = file else {
            return Err(format!(
                "its component {digest} is neither in the cache nor in the registry any more"
            ));
        };
        let unreadable = |error| format!("{} cannot be read: {error}", file.display());
        bounds::check_size(fs::metadata(file).map_err(unreadable)?.len())?;
        let bytes = fs::read(file).map_err(unreadable)?;
        if Digest::of(&bytes) == digest {
            Ok(bytes)
        } else {
            Err("the file changed while it was read".into())
        }
    }
}

/// The component with everything that it imports.
fn link(
    workshop: &Workshop,
    component: &wasmtime::component::Component,
    compiled_bytes: u64,
) -> Result<Ready, String> {
    let imports = component
        .component_type()
        .imports(&workshop.engine)
        .map(|(name, _)| name.to_owned())
        .collect::<Vec<_>>();
    let instance = match workshop.linker.instantiate_pre(component) {
        Ok(instance) => instance,
        Err(missing) => {
            // What this host does not offer becomes a call that is refused: many components import more than
            // they use. It does not help if an import has another type than ours.
            let mut linker = workshop.linker.clone();
            linker
                .define_unknown_imports_as_traps(component)
                .and_then(|()| linker.instantiate_pre(component))
                .map_err(|_| format!("it does not fit this host: {missing:#}"))?
        }
    };
    let exports = Exports::of(&instance).map_err(|error| wrong_world(&workshop.engine, component, &error))?;
    let needs = component.resources_required();
    let places = needs.map_or(1, |needs| engine::places(needs.num_memories, needs.num_tables));
    let exported = component.component_type();
    let exported = exported.exports(&workshop.engine).map(|(name, _)| name.to_owned()).collect();
    let was_long = Arc::default();
    Ok(Ready { instance, exports, imports, exported, places, compiled_bytes, was_long })
}

fn wrong_world(
    engine: &Engine,
    component: &wasmtime::component::Component,
    error: &wasmtime::Error,
) -> String {
    let exports =
        component.component_type().exports(engine).map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    let exports = if exports.is_empty() { "nothing".to_owned() } else { exports.join(", ") };
    format!(
        "it is not a task: it exports {exports}, and has to export dirigent:task/handler@1.0.0, \
         dirigent:task-async/handler@1.0.0 or dirigent:task/job@1.0.0 ({error:#})"
    )
}

fn panicked(error: tokio::task::JoinError) -> String {
    format!("compiling it failed: {error}")
}

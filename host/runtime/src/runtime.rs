//! The runtime as the engine sees it.

use std::{collections::BTreeMap, fs, sync::Arc};

use tokio::sync::Semaphore;

use crate::{
    Asks, Call, Digest, Failure, JobAnswer, JobEntry, LimitOverrides, Limits, Outcome, PluginInfo,
    RuntimeConfig, RuntimeError,
    components::{Cache, Identity, Shelf},
    error_names,
    outside::Services,
    registry::{Registry, function_name},
    sandbox::{self, Engines, Entry, Lanes, Ticker},
};

/// Finds plugins and calls them. One for a process; share it by `Arc`.
pub struct Runtime {
    limits: Limits,
    services: Arc<Services>,
    registry: Registry,
    shelf: Arc<Shelf>,
    ticker: Arc<Ticker>,
    lanes: Lanes,
    places: Arc<Semaphore>,
    /// All places, which a component that needs more than there are may still have.
    all_places: u32,
}

impl Runtime {
    /// Read the registry, start to watch it, and start to compile what is not in the cache.
    ///
    /// When this returns every plugin can be resolved; a call of one that is still being compiled waits for it. Needs to
    /// be called within a tokio runtime with time enabled.
    pub async fn open(config: RuntimeConfig) -> Result<Arc<Runtime>, RuntimeError> {
        let engines = Engines::open(&config)?;
        let unusable = |source| RuntimeError::Directory { what: "cache", path: config.cache.clone(), source };
        let cache = Cache::open(&config.cache).map_err(unusable)?;
        let ticker = Arc::clone(engines.ticker());
        let shelf = Arc::new(Shelf::new(engines, cache));
        // An absolute path in messages says more, and outlives a change of directory.
        let directory = config.registry.map(|path| {
            let made = fs::create_dir_all(&path).and_then(|()| fs::canonicalize(&path));
            made.unwrap_or(path)
        });
        let registry = Registry::open(directory, Arc::clone(&shelf), config.rescan).await?;
        let all_places = u32::try_from(config.max_concurrent_calls).unwrap_or(u32::MAX);
        Ok(Arc::new(Runtime {
            limits: config.limits,
            services: Arc::new(config.services),
            registry,
            shelf,
            ticker,
            lanes: Lanes::start().map_err(RuntimeError::Thread)?,
            places: Arc::new(Semaphore::new(config.max_concurrent_calls)),
            all_places,
        }))
    }

    /// The pin of what serves this `Resource` at this moment, or None: see [`Self::explain_missing`].
    ///
    /// `plugin:NAME`, `plugin:NAME@1.2` (any version that starts so), `plugin:NAME@stable` (an alias of `aliases.toml`) and a Lambda function's ARN name a plugin; any other
    /// resource is served by the plugin whose manifest names it, exactly. The newest version serves; a pre-release only
    /// when named in full or alone.
    pub fn resolve(&self, resource: &str) -> Option<Digest> {
        self.registry.table().resolve(resource)
    }

    /// The pin of what serves this Lambda function, given as in `FunctionName` of `lambda:invoke`: a name, `name:alias`,
    /// or a partial or whole ARN.
    pub fn resolve_function(&self, name: &str) -> Option<Digest> {
        let table = self.registry.table();
        table.resolve(name).or_else(|| {
            let (name, qualifier) = function_name(name);
            table.find_function(name, qualifier)
        })
    }

    /// Why [`Self::resolve`] found nothing for this resource, as the failure of the task: `Plugin.NotFound`, or
    /// `Plugin.Broken` if a plugin would serve it but cannot.
    pub fn explain_missing(&self, resource: &str) -> Failure {
        let directory = self.registry.directory().map(|path| path.as_path());
        self.registry.table().explain_missing(resource, None, directory)
    }

    /// The same for [`Self::resolve_function`].
    pub fn explain_missing_function(&self, name: &str) -> Failure {
        let directory = self.registry.directory().map(|path| path.as_path());
        self.registry.table().explain_missing(name, Some(function_name(name).0), directory)
    }

    /// Run one call of a pin in a fresh instance. Dropping the future ends the instance at once.
    ///
    /// The pin may be one that has left the registry, as long as the cache has it. Waits for the component to be compiled
    /// and for one of [`RuntimeConfig::max_concurrent_calls`] places; neither counts against the time limit.
    pub async fn call(&self, pin: Digest, call: Call) -> Outcome {
        let Outcome { result, metering, logs } = self.enter(pin, Entry::Run, call).await;
        let result = result.map(|answer| match answer {
            JobAnswer::Succeeded(output) => output,
            // A task gives nothing else.
            JobAnswer::Started(_) | JobAnswer::Running(_) | JobAnswer::Cancelled => "null".to_owned(),
        });
        Outcome { result, metering, logs }
    }

    /// Run one call of a pin that serves jobs, as [`Self::call`] does one of a task.
    pub async fn job(&self, pin: Digest, entry: JobEntry, call: Call) -> Outcome<JobAnswer> {
        self.enter(pin, Entry::Job(entry), call).await
    }

    /// Whether a pin serves jobs. Waits for the component to be compiled; one that cannot be called serves none.
    pub async fn serves_jobs(&self, pin: Digest) -> bool {
        let component = self.identity(&pin).component.unwrap_or(pin);
        matches!(self.shelf.ready(component).await, Some(Ok(ready)) if ready.exports.serves_jobs())
    }

    /// Whether a pin is of a plugin in the registry that asks for nothing, so that nobody outside can tell whether a call of it
    /// has been.
    pub fn leaves_no_mark(&self, pin: Digest) -> bool {
        self.registry.identity(&pin).is_some_and(|identity| identity.asks.is_empty())
    }

    async fn enter(&self, pin: Digest, entry: Entry, mut call: Call) -> Outcome<JobAnswer> {
        let input_bytes = call.input.len() as u64;
        let failed = |failure| Outcome::failed(failure, input_bytes);
        let who = self.identity(&pin);
        let component = who.component.unwrap_or(pin);
        let ready = match self.shelf.ready(component).await {
            Some(Ok(ready)) => ready,
            Some(Err(why)) => {
                return failed(Failure::new(error_names::BROKEN, format!("plugin {who} is broken: {why}")));
            }
            None => {
                let cause = format!(
                    "component {component} ({who}) is neither in the registry nor in the cache any more; put it back into \
                     the registry, or start again with a plugin that is there"
                );
                return failed(Failure::new(error_names::NOT_FOUND, cause));
            }
        };
        let (served, wanted) = match &entry {
            Entry::Run => {
                (ready.exports.serves_tasks(), "jobs only, so call it by a Resource that ends in .sync")
            }
            Entry::Job(_) => (ready.exports.serves_jobs(), "tasks only, so it cannot be asked for a job"),
        };
        if !served {
            return failed(Failure::new(error_names::BROKEN, format!("plugin {who} serves {wanted}")));
        }
        let own = self.limits.lowered_by(&who.limits);
        let mut limits = own.lowered_by(&call.limits);
        if limits.fuel == own.fuel {
            call.fuel_advice = None;
        }
        if let Some(time) = call.time_limit {
            limits.time = limits.time.min(time);
        }
        let stopping = || failed(Failure::new(error_names::NOT_FOUND, "the host is stopping"));
        let places = Arc::clone(&self.places).acquire_many_owned(ready.places.min(self.all_places));
        let Ok(places) = places.await else { return stopping() };
        let (ticker, services) = (Arc::clone(&self.ticker), Arc::clone(&self.services));
        let was_long = Arc::clone(&ready.was_long);
        let run = Box::pin(async move {
            let outcome = sandbox::run(&ready, &ticker, &who, &services, &limits, &entry, call).await;
            drop(places);
            outcome
        });
        let Some((mut outcome, computed)) = self.lanes.run(run, &was_long).await else { return stopping() };
        // It has the end of the instance in it, which the wall-clock time has not.
        outcome.metering.cpu = computed.min(outcome.metering.wall);
        outcome
    }

    /// Every plugin in the registry, by name and then version, newest first.
    pub fn plugins(&self) -> Vec<PluginInfo> {
        self.registry.table().plugins.clone()
    }

    /// `name@version` of a pin whose plugin is in the registry, or was when the cache last saw it.
    pub fn name_of(&self, pin: Digest) -> Option<String> {
        let table = self.registry.table();
        let known = table.identities.get(&pin).map(ToString::to_string);
        known.or_else(|| self.shelf.cache().read_identity(&pin).map(|identity| identity.to_string()))
    }

    fn identity(&self, pin: &Digest) -> Arc<Identity> {
        if let Some(identity) = self.registry.identity(pin) {
            return identity;
        }
        let kept = self.shelf.cache().read_identity(pin);
        Arc::new(kept.unwrap_or_else(|| Identity {
            name: "unknown".into(),
            version: pin.to_hex().chars().take(12).collect(),
            limits: LimitOverrides::default(),
            component: None,
            environment: BTreeMap::new(),
            asks: Asks::default(),
        }))
    }
}

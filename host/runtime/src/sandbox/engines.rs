//! The engines of a process. Most components need one without the component model's concurrency, which costs each call what
//! only WASI 0.3 uses; those that wait inside get one of their own, made when the first of them comes.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, OnceLock},
};

use wasmtime::{Engine, component::Linker};

use super::{CallState, Ticker, engine::new_engine};
use crate::{RuntimeConfig, RuntimeError, capabilities};

/// What a component needs of its engine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Abi {
    /// Functions that return: WASI 0.2, and whatever imports no WASI.
    Plain,
    /// Functions that wait, streams and futures (component model 0.3, `🔀`).
    Async,
}

/// An engine with all that is made for it.
pub(crate) struct Workshop {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<CallState>,
    /// Hash of everything that compiled code depends on.
    pub(crate) compatibility: String,
}

pub(crate) struct Engines {
    config: RuntimeConfig,
    ticker: Arc<Ticker>,
    plain: Workshop,
    waiting: OnceLock<Result<Workshop, String>>,
}

impl Engines {
    pub(crate) fn open(config: &RuntimeConfig) -> Result<Self, RuntimeError> {
        let plain = Workshop::new(config, Abi::Plain)?;
        let ticker = Ticker::start(plain.engine.clone()).map_err(RuntimeError::Thread)?;
        Ok(Self { config: config.clone(), ticker: Arc::new(ticker), plain, waiting: OnceLock::new() })
    }

    pub(crate) fn ticker(&self) -> &Arc<Ticker> {
        &self.ticker
    }

    pub(crate) fn plain(&self) -> &Workshop {
        &self.plain
    }

    /// The engine for such components, or why there is none.
    pub(crate) fn get(&self, abi: Abi) -> Result<&Workshop, String> {
        if abi == Abi::Plain {
            return Ok(&self.plain);
        }
        if !self.config.wasi_0_3 {
            return Err(
                "it needs WASI 0.3, which this host's operator has switched off (wasi-0-3 in dirigent.toml)"
                    .into(),
            );
        }
        let made = self.waiting.get_or_init(|| {
            let workshop = Workshop::new(&self.config, Abi::Async).map_err(|error| error.to_string())?;
            self.ticker.drive(workshop.engine.clone());
            Ok(workshop)
        });
        made.as_ref().map_err(Clone::clone)
    }
}

impl Workshop {
    fn new(config: &RuntimeConfig, abi: Abi) -> Result<Self, RuntimeError> {
        let engine = new_engine(config, abi)?;
        let linker = capabilities::linker(&engine, abi);
        let linker = linker.map_err(|error| RuntimeError::Engine(format!("{error:#}")))?;
        // Not stable over releases of Rust, which only means that a new build compiles once more.
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self { engine, linker, compatibility: format!("{:016x}", hasher.finish()) })
    }
}

//! What the operator decides about the runtime.

use std::{path::PathBuf, time::Duration};

use crate::{Limits, Services};

/// How to open a [`crate::Runtime`]. [`RuntimeConfig::new`] has the defaults.
#[derive(Clone, Debug)]
pub struct RuntimeConfig {
    /// The registry directory (`<name>/<version>/plugin.wasm`), made if it is missing. None: no plugins of its own,
    /// only what the cache has by digest.
    pub registry: Option<PathBuf>,
    /// Where components are kept by digest, with their compiled form. Made if it is missing. Nobody else may write
    /// here: compiled code is trusted once its checksum holds.
    pub cache: PathBuf,
    /// What a call may use: the default and the maximum.
    pub limits: Limits,
    /// Calls that run at the same time; further ones wait. Each reserves some 4 GiB of address space (not of memory).
    pub max_concurrent_calls: usize,
    /// What plugins may reach, and how they get there.
    pub services: Services,
    /// Whether components that need WASI 0.3 are served. What serves them is new in wasmtime, which does not promise to mend
    /// security problems of it in releases for long-term support.
    pub wasi_0_3: bool,
    /// How often the registry is read again though no change was reported, for file systems that report none.
    pub rescan: Duration,
}

impl RuntimeConfig {
    /// Default of [`Self::max_concurrent_calls`].
    pub const DEFAULT_CONCURRENT_CALLS: usize = 128;
    /// Default of [`Self::rescan`]: reading a registry of a hundred plugins again takes about a millisecond.
    pub const DEFAULT_RESCAN: Duration = Duration::from_secs(10);

    /// The defaults, with the registry and the cache in these directories.
    pub fn new(registry: impl Into<PathBuf>, cache: impl Into<PathBuf>) -> Self {
        Self {
            registry: Some(registry.into()),
            cache: cache.into(),
            limits: Limits::default(),
            max_concurrent_calls: Self::DEFAULT_CONCURRENT_CALLS,
            services: Services::default(),
            wasi_0_3: true,
            rescan: Self::DEFAULT_RESCAN,
        }
    }
}

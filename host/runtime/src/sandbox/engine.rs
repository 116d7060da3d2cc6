//! Wasmtime's engine and the pool that instances come from.

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::Abi;
use crate::{RuntimeConfig, RuntimeError};

/// Native stack that WebAssembly may use. Deeper recursion traps.
const WASM_STACK: usize = 512 << 10;
/// Linear memory that a slot of the pool keeps mapped between calls, if the last instance touched it. FACTS of the
/// project: between 0 and 128 KiB make no difference in speed that shows, 1 MiB costs a third more.
const KEEP_MEMORY: usize = 64 << 10;
/// The same for tables.
const KEEP_TABLE: usize = 4 << 10;
/// Slots that keep the mapping of a component which is not running. Bounds what an idle host holds.
const WARM_SLOTS: u32 = 16;
/// Core instances in a component. A plain one has three, one with a WASI adapter some ten, Python's some thirty.
const CORE_INSTANCES: u32 = 100;
/// Memories a component may have: composed ones have one a part.
const MEMORIES: u32 = 8;
/// Tables a component may have.
const TABLES: u32 = 24;
/// Tables that one place in the pool stands for; a component with more takes several places.
const TABLES_A_PLACE: u32 = 4;
/// Elements of a table. The largest seen (JavaScript engines) have some 20,000.
pub(crate) const TABLE_ELEMENTS: usize = 65_536;
/// Frames of a backtrace that are kept.
const FRAMES: usize = 16;
const WASM_PAGE: u64 = 64 << 10;
/// A 32-bit memory has no more than this.
const LARGEST_MEMORY: u64 = 4 << 30;

/// Make the engine for this configuration and such components.
pub(crate) fn new_engine(config: &RuntimeConfig, abi: Abi) -> Result<Engine, RuntimeError> {
    let places = u32::try_from(config.max_concurrent_calls).unwrap_or(u32::MAX);
    if !(1..=10_000).contains(&places) {
        return Err(RuntimeError::Setting {
            setting: "max_concurrent_calls",
            value: config.max_concurrent_calls.to_string(),
            why: "it has to be between 1 and 10000".into(),
        });
    }
    let memory = config.limits.memory.0;
    if !(WASM_PAGE..=LARGEST_MEMORY).contains(&memory) {
        return Err(RuntimeError::Setting {
            setting: "limits.memory",
            value: config.limits.memory.to_string(),
            why: "it has to be between 64KiB (one WebAssembly page) and 4GiB".into(),
        });
    }

    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(places)
        .total_core_instances(places.saturating_mul(CORE_INSTANCES))
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .total_memories(places.max(MEMORIES))
        .max_memory_size(usize::try_from(memory).unwrap_or(usize::MAX))
        .max_tables_per_component(TABLES)
        .total_tables(places.saturating_mul(TABLES_A_PLACE).max(TABLES))
        .table_elements(TABLE_ELEMENTS)
        .total_stacks(places)
        .max_unused_warm_slots(WARM_SLOTS)
        .linear_memory_keep_resident(KEEP_MEMORY)
        .table_keep_resident(KEEP_TABLE)
        .pagemap_scan(Enabled::Auto);

    let mut settings = Config::new();
    settings
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .consume_fuel(true)
        .epoch_interruption(true)
        // Without it a store needs none of its bookkeeping.
        .concurrency_support(abi == Abi::Async)
        .max_wasm_stack(WASM_STACK)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(FRAMES))
        // Names of functions are enough for the cause of a trap; addresses would make compiled code a third larger.
        .generate_address_map(false);
    Engine::new(&settings).map_err(|error| RuntimeError::Engine(format!("{error:#}")))
}

/// Places in the pool that an instance of a component with so many memories and tables takes.
pub(crate) fn places(memories: u32, tables: u32) -> u32 {
    memories.max(tables.div_ceil(TABLES_A_PLACE)).max(1)
}

//! What the runtime adds to a call: `Runtime::call` of the guest `echo` against a bare loop of wasmtime that does the same
//! (a fresh instance from a pool, fuel, epochs, a limit on memory, the same component, context and input).
//!
//! `cargo bench -p dirigent-runtime`, after `cargo xtask plugins`. Both are measured in turns in the same run, so that
//! their ratio means something on a machine that is busy with other things. Also prints what an idle host holds.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use dirigent_runtime::{Call, Digest, Runtime, RuntimeConfig, TaskContext};

/// The runtime may take this much longer than the bare loop.
const TARGET_RATIO: f64 = 1.25;
const ROUNDS: usize = 10;
const ROUND: Duration = Duration::from_millis(400);
const INPUT: &str = r#"{"order":"A-1029","customer":{"name":"Ada Lovelace","since":1843},"lines":[{"sku":"engine","quantity":1,"price":14.25},{"sku":"card","quantity":1000,"price":0.02}],"note":"deliver before noon please"}"#;

fn main() {
    let directory = tempfile::tempdir().unwrap();
    let component = fs::read(component_path()).unwrap_or_else(|error| {
        panic!("{} cannot be read ({error}): `cargo xtask plugins` builds it", component_path().display())
    });
    println!("component: {} bytes, input: {} bytes", component.len(), INPUT.len());

    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = directory.path().join("registry/echo/1.0.0");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("plugin.wasm"), &component).unwrap();
    let config = RuntimeConfig::new(directory.path().join("registry"), directory.path().join("plugins"));
    let digest = Digest::of(&component);

    // Once to compile, once with a warm cache.
    let runtime = tokio.block_on(Runtime::open(config.clone())).unwrap();
    tokio.block_on(ours(&runtime, digest));
    drop(runtime);
    let before = resident();
    let started = Instant::now();
    let runtime = tokio.block_on(Runtime::open(config)).unwrap();
    let opened = started.elapsed();
    tokio.block_on(ours(&runtime, digest));
    println!("open with a warm cache: {opened:?}, first call after: {:?}", started.elapsed());
    println!("resident: {before} KiB before the runtime, {} KiB idle after the first call", resident());

    let bare = Arc::new(bare::Bare::new(&component));
    for threads in [1, 2] {
        let (mut of_bare, mut of_ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let theirs = Arc::clone(&bare);
            of_bare.push(round(&tokio, threads, move || {
                let bare = Arc::clone(&theirs);
                async move { bare.call(INPUT).await }
            }));
            let theirs = Arc::clone(&runtime);
            of_ours.push(round(&tokio, threads, move || {
                let runtime = Arc::clone(&theirs);
                async move { ours(&runtime, digest).await }
            }));
        }
        let (bare, ours) = (Measured::of(of_bare), Measured::of(of_ours));
        let ratio = bare.rate / ours.rate;
        println!(
            "{threads} thread(s): bare {:>6.0}/s p50 {:>5.1?}   runtime {:>6.0}/s p50 {:>5.1?}   ratio {ratio:.2} \
             (target {TARGET_RATIO}): {}",
            bare.rate,
            bare.p50,
            ours.rate,
            ours.p50,
            if ratio <= TARGET_RATIO { "ok" } else { "MISSED" },
        );
    }
    println!("resident: {} KiB idle after all calls", resident());
}

async fn ours(runtime: &Runtime, digest: Digest) {
    let outcome = runtime.call(digest, Call::new(context(), INPUT)).await;
    assert_eq!(outcome.result.as_deref(), Ok(INPUT));
}

fn context() -> TaskContext {
    TaskContext {
        execution_arn: "arn:aws:states:us-east-1:123456789012:execution:order:e0a7".into(),
        execution_name: "e0a7".into(),
        state_machine_arn: "arn:aws:states:us-east-1:123456789012:stateMachine:order".into(),
        state_machine_name: "order".into(),
        state_name: "Charge".into(),
        resource: "plugin:echo".into(),
        idempotency_key: "e0a7:Charge:1".into(),
        ..TaskContext::default()
    }
}

/// One round on so many threads: calls a second, and the times of single calls.
fn round<F>(
    tokio: &tokio::runtime::Runtime,
    threads: usize,
    call: impl Fn() -> F + Clone + Send + 'static,
) -> (f64, Vec<Duration>)
where
    F: Future<Output = ()> + Send,
{
    let tasks: Vec<_> = (0..threads)
        .map(|_| {
            let call = call.clone();
            tokio.spawn(async move {
                let mut times = Vec::with_capacity(50_000);
                let started = Instant::now();
                while started.elapsed() < ROUND {
                    let before = Instant::now();
                    call().await;
                    times.push(before.elapsed());
                }
                (times.len() as f64 / started.elapsed().as_secs_f64(), times)
            })
        })
        .collect();
    tasks.into_iter().fold((0.0, Vec::new()), |(rate, mut times), task| {
        let (one, some) = tokio.block_on(task).unwrap();
        times.extend(some);
        (rate + one, times)
    })
}

struct Measured {
    rate: f64,
    p50: Duration,
}

impl Measured {
    /// The median round, which a burst of other work on the machine does not move.
    fn of(rounds: Vec<(f64, Vec<Duration>)>) -> Self {
        let (mut rates, times): (Vec<_>, Vec<_>) = rounds.into_iter().unzip();
        rates.sort_by(f64::total_cmp);
        let mut times = times.concat();
        times.sort();
        Self { rate: rates[rates.len() / 2], p50: times[times.len() / 2] }
    }
}

fn component_path() -> PathBuf {
    let built =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/target/wasm32-unknown-unknown/release");
    std::env::var_os("DIRIGENT_TEST_COMPONENTS").map_or(built, PathBuf::from).join("echo.wasm")
}

/// Resident memory of this process in KiB. 0 where there is no `/proc`.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// The same with wasmtime alone, as short as it can be written.
mod bare {
    #![allow(missing_docs, unreachable_pub, clippy::all)]

    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::Duration,
    };

    use wasmtime::{
        Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, StoreLimits,
        StoreLimitsBuilder,
        component::{Component, HasSelf, Linker},
    };

    wasmtime::component::bindgen!({
        path: "../../wit",
        inline: "
            package bare:loop;

            world plugin {
                import dirigent:task/host@1.0.0;
                export dirigent:task/handler@1.0.0;
            }
        ",
        world: "bare:loop/plugin",
        exports: { default: async },
        ownership: Borrowing { duplicate_if_necessary: true },
    });

    use dirigent::task::{host, types};

    struct State(StoreLimits);

    impl types::Host for State {}

    impl host::Host for State {
        fn log(&mut self, _: host::Level, _: String) {}
        fn heartbeat(&mut self) {}
        fn progress(&mut self, _: u64, _: Option<u64>, _: String) {}
    }

    pub struct Bare {
        pre: PluginPre<State>,
        stop: Arc<AtomicBool>,
    }

    impl Bare {
        pub fn new(component: &[u8]) -> Self {
            let mut pool = PoolingAllocationConfig::new();
            // The settings that matter, as the runtime has them: the ratio is to show what the runtime adds.
            pool.total_memories(128)
                .max_memory_size(256 << 20)
                .linear_memory_keep_resident(64 << 10)
                .table_keep_resident(4 << 10)
                .pagemap_scan(Enabled::Auto);
            let mut config = Config::new();
            config
                .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
                .concurrency_support(false)
                .consume_fuel(true)
                .epoch_interruption(true);
            let engine = Engine::new(&config).unwrap();
            let component = Component::new(&engine, component).unwrap();
            let mut linker = Linker::new(&engine);
            host::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state).unwrap();
            let pre = PluginPre::new(linker.instantiate_pre(&component).unwrap()).unwrap();
            let stop = Arc::new(AtomicBool::new(false));
            let theirs = Arc::clone(&stop);
            std::thread::spawn(move || {
                while !theirs.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(10));
                    engine.increment_epoch();
                }
            });
            Self { pre, stop }
        }

        pub async fn call(&self, input: &str) {
            let limits = StoreLimitsBuilder::new().memory_size(256 << 20).build();
            let mut store = Store::new(self.pre.engine(), State(limits));
            store.limiter(|state| &mut state.0);
            store.set_fuel(10_000_000_000).unwrap();
            store.set_epoch_deadline(1);
            store.epoch_deadline_async_yield_and_update(1);
            let plugin = self.pre.instantiate_async(&mut store).await.unwrap();
            let context = types::Context {
                execution_arn: "arn:aws:states:us-east-1:123456789012:execution:order:e0a7",
                execution_name: "e0a7",
                state_machine_arn: "arn:aws:states:us-east-1:123456789012:stateMachine:order",
                state_machine_name: "order",
                state_name: "Charge",
                resource: "plugin:echo",
                attempt: 0,
                idempotency_key: "e0a7:Charge:1",
                task_token: None,
                deadline: None,
                host_version: "0.1.0",
            };
            let output =
                plugin.dirigent_task_handler().call_run(&mut store, context, input).await.unwrap().unwrap();
            assert_eq!(output, input);
        }
    }

    impl Drop for Bare {
        fn drop(&mut self) {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

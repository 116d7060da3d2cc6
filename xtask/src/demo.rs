//! `cargo xtask demo`: runs the orders of `examples/order-fulfilment` on a host of its own, through the AWS API, and
//! shows each state as it happens.
//!
//! - `orders`: the orders, and how each is expected to end
//! - `expected`: whether an execution ended like that
//! - `host`: the host's process
//! - `api`: calls of the AWS API
//! - `progress`: from history events to lines
//! - `table`: the results
//! - `paint`: colours, on a terminal

mod api;
mod expected;
mod host;
mod orders;
mod paint;
mod progress;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};

use crate::project::Project;
use crate::{console, plugins, process};
use api::{Api, Described};
use host::Host;
use orders::Order;
use paint::Paint;
use progress::{Follower, Line};

/// How long the release build may take, on a slow machine that has compiled nothing yet.
const BUILD_LIMIT: Duration = Duration::from_secs(3600);
/// How long all executions together may take. They need some seconds; the first run compiles the plugins as well.
const RUN_LIMIT: Duration = Duration::from_secs(180);
/// How often histories are read.
const POLL: Duration = Duration::from_millis(100);
/// After this long without news, the demo says what it waits for.
const SILENCE: Duration = Duration::from_secs(3);
/// Orders that it names then.
const NAMED: usize = 3;
/// The state machine's name.
const MACHINE: &str = "order-fulfilment";

/// An execution that the demo has started.
struct Running<'a> {
    order: &'a Order,
    arn: String,
    follower: Follower,
}

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = arguments.first() {
        bail!("demo takes no argument, and was given `{unknown}`");
    }
    let project = Project::find()?;
    let example = project.root().join("examples/order-fulfilment");
    let paint = Paint::detect();
    let definition_path = example.join("order-fulfilment.asl.json");
    let definition = std::fs::read_to_string(&definition_path)
        .with_context(|| format!("cannot read {}", definition_path.display()))?;
    let orders = orders::load(&example.join("orders"))?;

    paint.heading("1/4  The plugins: every Task of the workflow is a WebAssembly component");
    plugins::build_and_install(&project)?;

    paint.heading("2/4  The host: the binary `dirigent`, optimised (the first time takes minutes)");
    if console::can_be_built() {
        console::build(&project)?;
    } else {
        println!("There is no Node.js: the host is built without its console.");
    }
    build_host(&project)?;

    paint.heading("3/4  The host starts, and gets the workflow");
    let first = !data(&project).exists();
    let host = Host::start(&project.release_binary(), &data(&project), &project.registry())?;
    println!("listening on {}, log in {}", host.url(), project.relative(host.log()));
    let api = Api::new(host.url());
    let machine = api.put_state_machine(MACHINE, &definition)?;
    println!("state machine {machine}");

    paint.heading(&format!("4/4  {} orders, all at once", orders.len()));
    for order in &orders {
        println!("  {}  {}", paint.order(order.number, &format!("{:<28}", order.name)), order.expected.shows);
    }
    if first {
        println!(
            "\nThe first task of each plugin waits for its compilation to machine code, some seconds in all."
        );
    }
    println!();
    let begin = Instant::now();
    let mut running = start_all(&api, &machine, &orders)?;
    follow_all(&api, &paint, &mut running)?;
    let seconds = begin.elapsed().as_secs_f64();

    let ended = running
        .iter()
        .map(|one| Ok((one, api.describe_execution(&one.arn)?)))
        .collect::<Result<Vec<(&Running<'_>, Described)>>>()?;
    host.stop()?;
    let unexpected = report(&paint, &ended);
    println!();
    if unexpected == 0 {
        println!(
            "{}",
            paint.good(&format!("All {} orders ended as expected, in {seconds:.1} s.", orders.len()))
        );
    } else {
        println!(
            "{}",
            paint.bad(&format!("{unexpected} of {} orders ended otherwise than expected.", orders.len()))
        );
    }
    go_on(&project, &machine, &running);
    Ok(if unexpected == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where the host keeps the executions. It stays, so that they can be looked at afterwards.
fn data(project: &Project) -> PathBuf {
    project.target().join("demo/data")
}

fn build_host(project: &Project) -> Result<()> {
    let mut cargo = process::command("cargo");
    cargo.args(["build", "--release", "--package", "dirigent-cli"]).current_dir(project.root());
    process::run(cargo, BUILD_LIMIT)
}

/// Starts an execution an order. The time in their names tells them from those of an earlier demo.
fn start_all<'a>(api: &Api, machine: &str, orders: &'a [Order]) -> Result<Vec<Running<'a>>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs();
    orders
        .iter()
        .map(|order| {
            let arn = api.start_execution(machine, &format!("{}-{now}", order.name), &order.input)?;
            Ok(Running { order, arn, follower: Follower::default() })
        })
        .collect()
}

/// Reads the histories until all executions have ended, and prints what is new.
fn follow_all(api: &Api, paint: &Paint, running: &mut [Running<'_>]) -> Result<()> {
    let begin = Instant::now();
    let mut last_news = begin;
    let mut start = f64::INFINITY;
    loop {
        let mut news: Vec<(&Order, Line)> = Vec::new();
        for one in running.iter_mut().filter(|one| !one.follower.has_ended()) {
            let lines = one.follower.read(&api.history(&one.arn)?);
            start = start.min(one.follower.started());
            news.extend(lines.into_iter().map(|line| (one.order, line)));
        }
        news.sort_by(|(_, a), (_, b)| a.at.total_cmp(&b.at));
        for (order, line) in &news {
            println!("{}", paint.line(order, line, start));
        }
        let open: Vec<&str> =
            running.iter().filter(|one| !one.follower.has_ended()).map(|one| &*one.order.name).collect();
        if open.is_empty() {
            return Ok(());
        }
        if begin.elapsed() > RUN_LIMIT {
            bail!("after {} s these have not ended: {}", RUN_LIMIT.as_secs(), open.join(", "));
        }
        if !news.is_empty() {
            last_news = Instant::now();
        } else if last_news.elapsed() > SILENCE {
            println!("{}", paint.faint(&format!("           waiting for {}", some_of(&open))));
            last_news = Instant::now();
        }
        std::thread::sleep(POLL);
    }
}

fn some_of(names: &[&str]) -> String {
    match names.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMED].join(", ")),
    }
}

/// Prints the results and what is not as expected; returns how many executions that concerns.
fn report(paint: &Paint, ended: &[(&Running<'_>, Described)]) -> usize {
    let checked: Vec<_> = ended
        .iter()
        .map(|(one, described)| (one, described, one.order.expected.differences(&one.follower, described)))
        .collect();
    let rows: Vec<_> = checked
        .iter()
        .map(|(one, described, wrong)| table::row(one.order, &one.follower, described, wrong.is_empty()))
        .collect();
    println!("\n{}", table::render(paint, &rows));
    for (one, _, wrong) in &checked {
        for difference in wrong {
            println!("{}", paint.bad(&format!("{}: {difference}", one.order.name)));
        }
    }
    checked.iter().filter(|(.., wrong)| !wrong.is_empty()).count()
}

/// What to do next. Commands can be copied as they are.
fn go_on(project: &Project, machine: &str, running: &[Running<'_>]) {
    let here = |path: &Path| project.relative(path);
    let binary = here(&project.release_binary());
    let registry = here(&project.registry());
    let data = here(&data(project));
    // The execution with the most to see: one that was retried.
    let shown = running.iter().max_by_key(|one| one.follower.retries().values().sum::<u32>());
    let execution = shown.map(|one| &*one.arn).unwrap_or_default();
    println!(
        "
The host of the demo has stopped. Its executions are kept; to look at them, start it again:

  {binary} serve --data {data} --registry {registry}

It listens on http://127.0.0.1:8083, where the console is. With the AWS CLI, in another shell (any credentials will do):

  export AWS_ENDPOINT_URL=http://127.0.0.1:8083 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo
  aws stepfunctions list-executions --state-machine-arn {machine}
  aws stepfunctions get-execution-history --execution-arn {execution}

Without a host, one order of your own:

  {binary} run examples/order-fulfilment/order-fulfilment.asl.json --registry {registry} \\
    --input @examples/order-fulfilment/orders/08-gateway-down.order.json

What the workflow does, and what to change in it: examples/order-fulfilment/README.md"
    );
}

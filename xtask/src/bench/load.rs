//! A load generator: so many connections, each of which starts an execution, waits for its end, and starts the next.

use std::borrow::Borrow;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How much.
pub(super) struct Load {
    pub(super) connections: usize,
    pub(super) time: Duration,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Measured {
    /// Sorted.
    latencies: Vec<Duration>,
    time: Duration,
}

impl Measured {
    fn new(mut latencies: Vec<Duration>, time: Duration) -> Measured {
        latencies.sort();
        Measured { latencies, time }
    }

    /// Takes in what another load measured.
    pub(super) fn add(&mut self, other: Measured) {
        self.latencies.extend(other.latencies);
        self.latencies.sort();
        self.time += other.time;
    }

    pub(super) fn count(&self) -> usize {
        self.latencies.len()
    }

    pub(super) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.time.as_secs_f64()
    }

    pub(super) fn percentile_ms(&self, percent: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (last as f64 * percent / 100.0).round() as usize;
        self.latencies.get(index).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// A request, over and over.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// All of it, as it goes over the wire.
    text: String,
    /// What every answer has in it.
    expected: &'static str,
}

impl Request {
    /// Starts an execution and waits for its end, which must be a success.
    pub(super) fn to_its_end(body: &str) -> Request {
        Request { text: post("/api/executions?wait=30s", "", body), expected: "\"SUCCEEDED\"" }
    }

    /// Starts an execution, and does not wait.
    pub(super) fn start(body: &str) -> Request {
        Request { text: post("/", &target("StartExecution"), body), expected: "\"executionArn\"" }
    }

    /// Calls another action of AWS's API, whose answer has `expected` in it.
    pub(super) fn action(action: &str, body: &str, expected: &'static str) -> Request {
        Request { text: post("/", &target(action), body), expected }
    }

    /// Runs an Express execution.
    pub(super) fn sync(body: &str) -> Request {
        Request { text: post("/", &target("StartSyncExecution"), body), expected: "\"SUCCEEDED\"" }
    }
}

fn target(action: &str) -> String {
    format!("X-Amz-Target: AWSStepFunctions.{action}\r\n")
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Puts the load on the host at `address`. Every answer must be as expected.
pub(super) fn run(address: &str, request: &Request, load: &Load) -> Result<Measured> {
    let begin = Instant::now();
    let until = begin + load.time;
    let latencies = std::thread::scope(|scope| {
        let work = || -> Result<Vec<Duration>> {
            let mut connection = Connection::open(address)?;
            let mut latencies = Vec::new();
            while Instant::now() < until {
                let start = Instant::now();
                let answer = connection.ask(&request.text)?;
                latencies.push(start.elapsed());
                if !answer.contains(request.expected) {
                    bail!("an answer is not as expected: {answer}");
                }
            }
            Ok(latencies)
        };
        joined((0..load.connections).map(|_| scope.spawn(work)).collect())
    })?;
    Ok(Measured::new(latencies, begin.elapsed()))
}

/// Sends one request so many times, over so many connections.
pub(super) fn repeat(address: &str, request: &Request, times: usize, connections: usize) -> Result<()> {
    spread(address, times, connections, |_| request, |_, _| {}).map(drop)
}

/// Sends each of these once, over so many connections.
pub(super) fn each(address: &str, requests: &[Request], connections: usize) -> Result<Measured> {
    spread(address, requests.len(), connections, |n| &requests[n], |_, _| {})
}

/// Sends so many requests over so many connections; `answered` is told the number of each and what came back.
pub(super) fn spread<R: Borrow<Request>>(
    address: &str,
    times: usize,
    connections: usize,
    request: impl Fn(usize) -> R + Sync,
    answered: impl Fn(usize, &str) + Sync,
) -> Result<Measured> {
    let begin = Instant::now();
    let next = AtomicUsize::new(0);
    let latencies = std::thread::scope(|scope| {
        let work = || -> Result<Vec<Duration>> {
            let mut connection = Connection::open(address)?;
            let mut latencies = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= times {
                    return Ok(latencies);
                }
                let request = request(n);
                let request = request.borrow();
                let start = Instant::now();
                let answer = connection.ask(&request.text)?;
                latencies.push(start.elapsed());
                if !answer.contains(request.expected) {
                    bail!("an answer is not as expected: {answer}");
                }
                answered(n, &answer);
            }
        };
        joined((0..connections).map(|_| scope.spawn(work)).collect())
    })?;
    Ok(Measured::new(latencies, begin.elapsed()))
}

/// What all these threads measured.
fn joined(workers: Vec<ScopedJoinHandle<'_, Result<Vec<Duration>>>>) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    for worker in workers {
        let Ok(result) = worker.join() else { bail!("a connection's thread panicked") };
        latencies.extend(result?);
    }
    Ok(latencies)
}

/// One execution on a connection of its own.
pub(super) fn one(address: &str, body: &str) -> Result<String> {
    Connection::open(address)?.ask(&Request::to_its_end(body).text)
}

/// A kept-alive HTTP/1.1 connection, as lean as a generator must be that shares the machine with what it measures.
struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn open(address: &str) -> Result<Connection> {
        let stream = TcpStream::connect(address).context("cannot connect to the host")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    fn ask(&mut self, request: &str) -> Result<String> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut length = 0;
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                bail!("the host closed the connection");
            }
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok(String::from_utf8(answer)?)
    }
}

//! A load generator: so many connections, each of which starts an execution, waits for its end, and starts the next.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How much.
pub(super) struct Load {
    pub(super) connections: usize,
    pub(super) time: Duration,
}

/// What came of it.
pub(super) struct Measured {
    /// Sorted.
    latencies: Vec<Duration>,
    time: Duration,
}

impl Measured {
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
    let workers: Vec<_> = (0..load.connections)
        .map(|_| {
            let (address, request) = (address.to_owned(), request.clone());
            std::thread::spawn(move || -> Result<Vec<Duration>> {
                let mut connection = Connection::open(&address)?;
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
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for worker in workers {
        let Ok(result) = worker.join() else { bail!("a connection's thread panicked") };
        latencies.extend(result?);
    }
    let time = begin.elapsed();
    latencies.sort();
    Ok(Measured { latencies, time })
}

/// Sends one request so many times, over so many connections.
pub(super) fn repeat(address: &str, request: &Request, times: usize, connections: usize) -> Result<()> {
    spread(address, times, connections, move |_| request)
}

/// Sends each of these once, over so many connections.
pub(super) fn each(address: &str, requests: &[Request], connections: usize) -> Result<()> {
    spread(address, requests.len(), connections, |n| &requests[n])
}

fn spread<'a>(
    address: &str,
    times: usize,
    connections: usize,
    request: impl Fn(usize) -> &'a Request + Sync,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let work = || -> Result<()> {
            let mut connection = Connection::open(address)?;
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= times {
                    return Ok(());
                }
                let request = request(n);
                let answer = connection.ask(&request.text)?;
                if !answer.contains(request.expected) {
                    bail!("an answer is not as expected: {answer}");
                }
            }
        };
        let workers: Vec<_> = (0..connections).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let Ok(result) = worker.join() else { bail!("a connection's thread panicked") };
            result?;
        }
        Ok(())
    })
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

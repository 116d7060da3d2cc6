//! A load generator: so many connections, each of which starts an execution, waits for its end, and starts the next.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
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

/// Puts the load on the host at `address`. Every execution must succeed.
pub(super) fn run(address: &str, body: &str, load: &Load) -> Result<Measured> {
    let begin = Instant::now();
    let until = begin + load.time;
    let workers: Vec<_> = (0..load.connections)
        .map(|_| {
            let (address, body) = (address.to_owned(), body.to_owned());
            std::thread::spawn(move || -> Result<Vec<Duration>> {
                let mut connection = Connection::open(&address)?;
                let mut latencies = Vec::new();
                while Instant::now() < until {
                    let start = Instant::now();
                    let answer = connection.start(&body)?;
                    latencies.push(start.elapsed());
                    if !answer.contains("\"SUCCEEDED\"") {
                        bail!("an execution did not succeed: {answer}");
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

/// One execution on a connection of its own.
pub(super) fn one(address: &str, body: &str) -> Result<String> {
    Connection::open(address)?.start(body)
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

    fn start(&mut self, body: &str) -> Result<String> {
        let request = format!(
            "POST /api/executions?wait=30s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
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

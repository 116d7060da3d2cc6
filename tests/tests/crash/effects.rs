//! The host dies while a plugin makes ten requests with an effect: each of them happens once, or the task fails with
//! `Plugin.InDoubt`, and none happens twice.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use dirigent_tests::host::{Host, Setup};
use dirigent_tests::plugins::{Registry, component};
use serde_json::{Value, json};

/// Requests of one execution.
const EFFECTS: usize = 10;
/// How long the server may wait for a peer: longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where in a request's exchange the host dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    /// The request is there, and its answer is not sent.
    BeforeTheAnswer,
    /// As soon as the answer is sent: it may be written down or not.
    AfterTheAnswer,
}

/// Counts what it is asked to do, and says when the request that it is told to watch is there.
struct Server {
    address: SocketAddr,
    counts: Arc<Mutex<[u32; EFFECTS]>>,
    watched: Arc<Mutex<Option<(usize, Death)>>>,
    there: mpsc::Receiver<()>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Arc::new(Mutex::new([0; EFFECTS]));
        let watched = Arc::new(Mutex::new(None));
        let (tell, there) = mpsc::channel();
        let (theirs, watch) = (Arc::clone(&counts), Arc::clone(&watched));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (counts, watched, tell) = (Arc::clone(&theirs), Arc::clone(&watch), tell.clone());
                thread::spawn(move || {
                    let _ = serve(&stream, &counts, &watched, &tell);
                });
            }
        });
        Self { address, counts, watched, there }
    }
}

fn serve(
    stream: &TcpStream,
    counts: &Mutex<[u32; EFFECTS]>,
    watched: &Mutex<Option<(usize, Death)>>,
    tell: &mpsc::Sender<()>,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut effect, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("post /") {
                effect = rest.split(' ').next().and_then(|number| number.parse::<usize>().ok());
            }
            if let Some(bytes) = line.strip_prefix("content-length:") {
                length = bytes.trim().parse().unwrap_or(0);
            }
        }
        reader.read_exact(&mut vec![0; length])?;
        let Some(effect) = effect else { return Ok(()) };
        counts.lock().unwrap()[effect] += 1;
        let now = *watched.lock().unwrap();
        let death = now.filter(|(watched, _)| *watched == effect).map(|(_, death)| death);
        if death == Some(Death::BeforeTheAnswer) {
            // The host is killed now; the answer never comes, and the connection stays until the host is gone.
            *watched.lock().unwrap() = None;
            let _ = tell.send(());
            reader.read_line(&mut String::new())?;
            return Ok(());
        }
        let mut stream = stream;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")?;
        if death == Some(Death::AfterTheAnswer) {
            *watched.lock().unwrap() = None;
            let _ = tell.send(());
        }
    }
}

fn input(server: SocketAddr) -> Value {
    let operations: Vec<Value> = (0..EFFECTS)
        .flat_map(|number| {
            let url = format!("http://{server}/{number}");
            [
                json!({ "do": "random" }),
                json!({ "do": "http", "method": "POST", "url": url, "body": "x" }),
                json!({ "do": "kv-increment", "bucket": "effects", "key": "count", "delta": 1 }),
            ]
        })
        .collect();
    json!({ "operations": operations })
}

#[test]
fn ten_effects_and_a_host_that_dies_at_each() {
    let server = Server::start();
    let registry = Registry::empty();
    let rule = format!("http = [\"http://{}\"]\nkeyvalue = [\"effects\"]\n", server.address);
    registry.put("caller", "1.0.0", &component("caller"), &format!("[asks]\n{rule}"));
    let config = registry.path().join("dirigent.toml");
    std::fs::write(&config, format!("[[allow]]\n{rule}")).unwrap();
    let mut host = Setup::new()
        .registry(registry.path())
        .argument("--config")
        .argument(config.to_str().unwrap())
        .start();
    let machine = host.create(
        "effects",
        &json!({ "StartAt": "Work", "States": {
            "Work": { "Type": "Task", "Resource": "plugin:caller", "Retry": [{ "ErrorEquals": ["States.ALL"] }], "End": true },
        } }),
    );

    let mut in_doubt = 0;
    for number in 0..EFFECTS {
        for death in [Death::BeforeTheAnswer, Death::AfterTheAnswer] {
            *server.counts.lock().unwrap() = [0; EFFECTS];
            *server.watched.lock().unwrap() = Some((number, death));
            let execution = host.start(&machine, &input(server.address));
            server.there.recv_timeout(PATIENCE).expect("the request is made");
            host.kill9();
            host.examined();
            host.restart();
            let ended = host.ended(&execution);
            let counts = *server.counts.lock().unwrap();
            if ended["status"] == "SUCCEEDED" {
                assert_eq!(death, Death::AfterTheAnswer, "nobody knew of request {number}");
                assert_eq!(counts, [1; EFFECTS], "request {number}, {death:?}");
            } else {
                in_doubt += 1;
                assert_eq!(ended["error"], "Plugin.InDoubt", "request {number}, {death:?}: {ended}");
                let done: Vec<u32> = (0..EFFECTS).map(|at| u32::from(at <= number)).collect();
                assert_eq!(counts.to_vec(), done, "request {number}, {death:?}");
                assert!(cause(&host, &execution)["idempotencyKey"].is_string());
            }
        }
    }
    assert!(in_doubt >= EFFECTS, "each death before an answer leaves a doubt: {in_doubt}");
}

/// What the failure of an execution says, which is JSON.
fn cause(host: &Host, execution: &str) -> Value {
    let described = host.must("DescribeExecution", json!({ "executionArn": execution }));
    serde_json::from_str(described["cause"].as_str().unwrap()).unwrap()
}

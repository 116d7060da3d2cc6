//! An HTTP server on loopback that plugins call. It lives as long as the test's process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::json;

/// Bytes of the answer to `/large`.
pub(crate) const LARGE: usize = 3_000_000;
/// How long the server waits for the rest of a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts one, and answers with its address, such as `http://127.0.0.1:40000`.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away is its own affair.
            thread::spawn(move || drop(answer(stream)));
        }
    });
    format!("http://{address}")
}

fn answer(stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let header =
        |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    let mut body = vec![0; header("content-length:").parse().unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let mut words = lines.first().map(String::as_str).unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default().to_uppercase(), words.next().unwrap_or_default());
    let (status, more, text) = match path {
        "/redirect" => ("302 Found", "location: /echo\r\n", String::new()),
        "/large" => ("200 OK", "", "x".repeat(LARGE)),
        "/missing" => ("404 Not Found", "", "none".to_owned()),
        _ => {
            let request = format!("{method} {path} x-mine: {}", header("x-mine:"));
            let told = json!({"request": request, "body": String::from_utf8_lossy(&body)});
            ("200 OK", "x-server: loopback\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n", told.to_string())
        }
    };
    let length = text.len();
    let head = format!("HTTP/1.1 {status}\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n");
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    stream.write_all(text.as_bytes())
}

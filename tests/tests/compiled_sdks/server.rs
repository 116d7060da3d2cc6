//! A server on loopback that says what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest body of a request.
const BODY_LIMIT: usize = 16 << 20;

/// Starts one, which goes on until the process ends.
pub(crate) fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// An address that nothing listens on.
pub(crate) fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn serve(mut stream: TcpStream) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(n) if n > 0 && !line.trim().is_empty() => lines.push(line.trim().to_owned()),
            Ok(n) if n > 0 => break,
            _ => return,
        }
    }
    let headers: Vec<_> = lines[1..].iter().filter_map(|line| line.split_once(": ")).collect();
    let all = |name: &str| -> Vec<&str> {
        headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| *value).collect()
    };
    let length: usize = all("content-length").first().map_or(0, |length| length.parse().unwrap());
    assert!(length <= BODY_LIMIT, "{length}");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();

    let asked = lines[0].rsplit_once(' ').unwrap().0;
    let path = asked.split_once(' ').unwrap().1;
    let (status, more, answer) = match path.split_once('/').unwrap().1.split_once('/') {
        Some(("status", code)) => (format!("{code} Whatever"), String::new(), String::new()),
        Some(("bytes", count)) => ("200 OK".into(), String::new(), "y".repeat(count.parse().unwrap())),
        Some(("to", place)) => ("302 Found".into(), format!("location: /{place}\r\n"), String::new()),
        _ => {
            let text = if body.len() > 100 {
                format!("{} bytes", body.len())
            } else {
                String::from_utf8(body).unwrap()
            };
            let orders = all("x-order").join("+");
            ("200 OK".into(), "x-answer: 42\r\n".into(), format!("{asked} [{orders}] {text}"))
        }
    };
    let head =
        format!("HTTP/1.1 {status}\r\nconnection: close\r\n{more}content-length: {}\r\n\r\n", answer.len());
    // The other side may be gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(answer.as_bytes()));
}

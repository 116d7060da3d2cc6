//! Following a stream of events through breaks: a host that is started again is found again.

use std::ops::ControlFlow;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Context;

use super::host::{Host, HostError};
use super::stream::Event;

/// How long a host may be away.
const AWAY: Duration = Duration::from_secs(60);

/// How often it is tried.
const PAUSE: Duration = Duration::from_millis(500);

/// Gives every event to `on` until it breaks off, and returns with what; `None` when `limit` is over before. After a
/// break of the stream it goes on behind the last event that had an id.
pub(super) fn follow<T>(
    host: &Host,
    path: &str,
    query: &[(&str, String)],
    limit: Option<Duration>,
    mut on: impl FnMut(&Event) -> anyhow::Result<ControlFlow<T>>,
) -> anyhow::Result<Option<T>> {
    let deadline = limit.map(|limit| Instant::now() + limit);
    let mut last: Option<String> = None;
    let mut connected = false;
    let mut away: Option<Instant> = None;
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Ok(None);
        }
        match host.stream(path, query, last.as_deref(), left) {
            Ok(stream) => {
                connected = true;
                for event in stream.map_while(Result::ok) {
                    away = None;
                    if let ControlFlow::Break(end) = on(&event)? {
                        return Ok(Some(end));
                    }
                    last = event.id.or(last);
                }
            }
            Err(HostError::Lost { .. }) if connected => {}
            // The time was over before there was a first answer.
            Err(HostError::Lost { .. }) if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            continue;
        }
        let since = *away.get_or_insert_with(|| {
            eprintln!("dirigent: the host at {} went away; trying again", host.url());
            Instant::now()
        });
        if since.elapsed() > AWAY {
            let why = format!("the host at {} went away and did not come back", host.url());
            return Err(anyhow::Error::msg(why)).context("what follows is not known");
        }
        sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    /// A host that answers each connection with the next of `answers`, and returns the Last-Event-ID of each.
    fn host(answers: &'static [&str]) -> (Host, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = Host::new(format!("http://{}", listener.local_addr().unwrap()), None);
        let serving = std::thread::spawn(move || {
            let serve = |answer: &&str| {
                let (mut socket, _) = listener.accept().unwrap();
                let lines = BufReader::new(socket.try_clone().unwrap()).lines().map_while(Result::ok);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                write!(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{answer}").unwrap();
                let last = head
                    .iter()
                    .find_map(|line| line.to_lowercase().strip_prefix("last-event-id: ").map(str::to_owned));
                last.unwrap_or_default()
            };
            answers.iter().map(serve).collect()
        });
        (host, serving)
    }

    #[test]
    fn a_broken_stream_is_taken_up_behind_its_last_event() {
        let (host, serving) = host(&[
            "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: ha",
            "",
            "id: 3\ndata: c\n\nevent: end\ndata: d\n\n",
        ]);
        let mut seen = String::new();
        let end = follow(&host, "/events", &[], None, |event| {
            seen += &event.data;
            Ok(if event.name == "end" {
                ControlFlow::Break(event.data.clone())
            } else {
                ControlFlow::Continue(())
            })
        });
        assert_eq!((end.unwrap().as_deref(), seen.as_str()), (Some("d"), "abcd"));
        assert_eq!(serving.join().unwrap(), ["", "2", "2"]);
    }

    #[test]
    fn a_limit_ends_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = Host::new(format!("http://{}", listener.local_addr().unwrap()), None);
        // Nobody answers: the connection waits in the listener's queue.
        let limit = Some(Duration::from_millis(50));
        let end = follow(&host, "/events", &[], limit, |_| Ok(ControlFlow::<()>::Continue(())));
        assert!(end.unwrap().is_none());
    }

    #[test]
    fn who_is_not_there_is_not_waited_for() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let host = Host::new(format!("http://{address}"), None);
        let error = follow(&host, "/events", &[], None, |_| Ok(ControlFlow::<()>::Continue(()))).unwrap_err();
        assert!(error.to_string().contains("dirigent serve"), "{error}");
    }
}

//! Server-sent events, line by line. Source: WHATWG HTML, "Server-sent events".

use std::io::{self, BufRead, BufReader, Read};

/// Longest line, in bytes: an event with the largest payload that a host takes by default, escaped.
const MAX_LINE_BYTES: u64 = 256 << 20;

/// An event.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Event {
    /// What to go on after, when the stream breaks.
    pub(super) id: Option<String>,
    /// What kind it is; empty when the host does not say.
    pub(super) name: String,
    pub(super) data: String,
}

/// The events as they come. Ends where the stream ends; an error says that it broke.
pub(super) struct Stream(BufReader<Box<dyn Read>>);

impl Stream {
    pub(super) fn new(body: impl Read + 'static) -> Stream {
        Stream(BufReader::new(Box::new(body)))
    }

    /// A line without its end; `None` where the stream ends. Half a line at the end is none.
    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        self.0.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return if line.len() as u64 + 1 < MAX_LINE_BYTES {
                Ok(None)
            } else {
                Err(io::Error::other("the host sends a line without an end"))
            };
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        String::from_utf8(line).map(Some).map_err(io::Error::other)
    }
}

impl Iterator for Stream {
    type Item = io::Result<Event>;

    fn next(&mut self) -> Option<io::Result<Event>> {
        let mut event = Event::default();
        let mut data: Option<String> = None;
        loop {
            let line = match self.line() {
                Ok(line) => line?,
                Err(error) => return Some(Err(error)),
            };
            if line.is_empty() {
                // An event without data is none.
                if let Some(data) = data.take() {
                    return Some(Ok(Event { data, ..event }));
                }
                event = Event::default();
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => event.id = Some(value.to_owned()),
                "event" => event.name = value.to_owned(),
                "data" => match &mut data {
                    Some(data) => {
                        data.push('\n');
                        data.push_str(value);
                    }
                    None => data = Some(value.to_owned()),
                },
                // A comment, which keeps the connection alive, or a field of a later version.
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn events() {
        let event = |id: Option<&str>, name: &str, data: &str| Event {
            id: id.map(str::to_owned),
            name: name.to_owned(),
            data: data.to_owned(),
        };
        let cases: [(&str, Vec<Event>); 7] = [
            ("id: 7\nevent: history\ndata: {}\n\n", vec![event(Some("7"), "history", "{}")]),
            (":alive\n\n: alive\n\ndata: a\n\n", vec![event(None, "", "a")]),
            ("data:a\ndata: b\n\ndata:\n\n", vec![event(None, "", "a\nb"), event(None, "", "")]),
            (
                "event: end\r\ndata: {\"status\":\"FAILED\"}\r\n\r\n",
                vec![event(None, "end", "{\"status\":\"FAILED\"}")],
            ),
            ("event: none\n\ndata: a\n\n", vec![event(None, "", "a")]),
            // What is not brought to its end did not come.
            ("data: a\n\ndata: half", vec![event(None, "", "a")]),
            ("retry: 5\nfuture\ndata: ü\n\n", vec![event(None, "", "ü")]),
        ];
        for (text, expected) in cases {
            let events: Vec<Event> = Stream::new(text.as_bytes()).map(Result::unwrap).collect();
            assert_eq!(events, expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_text_breaks_the_stream() {
        let mut stream = Stream::new(&b"data: \xff\n\n"[..]);
        assert!(stream.next().unwrap().is_err());
    }
}

//! Buckets of S3, against a small server on this machine that answers as S3 does: pages of a listing, ranges, entity
//! tags, uploads in parts, and errors.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use dirigent_items::{
    Buckets, ChildResult, Format, Outcome, OutputType, Reader, ResultWriter, S3Config, Source,
    Transformation, WriterConfig,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The objects of the one bucket there is, `data`, and the requests that came.
#[derive(Default)]
struct Server {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    parts: Mutex<BTreeMap<(String, u32), Vec<u8>>>,
    requests: Mutex<Vec<String>>,
}

struct Request {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Response {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Response {
    fn new(status: &'static str, body: impl Into<Vec<u8>>) -> Response {
        Response { status, headers: Vec::new(), body: body.into() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.headers.push((name, value.into()));
        self
    }

    fn error(status: &'static str, code: &str) -> Response {
        Response::new(status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let (digits, tail) = rest.split_at(2);
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap());
            rest = tail;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).unwrap()
}

impl Server {
    async fn start(self: &Arc<Server>) -> Buckets {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        let (endpoint, region) = (Some(endpoint), Some("local".into()));
        Buckets::s3(S3Config { endpoint, region, virtual_hosted: false, anonymous: true })
    }

    async fn serve(self: Arc<Server>, mut stream: TcpStream) {
        let mut text = Vec::new();
        let head = loop {
            if stream.read_buf(&mut text).await.unwrap_or(0) == 0 {
                return;
            }
            if let Some(end) = text.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
        };
        let lines = String::from_utf8(text[..head].to_vec()).unwrap();
        let mut lines = lines.split("\r\n");
        let mut first = lines.next().unwrap().split(' ');
        let (method, target) = (first.next().unwrap().to_owned(), first.next().unwrap().to_owned());
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = text.split_off(head + 4);
        while body.len() < length {
            assert!(stream.read_buf(&mut body).await.unwrap() > 0);
        }
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        };
        let query = query.split('&').filter(|query| !query.is_empty()).map(pair).collect();
        let is_head = method == "HEAD";
        self.requests.lock().unwrap().push(format!("{method} {target}"));
        let response = self.answer(Request { method, path: decode(path), query, headers, body });
        let mut text = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status);
        for (name, value) in &response.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !response.headers.iter().any(|(name, _)| *name == "content-length") {
            text += &format!("content-length: {}\r\n", response.body.len());
        }
        text += "\r\n";
        stream.write_all(text.as_bytes()).await.unwrap();
        if !is_head {
            stream.write_all(&response.body).await.unwrap();
        }
        let _ = stream.shutdown().await;
    }

    fn answer(&self, request: Request) -> Response {
        if request.path.starts_with("/forbidden") {
            return Response::error("403 Forbidden", "AccessDenied");
        }
        let Some(key) = request.path.strip_prefix("/data").map(|key| key.trim_start_matches('/').to_owned())
        else {
            return Response::error("404 Not Found", "NoSuchBucket");
        };
        if key.starts_with("secret") {
            return Response::error("403 Forbidden", "AccessDenied");
        }
        match (request.method.as_str(), key.as_str()) {
            ("GET", "") => self.list(&request.query),
            ("GET" | "HEAD", _) => self.get(&key, &request),
            ("PUT", _) => match request.query.get("partNumber") {
                None => {
                    self.objects.lock().unwrap().insert(key, request.body);
                    Response::new("200 OK", "").with("etag", "\"whole\"")
                }
                Some(number) => {
                    let number = number.parse().unwrap();
                    self.parts.lock().unwrap().insert((key, number), request.body);
                    Response::new("200 OK", "").with("etag", format!("\"part{number}\""))
                }
            },
            ("POST", _) if request.query.contains_key("uploads") => {
                let answer =
                    "<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>";
                Response::new("200 OK", answer)
            }
            ("POST", _) => {
                let parts = std::mem::take(&mut *self.parts.lock().unwrap());
                let mine = parts.into_iter().filter(|((part_of, _), _)| *part_of == key);
                let whole: Vec<u8> = mine.flat_map(|(_, bytes)| bytes).collect();
                self.objects.lock().unwrap().insert(key, whole);
                let answer =
                    "<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>";
                Response::new("200 OK", answer)
            }
            other => panic!("no answer to {other:?}"),
        }
    }

    /// Two keys a page.
    fn list(&self, query: &BTreeMap<String, String>) -> Response {
        assert_eq!(query["list-type"], "2");
        let empty = String::new();
        let (prefix, after) =
            (query.get("prefix").unwrap_or(&empty), query.get("continuation-token").unwrap_or(&empty));
        let objects = self.objects.lock().unwrap();
        let fits = |key: &str| key.starts_with(prefix) && key > after.as_str();
        let mut keys = objects.iter().filter(|(key, _)| fits(key)).map(|(key, bytes)| (key, bytes.len()));
        let mut text = String::new();
        let mut last = String::new();
        for (key, size) in keys.by_ref().take(2) {
            text += &format!(
                "<Contents><Key>{key}</Key><LastModified>2024-02-29T00:00:00.000Z</LastModified>\
                 <ETag>\"tag\"</ETag><Size>{size}</Size></Contents>"
            );
            last.clone_from(key);
        }
        let next = if keys.next().is_some() {
            format!("<NextContinuationToken>{last}</NextContinuationToken>")
        } else {
            String::new()
        };
        Response::new("200 OK", format!("<ListBucketResult>{text}{next}</ListBucketResult>"))
    }

    fn get(&self, key: &str, request: &Request) -> Response {
        let objects = self.objects.lock().unwrap();
        let Some(bytes) = objects.get(key) else { return Response::error("404 Not Found", "NoSuchKey") };
        let tag = format!("\"{}\"", bytes.len());
        if request.headers.get("if-match").is_some_and(|expected| *expected != tag) {
            return Response::error("412 Precondition Failed", "PreconditionFailed");
        }
        let response = match request.headers.get("range") {
            None => Response::new("200 OK", &bytes[..]),
            Some(range) => {
                let (from, to) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
                let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
                let to = (to + 1).min(bytes.len());
                let place = format!("bytes {from}-{}/{}", to - 1, bytes.len());
                Response::new("206 Partial Content", &bytes[from..to]).with("content-range", place)
            }
        };
        let length = response.body.len().to_string();
        response
            .with("etag", tag)
            .with("content-length", length)
            .with("last-modified", "Thu, 29 Feb 2024 00:00:00 GMT")
    }
}

fn server(objects: &[(&str, &[u8])]) -> Arc<Server> {
    let server = Server::default();
    *server.objects.lock().unwrap() =
        objects.iter().map(|(key, bytes)| ((*key).into(), bytes.to_vec())).collect();
    Arc::new(server)
}

async fn texts(buckets: &Buckets, source: Source) -> Result<Vec<String>, String> {
    let mut reader = Reader::open(buckets, source, None).await.map_err(|error| error.to_string())?;
    let mut items = Vec::new();
    while let Some(item) = reader.next().await {
        items.push(item.map_err(|error| error.to_string())?.json);
    }
    Ok(items)
}

fn object(bucket: &str, key: &str) -> Source {
    Source::GetObject { bucket: bucket.into(), key: key.into(), version_id: None, format: Format::Jsonl }
}

fn listing(bucket: &str, prefix: &str, load: Option<Format>) -> Source {
    Source::ListObjects { bucket: bucket.into(), prefix: Some(prefix.into()), load }
}

#[tokio::test]
async fn an_object_comes_in_ranges() {
    let text: String = (0..1_000_000).map(|n| format!("{n}\n")).collect();
    let server = server(&[("in/big ü.jsonl", text.as_bytes()), ("empty", b"")]);
    let buckets = server.start().await;
    let found = texts(&buckets, object("data", "in/big ü.jsonl")).await.unwrap();
    assert_eq!(found.len(), 1_000_000);
    assert_eq!(found[999_999], "999999");
    let requests = server.requests.lock().unwrap().clone();
    assert_eq!(requests.len(), 1 + text.len().div_ceil(4 << 20), "{requests:?}");
    assert_eq!(texts(&buckets, object("data", "empty")).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_listing_goes_through_all_pages() {
    let keys = ["a/1", "a/2", "a/3", "a/4", "a/5", "ab", "b"];
    let objects: Vec<(&str, &[u8])> =
        keys.iter().map(|key| (*key, &key.as_bytes()[key.len() - 1..])).collect();
    let server = server(&[&objects[1..], &[("a/1", b"")]].concat());
    let buckets = server.start().await;
    let found = texts(&buckets, listing("data", "a", None)).await.unwrap();
    assert_eq!(found.len(), 6);
    assert_eq!(
        found[1],
        r#"{"Etag":"\"tag\"","LastModified":1709164800,"Key":"a/2","Size":1,"StorageClass":"STANDARD"}"#
    );
    assert!(found[5].contains(r#""Key":"ab""#));
    assert_eq!(
        texts(&buckets, listing("data", "a/", Some(Format::Jsonl))).await.unwrap(),
        ["2", "3", "4", "5"]
    );
    assert_eq!(texts(&buckets, listing("data", "c", None)).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn results_are_uploaded_in_parts() {
    let server = server(&[]);
    let buckets = server.start().await;
    let config = WriterConfig {
        bucket: "data".into(),
        prefix: Some("out".into()),
        map_run_arn: "arn".into(),
        map_run_name: "run".into(),
        output_type: OutputType::Json,
        transformation: Transformation::Compact,
    };
    let mut writer = ResultWriter::open(&buckets, config).await.unwrap();
    let output = format!("\"{}\"", "x".repeat(1 << 20));
    for _ in 0..12 {
        let result = ChildResult {
            execution_arn: "arn",
            name: "name",
            state_machine_arn: "arn",
            input: "{}",
            start_date: 0,
            stop_date: 0,
            redrive_count: 0,
            redrive_status: "NOT_REDRIVABLE",
            redrive_status_reason: None,
            outcome: Outcome::Succeeded { output: &output },
        };
        writer.push(&result).await.unwrap();
    }
    assert_eq!(writer.finish().await.unwrap().key, "out/run/manifest.json");
    let objects = server.objects.lock().unwrap();
    let entries: Vec<String> = serde_json::from_slice(&objects["out/run/SUCCEEDED_0.json"]).unwrap();
    assert_eq!((entries.len(), objects.len()), (12, 2));
}

#[tokio::test]
async fn errors_say_what_is_missing() {
    let server = server(&[("secret.jsonl", b"1"), ("a.jsonl", b"1\n")]);
    let buckets = server.start().await;
    let cases = [
        (object("data", "none.jsonl"), "The specified key does not exist: s3://data/none.jsonl"),
        (object("other", "a.jsonl"), "The specified bucket does not exist: \"other\""),
        (listing("other", "", None), "The specified bucket does not exist: \"other\""),
        (listing("forbidden", "", None), "access to s3://forbidden/ is denied"),
        (object("data", "secret.jsonl"), "access to s3://data/secret.jsonl is denied"),
    ];
    for (source, expected) in cases {
        let told = texts(&buckets, source.clone()).await.unwrap_err();
        assert!(told.contains(expected), "{source:?}: {told}");
    }
    let text = [b"1\n".to_vec(), vec![b' '; 5 << 20]].concat();
    server.objects.lock().unwrap().insert("a.jsonl".into(), text);
    let mut reader = Reader::open(&buckets, object("data", "a.jsonl"), None).await.unwrap();
    assert_eq!(reader.next().await.unwrap().unwrap().json, "1");
    server.objects.lock().unwrap().insert("a.jsonl".into(), b"2".to_vec());
    let told = reader.next().await.unwrap().unwrap_err().to_string();
    assert!(told.contains("changed while it was read"), "{told}");
}

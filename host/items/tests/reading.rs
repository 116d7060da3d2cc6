//! What readers give out, from buckets that are folders: formats, listings, manifests, and what is refused.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use dirigent_items::{Buckets, CsvHeaders, Delimiter, Format, Item, Manifest, ReadError, Reader, Source};

const CSV: Format = Format::Csv { headers: CsvHeaders::FirstRow, delimiter: Delimiter::Comma };
const JSON: Format = Format::Json { items_pointer: None };

/// A folder of buckets with these files in the bucket `data`.
fn bucket(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Buckets) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("data")).unwrap();
    for (key, text) in files {
        let path = dir.path().join("data").join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let buckets = Buckets::folder(dir.path());
    (dir, buckets)
}

fn object(key: &str, format: Format) -> Source {
    Source::GetObject { bucket: "data".into(), key: key.into(), version_id: None, format }
}

fn listing(prefix: Option<&str>, load: Option<Format>) -> Source {
    Source::ListObjects { bucket: "data".into(), prefix: prefix.map(str::to_owned), load }
}

async fn all(buckets: &Buckets, source: Source) -> Result<Vec<Item>, ReadError> {
    let mut reader = Reader::open(buckets, source, None).await?;
    let mut items = Vec::new();
    while let Some(item) = reader.next().await {
        items.push(item?);
    }
    assert_eq!(reader.position(), items.len() as u64);
    Ok(items)
}

async fn texts(buckets: &Buckets, source: Source) -> Vec<String> {
    all(buckets, source).await.unwrap().into_iter().map(|item| item.json).collect()
}

async fn failure(buckets: &Buckets, source: Source) -> String {
    let error = all(buckets, source).await.unwrap_err();
    assert_eq!(error.error_name(), "States.ItemReaderFailed");
    error.to_string()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn each_text_format() {
    let pointer = Format::Json { items_pointer: Some("/inventory/featured".into()) };
    let given =
        Format::Csv { headers: CsvHeaders::Given(vec!["x".into(), "y".into()]), delimiter: Delimiter::Pipe };
    let nested = br#"{"inventory": {"other": [0], "featured": [{"a": 1}, 2]}, "z": 0}"#;
    let cases: Vec<(&str, Vec<u8>, Format, &[&str])> = vec![
        ("a.csv", b"a,b\n1,2\n3,\n".into(), CSV, &[r#"{"a":"1","b":"2"}"#, r#"{"a":"3","b":""}"#]),
        ("bom.csv", b"\xef\xbb\xbfa\n1\n".into(), CSV, &[r#"{"a":"1"}"#]),
        ("pipe.txt", b"1|2|3\n".into(), given, &[r#"{"x":"1","y":"2"}"#]),
        ("empty.csv", b"".into(), CSV, &[]),
        ("a.csv.gz", gzip(b"a\n1\n"), CSV, &[r#"{"a":"1"}"#]),
        ("a.json", b"[{\"a\" : 1}, \"x\", null]".into(), JSON, &[r#"{"a":1}"#, r#""x""#, "null"]),
        ("bom.json", b"\xef\xbb\xbf[1]".into(), JSON, &["1"]),
        ("nested.json", nested.into(), pointer, &[r#"{"a":1}"#, "2"]),
        ("a.jsonl", b"{\"a\": 1}\r\n\n  \n[2]\n3".into(), Format::Jsonl, &[r#"{"a":1}"#, "[2]", "3"]),
        ("a.jsonl.zst", zstd::encode_all(&b"1\n2\n"[..], 3).unwrap(), Format::Jsonl, &["1", "2"]),
        ("a.jsonl.zstd", zstd::encode_all(&b"1\n2\n"[..], 3).unwrap(), Format::Jsonl, &["1", "2"]),
    ];
    for (key, text, format, expected) in cases {
        let (_dir, buckets) = bucket(&[(key, &text)]);
        let items = all(&buckets, object(key, format)).await.unwrap();
        let found: Vec<&str> = items.iter().map(|item| item.json.as_str()).collect();
        assert_eq!(found, expected, "{key}");
        assert!(items.iter().all(|item| item.key.is_none() && *item.source == *format!("S3://data/{key}")));
    }
}

#[tokio::test]
async fn the_members_of_an_object_have_keys() {
    let (_dir, buckets) = bucket(&[("a.json", br#"{"one": {"n": 1}, "two": [2]}"#)]);
    let items = all(&buckets, object("a.json", JSON)).await.unwrap();
    let pairs: Vec<(&str, &str)> =
        items.iter().map(|item| (item.key.as_deref().unwrap(), item.json.as_str())).collect();
    assert_eq!(pairs, [("one", r#"{"n":1}"#), ("two", "[2]")]);
}

#[tokio::test]
async fn max_items_and_skip() {
    let text: String = (0..100).map(|n| format!("{n}\n")).collect();
    let (_dir, buckets) = bucket(&[("a.jsonl", text.as_bytes())]);
    for (max, expected) in
        [(None, 100), (Some(0), 100), (Some(7), 7), (Some(100), 100), (Some(u64::MAX), 100)]
    {
        let mut reader = Reader::open(&buckets, object("a.jsonl", Format::Jsonl), max).await.unwrap();
        assert_eq!(reader.skip(1000).await.unwrap(), expected, "{max:?}");
        assert!(reader.next().await.is_none());
    }
    let mut reader = Reader::open(&buckets, object("a.jsonl", Format::Jsonl), Some(50)).await.unwrap();
    assert_eq!(reader.skip(20).await.unwrap(), 20);
    assert_eq!(reader.next().await.unwrap().unwrap().json, "20");
    assert_eq!((reader.skip(0).await.unwrap(), reader.position()), (0, 21));
    assert_eq!(reader.skip(28).await.unwrap(), 28);
    assert_eq!(reader.next().await.unwrap().unwrap().json, "49");
    assert!(reader.next().await.is_none());
}

#[tokio::test]
async fn what_was_skipped_and_what_is_read_are_the_whole() {
    let csv = "a,b\n\"x\ny\",1\n\n2,\"\"\"\"\n\\\"3,4\n5\n";
    let json = br#"{"a": {"k": [1, "]"]}, "b\"": 2, "c": [[]]}"#;
    let (_dir, buckets) = bucket(&[
        ("a.csv", csv.as_bytes()),
        ("a.json", json),
        ("b/c.jsonl", b"1\n\n2\n"),
        ("b/d.jsonl", b"3"),
    ]);
    let sources = [
        object("a.csv", CSV),
        object("a.json", JSON),
        listing(None, None),
        listing(Some("b/"), Some(Format::Jsonl)),
    ];
    for source in sources {
        let whole = all(&buckets, source.clone()).await.unwrap();
        assert!(whole.len() >= 3);
        for skipped in 0..=whole.len() {
            let mut reader = Reader::open(&buckets, source.clone(), None).await.unwrap();
            assert_eq!(reader.skip(skipped as u64).await.unwrap(), skipped as u64);
            for expected in &whole[skipped..] {
                assert_eq!(reader.next().await.unwrap().unwrap(), *expected);
            }
            assert!(reader.next().await.is_none());
        }
    }
}

#[tokio::test]
async fn a_listing_is_in_the_order_of_keys_and_its_prefix_a_string() {
    let keys = ["a-b", "a.txt", "a/x", "a/y/z", "a/y.txt", "a0", "ab/c", "b", "ü/名"];
    let files: Vec<(&str, &[u8])> = keys.iter().rev().map(|key| (*key, &b"123"[..])).collect();
    let (dir, buckets) = bucket(&files);
    let found = async |prefix: Option<&str>| {
        let texts = texts(&buckets, listing(prefix, None)).await;
        let key = |text: String| {
            serde_json::from_str::<serde_json::Value>(&text).unwrap()["Key"].as_str().unwrap().to_owned()
        };
        texts.into_iter().map(key).collect::<Vec<String>>()
    };
    let mut sorted = keys.map(str::to_owned);
    sorted.sort();
    for none in [None, Some("")] {
        assert_eq!(found(none).await, sorted);
    }
    for prefix in ["a", "a/", "a/y", "a/y/", "a/y/z", "ab", "b", "ü", "c", "a/y/z/", "/", ".."] {
        let expected: Vec<&String> = sorted.iter().filter(|key| key.starts_with(prefix)).collect();
        assert_eq!(found(Some(prefix)).await.iter().collect::<Vec<_>>(), expected, "{prefix}");
    }
    let file = fs::File::options().write(true).open(dir.path().join("data/b")).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_millis(1_668_699_881_900)).unwrap();
    let items = all(&buckets, listing(Some("b"), None)).await.unwrap();
    assert_eq!(&*items[0].source, "S3://data");
    let item: serde_json::Value = serde_json::from_str(&items[0].json).unwrap();
    let etag = item["Etag"].as_str().unwrap().to_owned();
    assert!(etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    let expected = serde_json::json!({
        "Etag": etag, "Key": "b", "LastModified": 1_668_699_881, "Size": 3, "StorageClass": "STANDARD"
    });
    assert_eq!(item, expected);
}

#[tokio::test]
async fn the_contents_of_listed_objects_follow_each_other() {
    let files: [(&str, &[u8]); 5] = [
        ("in/b.csv", b"n\n3\n"),
        ("in/a.csv", b"n\n1\n2\n"),
        ("in/empty.csv", b""),
        ("in/c.csv.gz", &gzip(b"n\n4")),
        ("other", b"not read"),
    ];
    let (_dir, buckets) = bucket(&files);
    let items = all(&buckets, listing(Some("in/"), Some(CSV))).await.unwrap();
    let found: Vec<(&str, &str)> = items.iter().map(|item| (item.json.as_str(), &*item.source)).collect();
    let expected = [
        (r#"{"n":"1"}"#, "S3://data/in/a.csv"),
        (r#"{"n":"2"}"#, "S3://data/in/a.csv"),
        (r#"{"n":"3"}"#, "S3://data/in/b.csv"),
        (r#"{"n":"4"}"#, "S3://data/in/c.csv.gz"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn manifests() {
    let inventory = br#"{"sourceBucket": "source", "destinationBucket": "arn:aws:s3:::data", "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size", "files": [{"key": "d/2.csv.gz", "size": 1}, {"key": "d/1.csv", "size": 2}]}"#;
    let athena = b"s3://data/d/one.gz\ns3://data/d/two\n";
    let files: [(&str, &[u8]); 7] = [
        ("manifest.json", inventory),
        ("d/1.csv", b"\"source\",\"k1\",\"10\"\n"),
        ("d/2.csv.gz", &gzip(b"\"source\",\"k2\",\"20\"\n")),
        ("query-manifest.csv", athena),
        ("d/one.gz", &gzip(b"{\"a\": 1}\n{\"a\": 2}\n")),
        ("d/two", b"{\"a\": 3}\n"),
        ("bad.csv", b"s3://data/d/two\nd/two\n"),
    ];
    let (_dir, buckets) = bucket(&files);
    let source = |key: &str, manifest| Source::GetManifest {
        bucket: "data".into(),
        key: key.into(),
        version_id: None,
        manifest,
    };
    let found = texts(&buckets, source("manifest.json", Manifest::S3Inventory)).await;
    assert_eq!(
        found,
        [r#"{"Bucket":"source","Key":"k2","Size":"20"}"#, r#"{"Bucket":"source","Key":"k1","Size":"10"}"#]
    );
    let found = texts(&buckets, source("query-manifest.csv", Manifest::AthenaData(Format::Jsonl))).await;
    assert_eq!(found, [r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#]);
    let told = failure(&buckets, source("bad.csv", Manifest::AthenaData(Format::Jsonl))).await;
    assert!(told.contains("s3://data/bad.csv, line 2"), "{told}");
    let told = failure(&buckets, source("d/two", Manifest::S3Inventory)).await;
    assert!(told.contains("manifest.json of an S3 inventory"), "{told}");
}

#[tokio::test]
async fn what_is_refused_says_where_and_what_to_do() {
    let files: [(&str, &[u8]); 8] = [
        ("object.json", b"{\"Hello\": 3}"),
        ("number.json", b"7"),
        ("bad.json", b"[1, nope]"),
        ("cut.json", b"[1, 2"),
        ("bad.jsonl", b"{}\n{\n"),
        ("bad.csv", b"a\n\"x\n"),
        ("utf16.csv", b"\xff\xfea\0"),
        ("no.csv.gz", b"a\n1\n"),
    ];
    let (dir, buckets) = bucket(&files);
    fs::create_dir(dir.path().join("data/folder")).unwrap();
    let at = |pointer: &str| Format::Json { items_pointer: Some(pointer.into()) };
    let cases: Vec<(Source, &str)> = vec![
        (object("number.json", JSON), "Attempting to map over non-iterable node."),
        (object("object.json", at("/Hello")), "Attempting to map over non-iterable node."),
        (
            object("object.json", at("/World")),
            "s3://data/object.json: ItemsPointer \"/World\" leads to nothing",
        ),
        (object("object.json", at("World")), "has to begin with a slash"),
        (object("bad.json", JSON), "s3://data/bad.json, byte 4: it is not JSON"),
        (object("cut.json", JSON), "s3://data/cut.json, byte 5: the file ends in the middle"),
        (object("bad.jsonl", Format::Jsonl), "s3://data/bad.jsonl, line 2: it is not JSON"),
        (
            object("bad.csv", CSV),
            "s3://data/bad.csv, row 2: a field begins with a quote that is never closed",
        ),
        (object("utf16.csv", CSV), "s3://data/utf16.csv: the text is UTF-16; save it as UTF-8"),
        (object("no.csv.gz", CSV), "s3://data/no.csv.gz: it is not gzip"),
        (object("nothing.csv", CSV), "The specified key does not exist: s3://data/nothing.csv"),
        (object("../x", CSV), "the key \"../x\" of bucket \"data\" is not valid"),
        (object("/etc/passwd", CSV), "it begins or ends with a slash"),
        (object("folder", CSV), "The specified key does not exist: s3://data/folder"),
        (object("number.json/x", CSV), "s3://data/number.json/x"),
        (object("", CSV), "it is empty"),
        (object("a//b", CSV), "is not valid"),
        (
            Source::ListObjects { bucket: "none".into(), prefix: None, load: None },
            "The specified bucket does not exist: \"none\" (create the folder ",
        ),
        (
            Source::ListObjects { bucket: "..".into(), prefix: None, load: None },
            "the bucket name \"..\" is not valid",
        ),
        (
            Source::GetObject {
                bucket: "data".into(),
                key: "a.csv".into(),
                version_id: Some("1".into()),
                format: CSV,
            },
            "VersionId needs a bucket of S3",
        ),
    ];
    for (source, expected) in cases {
        let told = failure(&buckets, source.clone()).await;
        assert!(told.contains(expected), "{source:?}: {told}");
    }
    fs::write(dir.path().join("file"), "").unwrap();
    let told =
        failure(&buckets, Source::ListObjects { bucket: "file".into(), prefix: None, load: None }).await;
    assert!(told.contains("does not exist"), "{told}");
}

#[cfg(unix)]
#[tokio::test]
async fn no_symbolic_link_leads_out() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.jsonl"), "1\n").unwrap();
    let (dir, buckets) = bucket(&[("in/a.jsonl", b"1\n")]);
    let link = |to: &Path, from: &str| symlink(to, dir.path().join(from)).unwrap();
    link(&outside.path().join("secret.jsonl"), "data/file.jsonl");
    link(outside.path(), "data/folder");
    link(outside.path(), "linked");
    link(&dir.path().join("data/in"), "data/inside");
    for key in ["file.jsonl", "folder/secret.jsonl", "folder/none.jsonl"] {
        let told = failure(&buckets, object(key, Format::Jsonl)).await;
        assert!(told.contains("leads out of the folder of buckets"), "{key}: {told}");
    }
    let told = failure(&buckets, listing(None, None)).await;
    assert!(told.contains("leads out of the folder of buckets"), "{told}");
    let told =
        failure(&buckets, Source::ListObjects { bucket: "linked".into(), prefix: None, load: None }).await;
    assert!(told.contains("leads out of the folder of buckets"), "{told}");
    // One that stays within is followed, but not in circles.
    assert_eq!(texts(&buckets, object("inside/a.jsonl", Format::Jsonl)).await, ["1"]);
    assert_eq!(texts(&buckets, listing(Some("in"), Some(Format::Jsonl))).await, ["1", "1"]);
    link(&dir.path().join("data/in"), "data/in/again");
    let told = failure(&buckets, listing(Some("in/"), None)).await;
    assert!(told.contains("symbolic links"), "{told}");
}

#[tokio::test]
async fn an_object_that_changes_is_noticed() {
    let text = vec![b'\n'; 10 << 20];
    let (dir, buckets) = bucket(&[("a.jsonl", &[b"1\n", text.as_slice(), b"2\n"].concat())]);
    let mut reader = Reader::open(&buckets, object("a.jsonl", Format::Jsonl), None).await.unwrap();
    assert_eq!(reader.next().await.unwrap().unwrap().json, "1");
    fs::write(dir.path().join("data/a.jsonl"), text).unwrap();
    let told = reader.next().await.unwrap().unwrap_err().to_string();
    assert_eq!(told, "s3://data/a.jsonl changed while it was read; start again when nothing writes to it");
    assert!(reader.next().await.is_none());
}

#[tokio::test]
async fn a_reader_that_was_given_up_says_so() {
    let (_dir, buckets) = bucket(&[("a.jsonl", b"1\n2\n")]);
    let mut reader = Reader::open(&buckets, object("a.jsonl", Format::Jsonl), None).await.unwrap();
    {
        let mut next = std::pin::pin!(reader.next());
        let polled =
            std::future::poll_fn(|context| std::task::Poll::Ready(next.as_mut().poll(context))).await;
        assert!(polled.is_pending());
    }
    assert!(matches!(reader.next().await, Some(Err(ReadError::Interrupted))));
    assert!(reader.next().await.is_none());
}

/// Whoever drives readers moves them between threads.
#[tokio::test]
async fn readers_and_what_they_do_can_be_sent() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    let (_dir, buckets) = bucket(&[("a.jsonl", b"1\n2\n")]);
    let mut reader =
        sent(sent(Reader::open(&buckets, object("a.jsonl", Format::Jsonl), None)).await.unwrap());
    assert_eq!(sent(reader.skip(1)).await.unwrap(), 1);
    assert_eq!(sent(reader.next()).await.unwrap().unwrap().json, "2");
}

#[tokio::test]
async fn an_object_that_is_given_reads_as_one_that_is_stored() {
    for (key, format, content, want) in [
        ("a/b.csv", CSV, "n,m\n1,2\n", r#"{"n":"1","m":"2"}"#),
        ("b.json", JSON, "[ {\"n\": 1} ]", r#"{"n":1}"#),
        ("c.jsonl", Format::Jsonl, "7\n", "7"),
    ] {
        let buckets = Buckets::of_object("data", key, content.to_owned()).await.unwrap();
        let items = all(&buckets, object(key, format)).await.unwrap();
        let found: Vec<&str> = items.iter().map(|item| item.json.as_str()).collect();
        assert_eq!(found, [want], "{key}");
    }
    for (bucket, key) in [("Data", "a"), ("data", ""), ("data", "/a")] {
        assert!(Buckets::of_object(bucket, key, String::new()).await.is_err(), "{bucket} {key}");
    }
}

//! Parquet files: types, compressions, row groups, and what is damaged.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::sync::Arc;

use dirigent_items::{Buckets, Format, Reader, Source};
use parquet::basic::Compression;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

fn bucket(key: &str, file: &[u8]) -> (tempfile::TempDir, Buckets) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("data")).unwrap();
    fs::write(dir.path().join("data").join(key), file).unwrap();
    let buckets = Buckets::folder(dir.path());
    (dir, buckets)
}

fn source(key: &str) -> Source {
    Source::GetObject { bucket: "data".into(), key: key.into(), version_id: None, format: Format::Parquet }
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

/// A file with as many row groups as there are writers of them.
fn file(schema: &str, compression: Compression, groups: &[&dyn Fn(&mut Group)]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    for group in groups {
        let mut columns = writer.next_row_group().unwrap();
        group(&mut columns);
        columns.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn column<T: DataType>(group: &mut Group, values: &[T::T], def: Option<&[i16]>, rep: Option<&[i16]>) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, def, rep).unwrap();
    column.close().unwrap();
}

fn texts(values: &[&str]) -> Vec<ByteArray> {
    values.iter().map(|value| ByteArray::from(*value)).collect()
}

async fn all(buckets: &Buckets, key: &str) -> Result<Vec<String>, String> {
    let mut reader = Reader::open(buckets, source(key), None).await.map_err(|error| error.to_string())?;
    let mut items = Vec::new();
    while let Some(item) = reader.next().await {
        items.push(item.map_err(|error| error.to_string())?.json);
    }
    Ok(items)
}

#[tokio::test]
async fn each_type_in_each_compression() {
    let schema = "message m {
        required int64 id; required binary name (UTF8); optional double score; required float small; required boolean yes;
        required binary raw; required int32 day (DATE); required int64 at (TIMESTAMP_MILLIS);
        required int64 exact (TIMESTAMP_MICROS); required int32 price (DECIMAL(9, 2));
        optional group tags (LIST) { repeated group list { required binary element (UTF8); } }
    }";
    let group = |columns: &mut Group| {
        column::<Int64Type>(columns, &[1, i64::MAX], None, None);
        column::<ByteArrayType>(columns, &texts(&["a \"b\"", "ü"]), None, None);
        column::<DoubleType>(columns, &[2.5], Some(&[1, 0]), None);
        column::<FloatType>(columns, &[0.1, f32::NAN], None, None);
        column::<BoolType>(columns, &[true, false], None, None);
        column::<ByteArrayType>(columns, &[vec![0, 255].into(), vec![].into()], None, None);
        column::<Int32Type>(columns, &[19_782, 0], None, None);
        column::<Int64Type>(columns, &[1_709_164_800_123, 0], None, None);
        column::<Int64Type>(columns, &[1_709_164_800_123_456, i64::MAX], None, None);
        column::<Int32Type>(columns, &[12_345, -5], None, None);
        column::<ByteArrayType>(columns, &texts(&["x", "y"]), Some(&[2, 2, 1]), Some(&[0, 1, 0]));
    };
    let expected = [
        concat!(
            r#"{"id":1,"name":"a \"b\"","score":2.5,"small":0.1,"yes":true,"raw":"AP8=","day":"2024-02-29","#,
            r#""at":"2024-02-29T00:00:00.123Z","exact":"2024-02-29T00:00:00.123456Z","price":"123.45","tags":["x","y"]}"#
        ),
        concat!(
            r#"{"id":9223372036854775807,"name":"ü","score":null,"small":null,"yes":false,"raw":"","day":"1970-01-01","#,
            r#""at":"1970-01-01T00:00:00.000Z","exact":9223372036854775807,"price":"-0.05","tags":[]}"#
        ),
    ];
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::ZSTD(Default::default()),
    ] {
        let (_dir, buckets) = bucket("a.parquet", &file(schema, compression, &[&group]));
        assert_eq!(all(&buckets, "a.parquet").await.unwrap(), expected, "{compression:?}");
    }
}

/// Row groups of 3, 0, 1, 2000 and 2 rows, which count on.
fn numbers() -> (Vec<u8>, u64) {
    let sizes = [3, 0, 1, 2000, 2];
    let bounds = sizes.iter().scan(0, |from, size| {
        *from += size;
        Some((*from - size, *from))
    });
    let writers: Vec<_> = bounds
        .map(|(from, to)| {
            move |columns: &mut Group| {
                column::<Int64Type>(columns, &(from..to).collect::<Vec<i64>>(), None, None)
            }
        })
        .collect();
    let groups: Vec<&dyn Fn(&mut Group)> =
        writers.iter().map(|writer| writer as &dyn Fn(&mut Group)).collect();
    (file("message m { required int64 n; }", Compression::SNAPPY, &groups), 2006)
}

#[tokio::test]
async fn rows_are_passed_over_across_row_groups() {
    let (file, count) = numbers();
    let (_dir, buckets) = bucket("n.parquet", &file);
    let all = all(&buckets, "n.parquet").await.unwrap();
    assert_eq!(all, (0..count).map(|n| format!("{{\"n\":{n}}}")).collect::<Vec<_>>());
    for first in [0, 1, 3, 4, 5, 1000, 2003, 2004, 2005, 2006] {
        for second in [0, 1, 2, 3, 1500, 3000] {
            let mut reader = Reader::open(&buckets, source("n.parquet"), None).await.unwrap();
            assert_eq!(reader.skip(first).await.unwrap(), first);
            let mut at = first;
            if let Some(item) = reader.next().await {
                assert_eq!(item.unwrap().json, format!("{{\"n\":{at}}}"));
                at += 1;
            }
            assert_eq!(reader.skip(second).await.unwrap(), second.min(count - at));
            at = count.min(at + second);
            let next = reader.next().await.map(|item| item.unwrap().json);
            assert_eq!(next, (at < count).then(|| format!("{{\"n\":{at}}}")), "{first} {second}");
        }
    }
}

#[tokio::test]
async fn what_is_damaged_is_an_error_and_no_panic() {
    let (file, count) = numbers();
    for cut in [0, 5, 20, file.len() / 2, file.len() - 1] {
        let (_dir, buckets) = bucket("cut.parquet", &file[..cut]);
        let told = all(&buckets, "cut.parquet").await.unwrap_err();
        assert!(told.starts_with("s3://data/cut.parquet: "), "{cut}: {told}");
    }
    // A byte that is another one at each of many places: the rows are read, or something is said.
    let step = (file.len() / 200).max(1);
    for place in (0..file.len()).step_by(step) {
        let mut file = file.clone();
        file[place] ^= 0xff;
        let (_dir, buckets) = bucket("a.parquet", &file);
        match all(&buckets, "a.parquet").await {
            Ok(items) => assert!(items.len() as u64 <= count + 1000, "{place}: {} items", items.len()),
            Err(told) => assert!(told.contains("s3://data/a.parquet"), "{place}: {told}"),
        }
    }
}

#[tokio::test]
async fn a_version_is_refused() {
    let (file, _) = numbers();
    let (_dir, buckets) = bucket("n.parquet", &file);
    let source = Source::GetObject {
        bucket: "data".into(),
        key: "n.parquet".into(),
        version_id: Some("1".into()),
        format: Format::Parquet,
    };
    assert!(Reader::open(&buckets, source, None).await.unwrap_err().to_string().contains("VersionId"));
}

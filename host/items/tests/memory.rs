//! Memory stays flat however large an object is: counted at the allocator, over files that are made and read in pieces.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(
    unsafe_code,
    reason = "an allocator that counts has to be one; it hands everything on to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use dirigent_items::{
    Buckets, ChildResult, CsvHeaders, Delimiter, Format, Outcome, OutputType, Reader, ResultWriter, Source,
    Transformation, WriterConfig,
};
use parquet::data_type::{ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// Bytes of each file.
const FILE_BYTES: u64 = 200 << 20;

/// Most bytes that reading or writing may add to what was allocated before.
const MOST_BYTES: usize = 16 << 20;

/// As much for Parquet: pages of several columns, and the batch of rows that is decoded ahead.
const MOST_PARQUET_BYTES: usize = 24 << 20;

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all calls go to the system's allocator, unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Peak bytes above what is allocated when it begins.
async fn peak(work: impl Future<Output = ()>) -> usize {
    let before = NOW.load(Relaxed);
    PEAK.store(before, Relaxed);
    work.await;
    PEAK.load(Relaxed) - before
}

/// Writes until the file is large enough; says how many items it has.
fn fill(path: &Path, before: &str, item: impl Fn(u64) -> String, between: &str, after: &str) -> u64 {
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(before.as_bytes()).unwrap();
    let (mut bytes, mut count) = (0, 0);
    while bytes < FILE_BYTES {
        let item = item(count);
        let between = if count == 0 { "" } else { between };
        file.write_all(between.as_bytes()).unwrap();
        file.write_all(item.as_bytes()).unwrap();
        bytes += (item.len() + between.len()) as u64;
        count += 1;
    }
    file.write_all(after.as_bytes()).unwrap();
    file.flush().unwrap();
    count
}

fn fill_parquet(path: &Path) -> u64 {
    const ROWS: i64 = 20_000;
    let schema =
        Arc::new(parse_message_type("message m { required int64 n; required binary t (UTF8); }").unwrap());
    let properties = WriterProperties::builder().set_dictionary_enabled(false).build();
    let mut writer =
        SerializedFileWriter::new(File::create(path).unwrap(), schema, properties.into()).unwrap();
    let mut next = 0;
    while (writer.bytes_written() as u64) < FILE_BYTES {
        let mut group = writer.next_row_group().unwrap();
        let numbers: Vec<i64> = (next..next + ROWS).collect();
        let texts: Vec<_> = numbers.iter().map(|n| format!("{n:0>1000}").as_str().into()).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&numbers, None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&texts, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        next += ROWS;
    }
    writer.close().unwrap();
    next as u64
}

// One test, since all tests of a binary share the counter.
#[tokio::test]
async fn memory_stays_flat() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("data");
    std::fs::create_dir(&folder).unwrap();
    let buckets = Buckets::folder(dir.path());
    let filler = "filler ".repeat(100);
    let object = |n: u64| format!("{{\"n\":{n},\"text\":\"{filler}\"}}");
    let row = |n: u64| format!("{n},\"{filler}, and \"\"more\"\"\"");
    let place = |key: &str| folder.join(key);
    let csv = Format::Csv { headers: CsvHeaders::FirstRow, delimiter: Delimiter::Comma };
    let json = |pointer: &str| Format::Json { items_pointer: Some(pointer.into()) };
    let beside = format!("{{\"beside\":[{}],\"items\":[", vec!["1"; 100_000].join(","));
    let cases: [(&str, u64, Format, usize); 4] = [
        ("a.csv", fill(&place("a.csv"), "n,text\n", row, "\n", "\n"), csv, MOST_BYTES),
        ("a.jsonl", fill(&place("a.jsonl"), "", object, "\n", ""), Format::Jsonl, MOST_BYTES),
        ("a.json", fill(&place("a.json"), &beside, object, ", \n", "]}"), json("/items"), MOST_BYTES),
        ("a.parquet", fill_parquet(&place("a.parquet")), Format::Parquet, MOST_PARQUET_BYTES),
    ];
    for (key, count, format, most) in cases {
        assert!(std::fs::metadata(place(key)).unwrap().len() >= FILE_BYTES);
        // The second time is about what is passed over, which is the same for all texts.
        let skips: &[u64] = if key == "a.csv" { &[0, count / 2] } else { &[0] };
        for &skip in skips {
            let source = Source::GetObject {
                bucket: "data".into(),
                key: key.into(),
                version_id: None,
                format: format.clone(),
            };
            let read = async {
                let mut reader = Reader::open(&buckets, source, None).await.unwrap();
                assert_eq!(reader.skip(skip).await.unwrap(), skip);
                let mut found = skip;
                while let Some(item) = reader.next().await {
                    assert!(item.unwrap().json.len() > filler.len());
                    found += 1;
                }
                assert_eq!(found, count, "{key}");
            };
            let peak = peak(read).await;
            println!("{key} behind {skip} of {count} items: {} KiB at most", peak / 1024);
            assert!(peak < most, "{key} behind {skip} items: {peak} bytes");
        }
        std::fs::remove_file(place(key)).unwrap();
    }
    let output = object(0);
    let config = WriterConfig {
        bucket: "data".into(),
        prefix: None,
        map_run_arn: "arn".into(),
        map_run_name: "run".into(),
        output_type: OutputType::Json,
        transformation: Transformation::None,
    };
    let result = ChildResult {
        execution_arn: "arn",
        name: "name",
        state_machine_arn: "arn",
        input: &output,
        start_date: 0,
        stop_date: 0,
        redrive_count: 0,
        redrive_status: "NOT_REDRIVABLE",
        redrive_status_reason: None,
        outcome: Outcome::Succeeded { output: &output },
    };
    let write = async {
        let mut writer = ResultWriter::open(&buckets, config).await.unwrap();
        for _ in 0..FILE_BYTES / (2 * output.len() as u64) {
            writer.push(&result).await.unwrap();
        }
        writer.finish().await.unwrap();
    };
    let peak = peak(write).await;
    println!("writing: {} KiB at most", peak / 1024);
    assert!(std::fs::metadata(place("run/SUCCEEDED_0.json")).unwrap().len() >= FILE_BYTES);
    assert!(peak < MOST_BYTES, "writing: {peak} bytes");
}

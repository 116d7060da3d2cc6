//! The rows of one row group as JSON texts, decoded beside the executor, a few of them ahead.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::metadata::page_index::RowGroupPageIndex;
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedRowGroupReader;
use parquet::record::reader::TreeBuilder;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::field;
use crate::limits::{MAX_ITEM_BYTES, MAX_PARQUET_PAGE_BYTES};

/// Bytes of JSON after which rows are handed over.
const BATCH_BYTES: usize = 256 * 1024;

/// Batches that wait to be taken.
const BATCHES_AHEAD: usize = 1;

/// Values of each column that are decoded at a time.
const VALUES_AHEAD: usize = 64;

#[derive(Debug)]
pub(super) struct Rows {
    batch: std::vec::IntoIter<String>,
    batches: mpsc::Receiver<Vec<String>>,
    /// How decoding ended; taken when the last batch is.
    end: Option<JoinHandle<std::result::Result<(), String>>>,
}

impl Rows {
    /// Begins to decode, behind `skip` rows.
    pub(super) fn start(metadata: Arc<ParquetMetaData>, group: usize, window: Window, skip: u64) -> Rows {
        let (sender, batches) = mpsc::channel(BATCHES_AHEAD);
        let end = tokio::task::spawn_blocking(move || {
            let place = |error| format!("row group {}: {error}", group + 1);
            decode(&metadata, group, window, skip, &sender).map_err(place)
        });
        Rows { batch: Vec::new().into_iter(), batches, end: Some(end) }
    }

    pub(super) async fn next(&mut self) -> std::result::Result<Option<String>, String> {
        loop {
            if let Some(row) = self.batch.next() {
                return Ok(Some(row));
            }
            if let Some(batch) = self.batches.recv().await {
                self.batch = batch.into_iter();
                continue;
            }
            let Some(end) = &mut self.end else { return Ok(None) };
            let ended = end.await;
            self.end = None;
            // The library panics over some values that no date has.
            ended.map_err(|_| "it is damaged: its rows cannot be decoded".to_owned())??;
            return Ok(None);
        }
    }
}

fn decode(
    metadata: &ParquetMetaData,
    group: usize,
    window: Window,
    skip: u64,
    batches: &mpsc::Sender<Vec<String>>,
) -> Result<()> {
    let properties = Arc::new(ReaderProperties::builder().build());
    let no_index = RowGroupPageIndex::new(group, None);
    let reader =
        SerializedRowGroupReader::new(Arc::new(window), metadata.row_group(group), no_index, properties)?;
    let schema = metadata.file_metadata().schema_descr_ptr();
    let mut rows = TreeBuilder::new().with_batch_size(VALUES_AHEAD).as_iter(schema, &reader)?;
    for _ in 0..skip {
        rows.next().transpose()?;
    }
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for row in rows {
        let json = field::row(row?).to_string();
        if json.len() > MAX_ITEM_BYTES {
            return Err(ParquetError::General(format!(
                "one row has more than {MAX_ITEM_BYTES} bytes as JSON; split it"
            )));
        }
        bytes += json.len();
        batch.push(json);
        if bytes >= BATCH_BYTES {
            bytes = 0;
            // Nobody wants the rest.
            if batches.blocking_send(std::mem::take(&mut batch)).is_err() {
                return Ok(());
            }
        }
    }
    if !batch.is_empty() {
        let _ = batches.blocking_send(batch);
    }
    Ok(())
}

/// A part of a Parquet file, in a temporary file of its own.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) file: File,
    /// Where the part begins in the Parquet file.
    pub(super) from: u64,
    /// Where it ends.
    pub(super) to: u64,
}

impl Window {
    fn at(&self, start: u64, length: u64) -> Result<File> {
        let end = start.checked_add(length).filter(|end| *end <= self.to);
        let offset = start.checked_sub(self.from).filter(|_| end.is_some());
        let offset =
            offset.ok_or_else(|| ParquetError::General("a page lies outside its row group".into()))?;
        // The copy shares its position with the others. One thread reads, each time from where it wants to.
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(file)
    }
}

impl Length for Window {
    fn len(&self) -> u64 {
        self.to
    }
}

impl ChunkReader for Window {
    type T = BufReader<File>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(self.at(start, 0)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if length as u64 > MAX_PARQUET_PAGE_BYTES {
            let problem = format!("a page has {length} bytes; at most {MAX_PARQUET_PAGE_BYTES} can be read");
            return Err(ParquetError::General(problem));
        }
        let mut bytes = vec![0; length];
        self.at(start, length as u64)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

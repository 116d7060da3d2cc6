//! The rows of a Parquet file, a row group at a time.
//!
//! A row group's bytes go into a temporary file, since its columns lie one behind the other and are read side by side.
//! In memory are the footer, of each column one page and its dictionary, and a few rows.

mod field;
mod rows;

use std::sync::Arc;

use bytes::Bytes;
use parquet::file::metadata::{FooterTail, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};

use super::{Found, Want};
use crate::error::{BucketError, ReadError};
use crate::limits::{CHUNK_BYTES, MAX_PARQUET_FOOTER_BYTES, MAX_ROW_GROUP_BYTES};
use crate::objects::Object;
use rows::{Rows, Window};

#[derive(Debug)]
pub(crate) struct ParquetReader {
    object: Object,
    metadata: Arc<ParquetMetaData>,
    /// The row group to read after the one that is read.
    next_group: usize,
    current: Option<Rows>,
    /// Rows that are still in no item and not passed over.
    rows_left: u64,
    /// Rows that were passed over, but not yet in the file.
    to_skip: u64,
}

/// The last eight bytes: the length of the footer, and a magic word.
const TAIL_BYTES: u64 = 8;

/// How much of a file's end is asked for first: most footers fit.
const FIRST_TAIL_BYTES: u64 = 64 * 1024;

impl ParquetReader {
    pub(crate) async fn open(object: Object) -> Result<ParquetReader, ReadError> {
        let end = object.size;
        if end < 2 * TAIL_BYTES {
            return Err(object.malformed("it is too short to be a Parquet file"));
        }
        let mut from = end.saturating_sub(FIRST_TAIL_BYTES);
        let mut footer = object.range(from, end).await?;
        let tail = FooterTail::try_from(&footer[footer.len() - TAIL_BYTES as usize..]);
        let tail = tail.map_err(|error| object.malformed(format!("it is not a Parquet file: {error}")))?;
        if tail.is_encrypted_footer() {
            return Err(object.malformed("its footer is encrypted; only plain Parquet files are read"));
        }
        let length = tail.metadata_length() as u64;
        object.check("the footer", length, MAX_PARQUET_FOOTER_BYTES)?;
        let begins = (end - TAIL_BYTES).checked_sub(length).ok_or_else(|| {
            object.malformed("it is not a Parquet file: its footer is longer than the file")
        })?;
        if begins < from {
            from = begins;
            footer = object.range(from, end).await?;
        }
        let footer = footer.slice((begins - from) as usize..(end - TAIL_BYTES - from) as usize);
        let metadata = decode(footer).await.map_err(|problem| object.malformed(problem))?;
        let rows =
            metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0)).sum();
        let metadata = Arc::new(metadata);
        Ok(ParquetReader { object, metadata, next_group: 0, current: None, rows_left: rows, to_skip: 0 })
    }

    pub(crate) async fn next(&mut self, want: Want) -> Result<Option<Found>, ReadError> {
        if self.rows_left == 0 {
            return Ok(None);
        }
        self.rows_left -= 1;
        if want == Want::Count {
            self.to_skip += 1;
            return Ok(Some(Found::default()));
        }
        loop {
            if let Some(rows) = &mut self.current {
                match rows.next().await.map_err(|problem| self.object.malformed(problem))? {
                    Some(_) if self.to_skip > 0 => self.to_skip -= 1,
                    Some(json) => return Ok(Some(Found { json, key: None })),
                    None => self.current = None,
                }
            } else if !self.start_group().await? {
                return Err(self.object.malformed("it has fewer rows than its footer says"));
            }
        }
    }

    /// Begins with the next row group that is not passed over as a whole.
    async fn start_group(&mut self) -> Result<bool, ReadError> {
        loop {
            let index = self.next_group;
            let Some(group) = self.metadata.row_groups().get(index) else { return Ok(false) };
            self.next_group += 1;
            let rows = u64::try_from(group.num_rows()).unwrap_or(0);
            if rows <= self.to_skip {
                self.to_skip -= rows;
                continue;
            }
            let window = self.fetch(index, group).await?;
            let skip = std::mem::take(&mut self.to_skip);
            self.current = Some(Rows::start(self.metadata.clone(), index, window, skip));
            return Ok(true);
        }
    }

    /// Brings a row group into a temporary file.
    async fn fetch(&self, index: usize, group: &RowGroupMetaData) -> Result<Window, ReadError> {
        let damaged =
            || self.object.malformed(format!("the footer's places of row group {} make no sense", index + 1));
        let (from, to) = span(group).filter(|(_, to)| *to <= self.object.size).ok_or_else(damaged)?;
        self.object.check("a row group", to - from, MAX_ROW_GROUP_BYTES)?;
        let failed = |error| BucketError::io(&self.object.bucket, &self.object.key, error);
        let file = tokio::task::spawn_blocking(tempfile::tempfile).await.map_err(std::io::Error::other);
        let mut file = tokio::fs::File::from_std(file.map_err(failed)?.map_err(failed)?);
        let mut next = from;
        while next < to {
            let end = (next + CHUNK_BYTES).min(to);
            file.write_all(&self.object.range(next, end).await?).await.map_err(failed)?;
            next = end;
        }
        file.flush().await.map_err(failed)?;
        file.rewind().await.map_err(failed)?;
        Ok(Window { file: file.into_std().await, from, to })
    }
}

/// The footer, decoded where it may take long, and where a panic over a damaged file does no harm.
async fn decode(footer: Bytes) -> Result<ParquetMetaData, String> {
    let decoded = tokio::task::spawn_blocking(move || ParquetMetaDataReader::decode_metadata(&footer)).await;
    let decoded = decoded.map_err(|_| "its footer is damaged".to_owned())?;
    decoded.map_err(|error| format!("its footer is damaged: {error}"))
}

/// Where a row group's columns begin and end in the file.
fn span(group: &RowGroupMetaData) -> Option<(u64, u64)> {
    let mut span: Option<(u64, u64)> = None;
    for column in group.columns() {
        let from = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        let (from, length) = (u64::try_from(from).ok()?, u64::try_from(column.compressed_size()).ok()?);
        let to = from.checked_add(length)?;
        span = Some(span.map_or((from, to), |(first, last)| (first.min(from), last.max(to))));
    }
    span
}

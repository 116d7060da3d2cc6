//! JSON Lines: a JSON value on each line. Lines of white space only are no items.

use super::compact::compact;
use super::{Found, Scan, ScanError, Want};
use crate::limits::MAX_ITEM_BYTES;

#[derive(Debug, Default)]
pub(super) struct JsonlScanner {
    line: Vec<u8>,
    /// Bytes of the line so far, also of those that are not kept.
    length: usize,
    /// The line has something that is not white space.
    filled: bool,
    /// Lines before this one.
    before: u64,
}

impl JsonlScanner {
    pub(super) fn scan(&mut self, input: &[u8], want: Want) -> Scan {
        let mut from = 0;
        while let Some(end) = memchr::memchr(b'\n', &input[from..]) {
            self.take(&input[from..from + end], want)?;
            from += end + 1;
            if let Some(found) = self.end_line(want)? {
                return Ok((from, Some(found)));
            }
        }
        self.take(&input[from..], want)?;
        Ok((input.len(), None))
    }

    pub(super) fn finish(&mut self, want: Want) -> Result<Option<Found>, ScanError> {
        self.end_line(want)
    }

    fn at(&self) -> String {
        format!("line {}", self.before + 1)
    }

    fn take(&mut self, bytes: &[u8], want: Want) -> Result<(), ScanError> {
        self.length += bytes.len();
        if self.length > MAX_ITEM_BYTES {
            return Err(ScanError::ItemTooLarge { at: self.at() });
        }
        self.filled = self.filled || bytes.iter().any(|byte| !byte.is_ascii_whitespace());
        if want == Want::Items {
            self.line.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end_line(&mut self, want: Want) -> Result<Option<Found>, ScanError> {
        let (line, filled) = (std::mem::take(&mut self.line), std::mem::take(&mut self.filled));
        self.length = 0;
        let found = match (filled, want) {
            (false, _) => None,
            (true, Want::Count) => Some(Found::default()),
            (true, Want::Items) => {
                let json =
                    compact(line).map_err(|problem| ScanError::Malformed { at: self.at(), problem })?;
                Some(Found { json, key: None })
            }
        };
        self.before += 1;
        Ok(found)
    }
}

//! The items of one object that is text: CSV, JSON or JSON Lines.

use bytes::{Buf as _, Bytes, BytesMut};

use super::csv::CsvScanner;
use super::json::JsonScanner;
use super::jsonl::JsonlScanner;
use super::{Found, Scan, ScanError, Want};
use crate::error::ReadError;
use crate::objects::{Object, Pieces};
use crate::source::{CsvHeaders, Delimiter};

/// Reads items from text, with one piece of it and one item in memory.
#[derive(Debug)]
pub(crate) struct TextReader {
    pieces: Pieces,
    scanner: Scanner,
    /// What is left of the piece that is scanned.
    rest: Bytes,
    begun: bool,
    ended: bool,
}

#[derive(Debug)]
enum Scanner {
    Csv(CsvScanner),
    Json(JsonScanner),
    Jsonl(JsonlScanner),
}

impl Scanner {
    fn scan(&mut self, input: &[u8], want: Want) -> Scan {
        match self {
            Scanner::Csv(scanner) => scanner.scan(input, want),
            Scanner::Json(scanner) => scanner.scan(input, want),
            Scanner::Jsonl(scanner) => scanner.scan(input, want),
        }
    }

    fn finish(&mut self, want: Want) -> Result<Option<Found>, ScanError> {
        match self {
            Scanner::Csv(scanner) => scanner.finish(want),
            Scanner::Json(scanner) => scanner.finish().map(|()| None),
            Scanner::Jsonl(scanner) => scanner.finish(want),
        }
    }
}

impl TextReader {
    pub(crate) fn csv(object: Object, headers: &CsvHeaders, delimiter: Delimiter) -> TextReader {
        TextReader::new(object, Scanner::Csv(CsvScanner::new(headers, delimiter.byte())))
    }

    pub(crate) fn json(object: Object, pointer: Option<&str>) -> Result<TextReader, ReadError> {
        let scanner =
            JsonScanner::new(pointer.unwrap_or_default()).map_err(|problem| object.malformed(problem))?;
        Ok(TextReader::new(object, Scanner::Json(scanner)))
    }

    pub(crate) fn jsonl(object: Object) -> TextReader {
        TextReader::new(object, Scanner::Jsonl(JsonlScanner::default()))
    }

    fn new(object: Object, scanner: Scanner) -> TextReader {
        TextReader { pieces: Pieces::new(object), scanner, rest: Bytes::new(), begun: false, ended: false }
    }

    pub(crate) async fn next(&mut self, want: Want) -> Result<Option<Found>, ReadError> {
        loop {
            while !self.rest.is_empty() {
                let scan = self.scanner.scan(&self.rest, want);
                let (taken, found) = scan.map_err(|error| self.located(error))?;
                self.rest.advance(taken);
                if found.is_some() {
                    return Ok(found);
                }
            }
            let done = matches!(&self.scanner, Scanner::Json(scanner) if scanner.is_done());
            if self.ended || done {
                return Ok(None);
            }
            let piece = if self.begun { self.pieces.next().await? } else { self.first().await? };
            match piece {
                Some(piece) => self.rest = piece,
                None => {
                    self.ended = true;
                    let last = self.scanner.finish(want);
                    return last.map_err(|error| self.located(error));
                }
            }
        }
    }

    /// The first piece, without the byte order mark that some programs put before UTF-8.
    async fn first(&mut self) -> Result<Option<Bytes>, ReadError> {
        self.begun = true;
        let mut start = BytesMut::new();
        while start.len() < BOM.len() {
            let Some(piece) = self.pieces.next().await? else { break };
            if start.is_empty() && piece.len() >= BOM.len() {
                return self.without_mark(piece).map(Some);
            }
            start.extend_from_slice(&piece);
        }
        if start.is_empty() { Ok(None) } else { self.without_mark(start.freeze()).map(Some) }
    }

    fn without_mark(&self, mut piece: Bytes) -> Result<Bytes, ReadError> {
        if piece.starts_with(&[0xff, 0xfe]) || piece.starts_with(&[0xfe, 0xff]) {
            return Err(self.pieces.object.malformed("the text is UTF-16; save it as UTF-8"));
        }
        if piece.starts_with(&BOM) {
            piece.advance(BOM.len());
        }
        Ok(piece)
    }

    fn located(&self, error: ScanError) -> ReadError {
        let place = |at| self.pieces.object.place(at);
        match error {
            ScanError::Malformed { at, problem } => ReadError::Malformed { place: place(Some(at)), problem },
            ScanError::ItemTooLarge { at } => ReadError::ItemTooLarge { place: place(Some(at)) },
            ScanError::HeaderTooLarge => ReadError::HeaderTooLarge { place: place(None) },
            ScanError::NotIterable { at } => ReadError::NotIterable { place: place(Some(at)) },
            ScanError::PointerNotFound { pointer } => {
                ReadError::PointerNotFound { place: place(None), pointer }
            }
        }
    }
}

/// UTF-8's byte order mark.
const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

//! Text with delimiters, by the rules of AWS's page "How Step Functions parses input CSV files".
//!
//! They are those of RFC 4180 and some more: a backslash makes a backslash, a quote or the delimiter plain, and goes away
//! before anything else; two quotes are one also in a field without quotes around it.

use super::{Found, Scan, ScanError, Want};
use crate::limits::{MAX_CSV_HEADER_BYTES, MAX_ITEM_BYTES};
use crate::source::CsvHeaders;

#[derive(Debug)]
pub(super) struct CsvScanner {
    delimiter: u8,
    /// `None` until the first row is read.
    columns: Option<Vec<Column>>,
    row: Row,
    state: State,
    /// A line feed that follows belongs to the carriage return before it.
    after_return: bool,
    /// Rows before this one, with the header.
    before: u64,
}

/// A column's name as the beginning of a JSON member: `"name":`. `None` if a later column has the same name.
#[derive(Debug)]
struct Column(Option<String>);

/// The fields of the row that is being read, one behind the other.
#[derive(Debug, Default)]
struct Row {
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Bytes in the file.
    length: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    FieldStart,
    Bare,
    /// After a quote in a field that did not begin with one.
    BareQuote,
    Quoted,
    /// After a quote in a quoted field: its end, or the first of two.
    QuotedQuote,
    /// After a backslash.
    Escape {
        quoted: bool,
    },
}

/// What a byte with a meaning does.
enum Step {
    Taken,
    /// The state changed; the byte is to be looked at again.
    Again,
    RowEnds,
}

impl CsvScanner {
    pub(super) fn new(headers: &CsvHeaders, delimiter: u8) -> CsvScanner {
        let columns = match headers {
            CsvHeaders::FirstRow => None,
            CsvHeaders::Given(names) => Some(columns(names)),
        };
        let row = Row::default();
        CsvScanner { delimiter, columns, row, state: State::FieldStart, after_return: false, before: 0 }
    }

    pub(super) fn scan(&mut self, input: &[u8], want: Want) -> Scan {
        let mut at = 0;
        while at < input.len() {
            if std::mem::take(&mut self.after_return) && input[at] == b'\n' {
                at += 1;
                continue;
            }
            // What has no meaning of its own is taken in one go.
            let plain = self.plain(&input[at..]);
            if plain > 0 {
                self.count(plain)?;
                self.push(&input[at..at + plain], want);
                at += plain;
                continue;
            }
            match self.meet(input[at], want) {
                Step::Again => {}
                Step::Taken => {
                    self.count(1)?;
                    at += 1;
                }
                Step::RowEnds => {
                    self.after_return = input[at] == b'\r';
                    at += 1;
                    if let Some(found) = self.end_row(want)? {
                        return Ok((at, Some(found)));
                    }
                }
            }
        }
        Ok((at, None))
    }

    pub(super) fn finish(&mut self, want: Want) -> Result<Option<Found>, ScanError> {
        match self.state {
            State::Quoted | State::Escape { quoted: true } => {
                let problem =
                    "a field begins with a quote that is never closed; write a quote in a field as two";
                return Err(self.malformed(problem));
            }
            State::BareQuote => self.push(b"\"", want),
            State::FieldStart | State::Bare | State::QuotedQuote | State::Escape { quoted: false } => {}
        }
        self.end_row(want)
    }

    fn at(&self) -> String {
        format!("row {}", self.before + 1)
    }

    fn malformed(&self, problem: impl Into<String>) -> ScanError {
        ScanError::Malformed { at: self.at(), problem: problem.into() }
    }

    /// How many bytes from here on only have to be copied.
    fn plain(&self, input: &[u8]) -> usize {
        let special = |byte: &u8| matches!(*byte, b'\n' | b'\r' | b'"' | b'\\') || *byte == self.delimiter;
        match self.state {
            State::Bare => input.iter().position(special).unwrap_or(input.len()),
            State::Quoted => memchr::memchr2(b'"', b'\\', input).unwrap_or(input.len()),
            State::FieldStart | State::BareQuote | State::QuotedQuote | State::Escape { .. } => 0,
        }
    }

    fn meet(&mut self, byte: u8, want: Want) -> Step {
        use State::{Bare, BareQuote, Escape, FieldStart, Quoted, QuotedQuote};
        match (self.state, byte) {
            (FieldStart, b'"') => self.state = Quoted,
            (Bare, b'"') => self.state = BareQuote,
            (Quoted, b'"') => self.state = QuotedQuote,
            (BareQuote, b'"') => {
                self.push(b"\"", want);
                self.state = Bare;
            }
            (QuotedQuote, b'"') => {
                self.push(b"\"", want);
                self.state = Quoted;
            }
            (BareQuote, _) => {
                self.push(b"\"", want);
                self.state = Bare;
                return Step::Again;
            }
            (Escape { quoted }, _) => {
                self.state = if quoted { Quoted } else { Bare };
                if !matches!(byte, b'\\' | b'"') && byte != self.delimiter {
                    return Step::Again;
                }
                self.push(&[byte], want);
            }
            (FieldStart | Bare | Quoted, b'\\') => self.state = Escape { quoted: self.state == Quoted },
            (Quoted, _) => self.push(&[byte], want),
            (FieldStart | Bare | QuotedQuote, b'\n' | b'\r') => return Step::RowEnds,
            (FieldStart | Bare | QuotedQuote, _) if byte == self.delimiter => {
                self.row.ends.push(self.row.text.len());
                self.state = FieldStart;
            }
            // Something behind the closing quote: it belongs to the field.
            (FieldStart | Bare | QuotedQuote, _) => {
                self.state = Bare;
                return Step::Again;
            }
        }
        Step::Taken
    }

    fn count(&mut self, bytes: usize) -> Result<(), ScanError> {
        self.row.length += bytes;
        match self.columns {
            None if self.row.length > MAX_CSV_HEADER_BYTES => Err(ScanError::HeaderTooLarge),
            Some(_) if self.row.length > MAX_ITEM_BYTES => Err(ScanError::ItemTooLarge { at: self.at() }),
            _ => Ok(()),
        }
    }

    /// Keeps bytes of the field, if it is one that is asked for.
    fn push(&mut self, bytes: &[u8], want: Want) {
        let kept = match &self.columns {
            None => true,
            Some(columns) => want == Want::Items && self.row.ends.len() < columns.len(),
        };
        if kept {
            self.row.text.extend_from_slice(bytes);
        }
    }

    /// The item of the row that has ended: none for the header, and for a row without a single byte.
    fn end_row(&mut self, want: Want) -> Result<Option<Found>, ScanError> {
        self.state = State::FieldStart;
        let mut row = std::mem::take(&mut self.row);
        row.ends.push(row.text.len());
        let found = if row.length == 0 {
            None
        } else if let Some(columns) = &self.columns {
            let json = match want {
                Want::Count => String::new(),
                Want::Items => self.item(columns, &row)?,
            };
            Some(Found { json, key: None })
        } else {
            let names: Result<Vec<String>, _> =
                row.fields().map(|field| String::from_utf8(field.to_vec())).collect();
            let names =
                names.map_err(|_| self.malformed("the header is not UTF-8; save the file as UTF-8"))?;
            self.columns = Some(columns(&names));
            None
        };
        self.before += 1;
        row.text.clear();
        row.ends.clear();
        self.row = Row { length: 0, ..row };
        Ok(found)
    }

    /// A JSON object of strings: fields that are missing are empty, those without a column are left out.
    fn item(&self, columns: &[Column], row: &Row) -> Result<String, ScanError> {
        let mut json = Vec::with_capacity(row.text.len() + 32 * columns.len());
        json.push(b'{');
        let fields = row.fields().chain(std::iter::repeat(&[][..]));
        for (number, (Column(name), field)) in columns.iter().zip(fields).enumerate() {
            let Some(name) = name else { continue };
            let not_text =
                || self.malformed(format!("column {} is not UTF-8; save the file as UTF-8", number + 1));
            let field = std::str::from_utf8(field).map_err(|_| not_text())?;
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(name.as_bytes());
            serde_json::to_writer(&mut json, field).map_err(|error| self.malformed(error.to_string()))?;
        }
        json.push(b'}');
        String::from_utf8(json).map_err(|error| self.malformed(error.to_string()))
    }
}

impl Row {
    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(from, to)| &self.text[*from..*to])
    }
}

fn columns(names: &[String]) -> Vec<Column> {
    let later_has = |number: usize, name: &String| names[number + 1..].contains(name);
    let column = |(number, name)| (!later_has(number, name)).then(|| format!("{}:", quoted(name)));
    names.iter().enumerate().map(column).map(Column).collect()
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    /// The items of a text, fed in pieces of this size.
    fn items(
        text: &[u8],
        headers: &CsvHeaders,
        delimiter: u8,
        piece: usize,
    ) -> Result<Vec<String>, ScanError> {
        let mut scanner = CsvScanner::new(headers, delimiter);
        let mut items = Vec::new();
        for mut piece in text.chunks(piece) {
            while !piece.is_empty() {
                let (taken, found) = scanner.scan(piece, Want::Items)?;
                assert!(taken > 0 && (found.is_some() || taken == piece.len()));
                piece = &piece[taken..];
                items.extend(found.map(|found| found.json));
            }
        }
        items.extend(scanner.finish(Want::Items)?.map(|found| found.json));
        Ok(items)
    }

    #[test]
    fn rows_by_the_rules_of_the_page() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("a,b", &[]),
            ("a,b\n1,2", &[r#"{"a":"1","b":"2"}"#]),
            ("a,b\r\n1,2\r\n3,4\r\n", &[r#"{"a":"1","b":"2"}"#, r#"{"a":"3","b":"4"}"#]),
            ("a,b\r1,2\r3,4\r", &[r#"{"a":"1","b":"2"}"#, r#"{"a":"3","b":"4"}"#]),
            // Too few fields, too many, none at all.
            (
                "a,b\n1\n1,2,3\n,,,\n\n,\n   \n",
                &[
                    r#"{"a":"1","b":""}"#,
                    r#"{"a":"1","b":"2"}"#,
                    r#"{"a":"","b":""}"#,
                    r#"{"a":"","b":""}"#,
                    r#"{"a":"   ","b":""}"#,
                ],
            ),
            // Quotes.
            ("a,b\n\"x,\ny\",\"\"", &[r#"{"a":"x,\ny","b":""}"#]),
            ("a\n\"\"\n", &[r#"{"a":""}"#]),
            ("a\n\"two \"\" quotes\"\n", &[r#"{"a":"two \" quotes"}"#]),
            ("a\n{\"\"k\"\":\"\"v\"\"}\n", &[r#"{"a":"{\"k\":\"v\"}"}"#]),
            ("a\nsay \"hi\" now\n", &[r#"{"a":"say \"hi\" now"}"#]),
            ("a,b\n\"x\"y,1\n", &[r#"{"a":"xy","b":"1"}"#]),
            ("a\nx\"", &[r#"{"a":"x\""}"#]),
            // Backslashes.
            (
                "path,size\nC:\\\\Program Files\\\\MyApp.exe,6534512\n",
                &[r#"{"path":"C:\\Program Files\\MyApp.exe","size":"6534512"}"#],
            ),
            ("a,b\nx\\,y,\\z\n", &[r#"{"a":"x,y","b":"z"}"#]),
            ("a\n\"x\\\"y\\n\"\n", &[r#"{"a":"x\"yn"}"#]),
            ("a\n\\\"x\n", &[r#"{"a":"\"x"}"#]),
            ("a\nx\\\ny\n", &[r#"{"a":"x"}"#, r#"{"a":"y"}"#]),
            // Names.
            ("\"a b\",\"c\nd\"\n1,2\n", &[r#"{"a b":"1","c\nd":"2"}"#]),
            ("a,b,a\n1,2,3\n", &[r#"{"b":"2","a":"3"}"#]),
            ("ü,名\nö,前\n", &[r#"{"ü":"ö","名":"前"}"#]),
        ];
        for (text, expected) in cases {
            for piece in [1, 2, 3, 1000] {
                let found = items(text.as_bytes(), &CsvHeaders::FirstRow, b',', piece).unwrap();
                assert_eq!(found, *expected, "{text:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn given_headers_and_delimiters() {
        let headers = CsvHeaders::Given(vec!["x".into(), "y".into()]);
        for delimiter in [b',', b'|', b';', b' ', b'\t'] {
            let text = format!("1{0}2{0}3\n\"a{0}b\"{0}c\\{0}d", char::from(delimiter));
            let inside = quoted(&format!("a{}b", char::from(delimiter)));
            let escaped = quoted(&format!("c{}d", char::from(delimiter)));
            let expected = [r#"{"x":"1","y":"2"}"#.to_owned(), format!(r#"{{"x":{inside},"y":{escaped}}}"#)];
            assert_eq!(items(text.as_bytes(), &headers, delimiter, 1000).unwrap(), expected);
        }
    }

    type Check<'a> = &'a dyn Fn(&ScanError) -> bool;

    #[test]
    fn what_is_wrong_is_named() {
        let malformed = |at: &'static str| move |error: &ScanError| matches!(error, ScanError::Malformed { at: found, .. } if found == at);
        let header = vec![b'h'; MAX_CSV_HEADER_BYTES + 1];
        let row = [b"a\n".to_vec(), vec![b'x'; MAX_ITEM_BYTES + 1]].concat();
        let cases: [(&[u8], Check); 5] = [
            (b"a\n1\n\"never closed\n", &malformed("row 3")),
            (b"a\n1\n\xff\n", &malformed("row 3")),
            (b"\xff\n", &malformed("row 1")),
            (&header, &|error| matches!(error, ScanError::HeaderTooLarge)),
            (&row, &|error| matches!(error, ScanError::ItemTooLarge { at } if at == "row 2")),
        ];
        for (text, expected) in cases {
            let error = items(text, &CsvHeaders::FirstRow, b',', 100_000).unwrap_err();
            assert!(expected(&error), "{error:?}");
        }
    }
}

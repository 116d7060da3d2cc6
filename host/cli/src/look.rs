//! How output looks: colours, the marks of progress, tables, and what of foreign text is shown.

use std::io::{IsTerminal, Write};

/// Longest payload, cause or value that is shown in a line, in characters.
const SHOWN: usize = 120;

/// A colour of the terminal's own sixteen, so that it fits the theme.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Colour {
    Red,
    Green,
    Yellow,
    Cyan,
}

impl Colour {
    /// Its number in SGR. Source: ECMA-48.
    fn code(self) -> u8 {
        match self {
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Cyan => 36,
        }
    }
}

/// Whether a stream gets colours.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    colours: bool,
}

impl Look {
    /// Colours on a terminal that has them, unless `NO_COLOR` is set. Source: no-color.org.
    pub(crate) fn of(stream: &impl IsTerminal) -> Look {
        let set = |name| std::env::var(name).unwrap_or_default();
        Look { colours: stream.is_terminal() && wants_colours(&set("NO_COLOR"), &set("TERM")) }
    }

    /// The text in a colour.
    pub(crate) fn paint(self, colour: Colour, text: &str) -> String {
        if self.colours { format!("\u{1b}[{}m{text}\u{1b}[0m", colour.code()) } else { text.to_owned() }
    }

    /// A line of progress: when, a mark, and what happened, of which an execution may have written parts.
    pub(crate) fn progress(self, when: &str, mark: Mark, what: &str) -> String {
        let (sign, colour) = mark.shown();
        format!("{when} {} {}", self.paint(colour, sign), plain(what.trim_end()))
    }
}

fn wants_colours(no_color: &str, term: &str) -> bool {
    no_color.is_empty() && term != "dumb"
}

/// What a line of progress tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mark {
    /// Something was entered or started.
    Begun,
    /// Something went well.
    Done,
    /// Something went wrong.
    Failed,
    /// Something was not brought to its end.
    GivenUp,
    /// The execution succeeded.
    Succeeded,
    /// The execution failed or timed out.
    Ended,
    /// The execution was stopped.
    Stopped,
}

impl Mark {
    /// Whether an execution is over with it.
    pub(crate) fn is_end(self) -> bool {
        matches!(self, Mark::Succeeded | Mark::Ended | Mark::Stopped)
    }

    fn shown(self) -> (&'static str, Colour) {
        match self {
            Mark::Begun => ("▶", Colour::Cyan),
            Mark::Done => ("✓", Colour::Green),
            Mark::Failed => ("✗", Colour::Red),
            Mark::GivenUp => ("✗", Colour::Yellow),
            Mark::Succeeded => ("■", Colour::Green),
            Mark::Ended => ("■", Colour::Red),
            Mark::Stopped => ("■", Colour::Yellow),
        }
    }
}

/// Seconds since the start, as the column `when` of progress.
pub(crate) fn seconds(ms: i64) -> String {
    format!("{:>9.3}s", ms as f64 / 1000.0)
}

/// The beginning of a text that may be long.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text in one line and without control characters: what an execution wrote must not steer the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, c| {
        if c.is_control() {
            plain.extend(c.escape_default())
        } else {
            plain.push(c)
        }
        plain
    })
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    colour: Option<Colour>,
}

impl Cell {
    /// A cell in a colour.
    pub(crate) fn coloured(text: &str, colour: Colour) -> Cell {
        Cell { colour: Some(colour), ..Cell::from(text) }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell { text: plain(text), colour: None }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::from(text.as_str())
    }
}

/// Rows under heads, aligned. The last column may be of any width.
#[derive(Debug)]
pub(crate) struct Table {
    columns: &'static [(&'static str, Align)],
    widths: Vec<usize>,
    rows: Vec<Vec<Cell>>,
    headed: bool,
}

impl Table {
    pub(crate) fn new(columns: &'static [(&'static str, Align)]) -> Table {
        let widths = columns.iter().map(|(head, _)| head.len()).collect();
        Table { columns, widths, rows: Vec::new(), headed: false }
    }

    /// Adds a row: a cell for each column.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let cells: Vec<Cell> = cells.into_iter().collect();
        debug_assert_eq!(cells.len(), self.columns.len());
        for (width, cell) in self.widths.iter_mut().zip(&cells) {
            *width = (*width).max(cell.text.chars().count());
        }
        self.rows.push(cells);
    }

    /// Writes the rows that were added since the last time, under the heads if it is the first. So a list of any length
    /// is written page by page.
    pub(crate) fn write(&mut self, out: &mut impl Write, look: Look) -> std::io::Result<()> {
        if !self.headed {
            self.headed = true;
            let heads: Vec<Cell> = self.columns.iter().map(|(head, _)| Cell::from(*head)).collect();
            writeln!(out, "{}", self.line(&heads, look))?;
        }
        for row in std::mem::take(&mut self.rows) {
            writeln!(out, "{}", self.line(&row, look))?;
        }
        Ok(())
    }

    fn line(&self, cells: &[Cell], look: Look) -> String {
        let mut line = String::new();
        let mut due = 0;
        for ((cell, width), (_, align)) in cells.iter().zip(&self.widths).zip(self.columns) {
            let space = width - cell.text.chars().count();
            if *align == Align::Right {
                due += space;
            }
            // An empty cell at the end leaves no spaces behind.
            if !cell.text.is_empty() {
                line.extend(std::iter::repeat_n(' ', due));
                line +=
                    &cell.colour.map_or_else(|| cell.text.clone(), |colour| look.paint(colour, &cell.text));
                due = 0;
            }
            due += if *align == Align::Left { space + 2 } else { 2 };
        }
        line
    }
}

/// Writes what is known of one thing: a name and a value a line. Empty values are left out.
pub(crate) fn fields<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = (&'a str, String)>,
) -> std::io::Result<()> {
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(out, "{name:12} {}", plain(&value))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn colours_are_for_those_who_want_them() {
        for (no_color, term, wanted) in [
            ("", "xterm", true),
            ("", "", true),
            ("1", "xterm", false),
            ("0", "xterm", false),
            ("", "dumb", false),
        ] {
            assert_eq!(wants_colours(no_color, term), wanted, "NO_COLOR={no_color} TERM={term}");
        }
        assert_eq!(Look { colours: true }.paint(Colour::Red, "no"), "\u{1b}[31mno\u{1b}[0m");
        assert_eq!(Look { colours: false }.paint(Colour::Red, "no"), "no");
    }

    #[test]
    fn what_steers_a_terminal_is_shown_and_not_sent() {
        for (text, shown) in [
            ("plain ü 日本", "plain ü 日本"),
            ("two\nlines\tand a tab", "two\\nlines\\tand a tab"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{9b}31m", "\\u{9b}31m"),
        ] {
            assert_eq!(plain(text), shown, "{text:?}");
        }
    }

    #[test]
    fn columns_are_aligned_with_colours_and_without() {
        const COLUMNS: &[(&str, Align)] =
            &[("NAME", Align::Left), ("SIZE", Align::Right), ("ABOUT", Align::Left)];
        let rows = |table: &mut Table| {
            table.row(["übermut".into(), "7".into(), Cell::coloured("red", Colour::Red)]);
            table.row(["a".into(), "12345".into(), "".into()]);
        };
        let cases = [
            (false, "NAME      SIZE  ABOUT\nübermut      7  red\na        12345\n"),
            (true, "NAME      SIZE  ABOUT\nübermut      7  \u{1b}[31mred\u{1b}[0m\na        12345\n"),
        ];
        for (colours, expected) in cases {
            let (mut table, mut out) = (Table::new(COLUMNS), Vec::new());
            rows(&mut table);
            table.write(&mut out, Look { colours }).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn pages_of_a_table_have_one_head() {
        let (mut table, mut out) = (Table::new(&[("N", Align::Left)]), Vec::new());
        for name in ["a", "b"] {
            table.row([name.into()]);
            table.write(&mut out, Look::default()).unwrap();
        }
        assert_eq!(String::from_utf8(out).unwrap(), "N\na\nb\n");
    }
}

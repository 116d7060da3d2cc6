//! Colours, where they can be seen: on a terminal, unless `NO_COLOR` is set (no-color.org).

use std::io::IsTerminal as _;

use super::orders::Order;
use super::progress::{Line, What};

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const BOLD: &str = "1";
const FAINT: &str = "2";
/// Colours of orders, so that the eye can follow one among the others.
const ORDERS: [&str; 6] = ["36", "35", "34", "96", "95", "94"];
/// Longest error or cause in a line, in characters.
const REASON: usize = 90;

/// Whether to use colours.
pub(super) struct Paint {
    colours: bool,
}

impl Paint {
    pub(super) fn detect() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colours: wanted && std::io::stdout().is_terminal() }
    }

    fn with(&self, code: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(super) fn good(&self, text: &str) -> String {
        self.with(GREEN, text)
    }

    pub(super) fn bad(&self, text: &str) -> String {
        self.with(RED, text)
    }

    pub(super) fn faint(&self, text: &str) -> String {
        self.with(FAINT, text)
    }

    /// Prints a heading.
    pub(super) fn heading(&self, text: &str) {
        println!("\n{}", self.with(BOLD, text));
    }

    /// A text in the colour of an order.
    pub(super) fn order(&self, number: usize, text: &str) -> String {
        self.with(ORDERS[number % ORDERS.len()], text)
    }

    /// A line of progress. `start` is when the first execution started, in seconds since 1970.
    pub(super) fn line(&self, order: &Order, line: &Line, start: f64) -> String {
        let time = self.faint(&format!("{:7.3} s", (line.at - start).max(0.0)));
        let name = self.order(order.number, &format!("{:<28}", order.name));
        let state = &line.state;
        let what = match &line.what {
            What::Entered => format!("{} {state}", self.faint("▶")),
            What::Failed(why) => self.bad(&format!("✗ {state} failed: {}", shorten(why, REASON))),
            What::Retried(count) => self.with(YELLOW, &format!("↻ {state}, retry {count}")),
            What::Succeeded => self.good("■ succeeded"),
            What::Ended(why) => self.bad(&format!("■ failed: {}", shorten(why, REASON))),
        };
        format!("{time}  {name}  {what}")
    }
}

/// At most this many characters of a text, on one line.
pub(super) fn shorten(text: &str, most: usize) -> String {
    let line = text.replace(['\n', '\r'], " ");
    if line.chars().count() <= most {
        return line;
    }
    let cut: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts() {
        for (text, most, expected) in [
            ("declined", 8, "declined"),
            ("declined", 7, "declin…"),
            ("not today", 5, "not…"),
            ("two\nlines", 20, "two lines"),
            ("größer", 4, "grö…"),
            ("", 4, ""),
        ] {
            assert_eq!(shorten(text, most), expected);
        }
    }
}

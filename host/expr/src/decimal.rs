//! Numbers compared exactly, whatever their size: `9007199254740993` is not `9007199254740992`.
//!
//! Jayway compares numbers as Java's `BigDecimal`. A [`Decimal`] is as much of that as comparing needs: the
//! digits that count, and the power of ten of the first of them, so that `1e999999` costs nothing.

use std::cmp::Ordering;

/// A decimal number. Zero has no digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Without zeros at either end.
    digits: Vec<u8>,
    /// The power of ten of the first digit; 0 for zero.
    magnitude: i64,
}

impl Decimal {
    /// Parses `-12.5e3` and the like; a leading `+` and a missing integer or fraction part are fine, as in Java.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], unsigned[at + 1..].parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> = integer.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..leading);
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits, magnitude: 0 });
        }
        let magnitude = i64::from(exponent) + integer.len() as i64 - leading as i64 - 1;
        Some(Decimal { negative, digits, magnitude })
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sign().cmp(&other.sign()).then_with(|| {
            let larger = self.magnitude.cmp(&other.magnitude).then_with(|| self.digits.cmp(&other.digits));
            if self.negative { larger.reverse() } else { larger }
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn compares_as_numbers_do() {
        use Ordering::{Equal, Greater, Less};
        for (left, expected, right) in [
            ("1", Equal, "1.0"),
            ("1", Equal, "10e-1"),
            ("0", Equal, "-0.0E0"),
            ("-1", Less, "0"),
            ("2", Less, "10"),
            ("-2", Greater, "-10"),
            ("1.26", Less, "1.3"),
            ("-1.26", Greater, "-1.3"),
            ("1e999999", Greater, "1e999998"),
            ("9007199254740993", Greater, "9007199254740992"),
            ("0.001", Less, "0.01"),
            ("+5.", Equal, ".5e1"),
        ] {
            let compared = Decimal::parse(left).unwrap().cmp(&Decimal::parse(right).unwrap());
            assert_eq!(compared, expected, "{left} against {right}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in ["", "-", ".", "1a", "1e", "e1", "--1", "1.2.3", "0x1", "1e99999999999"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}

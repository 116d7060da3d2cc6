//! Tracking numbers of the form S10 of the Universal Postal Union: a service, eight digits, a check digit, a country.

use shop::ident::fingerprint;

/// The number of a parcel of an order. The same for every attempt; a real carrier gives numbers out of a range of its own.
pub(crate) fn number(order_id: &str, parcel: u32) -> String {
    let serial = fingerprint(&format!("{order_id}/{parcel}")) % 100_000_000;
    format!("CN{serial:08}{}DE", check_digit(serial))
}

/// The check digit of UPU standard S10: weights 8 6 4 2 3 5 9 7, modulo 11.
fn check_digit(serial: u64) -> u64 {
    const WEIGHTS: [u64; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    // From the last digit to the first.
    let (_, sum) =
        WEIGHTS.iter().rev().fold((serial, 0), |(rest, sum), weight| (rest / 10, sum + rest % 10 * weight));
    match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        digit => digit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits() {
        // The first is the standard's own example, RR 473 124 829.
        for (serial, digit) in [(47_312_482, 9), (0, 5), (1, 4), (12_345_678, 5)] {
            assert_eq!(check_digit(serial), digit, "{serial}");
        }
    }

    #[test]
    fn numbers_differ_by_order_and_parcel() {
        let numbers = [number("NK-2026-10417", 1), number("NK-2026-10417", 2), number("NK-2026-10418", 1)];
        assert!(numbers.iter().all(|number| number.len() == 13 && number.is_ascii()), "{numbers:?}");
        assert!(numbers[0] != numbers[1] && numbers[0] != numbers[2], "{numbers:?}");
        assert_eq!(numbers[0], number("NK-2026-10417", 1));
    }
}

//! The bar code's number: EAN-13 (GS1 General Specifications, "Check digit calculation").

/// Twelve digits and their check digit.
pub(crate) fn ean13(ean12: &str) -> String {
    let sum: u32 = ean12
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip([1, 3].into_iter().cycle())
        .map(|(d, w)| d * w)
        .sum();
    format!("{ean12}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    #[test]
    fn check_digits() {
        for (ean12, expected) in [
            ("401234500011", "4012345000115"),
            ("629104150021", "6291041500213"),
            ("000000000000", "0000000000000"),
        ] {
            assert_eq!(super::ean13(ean12), expected);
        }
    }
}

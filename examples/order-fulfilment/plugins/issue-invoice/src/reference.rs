//! The structured creditor reference of ISO 11649: `RF`, two check digits, the order's number. A bank refuses a
//! transfer with a typing error in it.

/// The reference of an order, in groups of four as it is printed. Of the order's number, letters and digits count.
pub(crate) fn creditor_reference(order_id: &str) -> String {
    let body: String = order_id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .take(21)
        .collect();
    // Check digits are worked out with `RF00` moved to the end (ISO 7064, MOD 97-10, as in an IBAN).
    let check = 98 - remainder(&format!("{body}RF00"));
    let reference = format!("RF{check:02}{body}");
    let groups: Vec<&str> = (0..reference.len())
        .step_by(4)
        .filter_map(|from| reference.get(from..reference.len().min(from + 4)))
        .collect();
    groups.join(" ")
}

/// The number that a text stands for (A is 10, B is 11, …), modulo 97.
fn remainder(text: &str) -> u32 {
    text.chars().filter_map(|c| c.to_digit(36)).fold(0, |rest, value| {
        let shift = if value < 10 { 10 } else { 100 };
        (rest * shift + value) % 97
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        // The first is the standard's own example.
        for (order_id, expected) in
            [("539007547034", "RF18 5390 0754 7034"), ("NK-2026-10417", "RF72 NK20 2610 417")]
        {
            let reference = creditor_reference(order_id);
            assert_eq!(reference, expected);
            let plain = reference.replace(' ', "");
            let (head, body) = plain.split_at(4);
            assert_eq!(remainder(&format!("{body}{head}")), 1, "{reference} holds");
        }
    }
}

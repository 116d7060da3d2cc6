//! Amounts of money as people write them.

use crate::language::Language;

/// Cents as an amount in a currency, in the language's form.
pub(crate) fn amount(language: Language, cents: u64, currency: &str) -> String {
    let (thousands, decimal) = match language {
        Language::De => (".", ","),
        Language::En => (",", "."),
        // A no-break space, as French typography wants it.
        Language::Fr => ("\u{a0}", ","),
    };
    let digits = (cents / 100).to_string();
    let mut whole = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            whole.push_str(thousands);
        }
        whole.push(digit);
    }
    let sign = if currency == "EUR" { "€" } else { currency };
    match language {
        Language::En => format!("{sign}{whole}{decimal}{:02}", cents % 100),
        Language::De | Language::Fr => format!("{whole}{decimal}{:02}\u{a0}{sign}", cents % 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (language, cents, expected) in [
            (Language::De, 0, "0,00\u{a0}€"),
            (Language::De, 135_581, "1.355,81\u{a0}€"),
            (Language::Fr, 135_581, "1\u{a0}355,81\u{a0}€"),
            (Language::En, 99_905, "€999.05"),
            (Language::En, 123_456_789, "€1,234,567.89"),
        ] {
            assert_eq!(amount(language, cents, "EUR"), expected);
        }
    }
}

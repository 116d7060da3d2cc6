//! Tokens of the sandbox gateway: `tok_BRAND_LAST4`, with a scenario behind it for what a test wants to see.
//!
//! | token | what happens |
//! |---|---|
//! | `tok_visa_4242` | charged |
//! | `tok_visa_4242_unavailable-2` | the gateway is unavailable twice, then charges |
//! | `tok_visa_4242_unavailable` | the gateway stays unavailable |
//! | `tok_visa_4242_insufficient-funds`, `…_expired-card`, `…_stolen-card` | declined |

/// What a token stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) brand: String,
    pub(crate) last4: String,
    pub(crate) answer: Answer,
}

/// What the gateway does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Charged,
    UnavailableFor(u32),
    Declined(&'static str),
}

/// Read a token; none if the gateway has not issued it.
pub(crate) fn read(token: &str) -> Option<Card> {
    let mut parts = token.strip_prefix("tok_")?.splitn(3, '_');
    let brand = match parts.next()? {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        "amex" => "Amex",
        _ => return None,
    };
    let last4 =
        parts.next().filter(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))?;
    let answer = match parts.next() {
        None => Answer::Charged,
        Some("insufficient-funds") => Answer::Declined("insufficient funds"),
        Some("expired-card") => Answer::Declined("the card has expired"),
        Some("stolen-card") => Answer::Declined("the card was reported stolen"),
        Some("unavailable") => Answer::UnavailableFor(u32::MAX),
        Some(other) => Answer::UnavailableFor(other.strip_prefix("unavailable-")?.parse().ok()?),
    };
    Some(Card { brand: brand.into(), last4: last4.into(), answer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        for (token, expected) in [
            ("tok_visa_4242", Some(("Visa", "4242", Answer::Charged))),
            (
                "tok_amex_0005_stolen-card",
                Some(("Amex", "0005", Answer::Declined("the card was reported stolen"))),
            ),
            ("tok_mastercard_5454_unavailable-2", Some(("Mastercard", "5454", Answer::UnavailableFor(2)))),
            ("tok_visa_4242_unavailable", Some(("Visa", "4242", Answer::UnavailableFor(u32::MAX)))),
            ("tok_visa_4242_unavailable-many", None),
            ("tok_visa_424", None),
            ("tok_visa_42x2", None),
            ("tok_diners_4242", None),
            ("visa_4242", None),
            ("tok_visa", None),
            ("", None),
        ] {
            let expected = expected.map(|(brand, last4, answer)| Card {
                brand: brand.into(),
                last4: last4.into(),
                answer,
            });
            assert_eq!(read(token), expected, "{token}");
        }
    }
}

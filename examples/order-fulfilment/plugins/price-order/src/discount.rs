//! Discounts: by the number of pieces of an article, and by a code for the whole order.

use shop::{money::Rate, order::Order};

/// Pieces of one article from which a rate holds, the highest first.
const VOLUME: &[(u32, Rate)] = &[(25, Rate(1500)), (10, Rate(1000)), (5, Rate(500))];

/// The discount on a line of this many pieces.
pub(crate) fn volume(pieces: u32) -> Rate {
    VOLUME.iter().find(|(from, _)| pieces >= *from).map_or(Rate(0), |(_, rate)| *rate)
}

enum Effect {
    Share(Rate),
    Cents(u64),
    FreeShipping,
}

struct Code {
    name: &'static str,
    effect: Effect,
    /// The least amount, after volume discounts, for which the code holds.
    from_cents: u64,
    /// The last day of orders that may use it.
    last_day: &'static str,
}

const CODES: &[Code] = &[
    Code { name: "FREESHIP", effect: Effect::FreeShipping, from_cents: 0, last_day: "2026-12-31" },
    Code { name: "SPRING26", effect: Effect::Share(Rate(2000)), from_cents: 0, last_day: "2026-05-31" },
    Code { name: "SUMMIT25", effect: Effect::Cents(2_500), from_cents: 15_000, last_day: "2026-12-31" },
    Code { name: "WELCOME10", effect: Effect::Share(Rate(1000)), from_cents: 0, last_day: "2027-12-31" },
];

/// What the order's code does.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) cents: u64,
    pub(crate) free_shipping: bool,
    pub(crate) notes: Vec<String>,
}

/// Apply the order's code to goods worth `cents` after volume discounts. A code that does not hold is a note and no
/// error: a customer with an old code still wants the tent.
pub(crate) fn code(order: &Order, cents: u64) -> Applied {
    let mut applied = Applied::default();
    let Some(name) = order.discount_code.as_deref().filter(|name| !name.is_empty()) else { return applied };
    let note = match CODES.iter().find(|code| code.name == name) {
        None => format!("{name} is not a code of ours"),
        // Days in this form sort as text.
        Some(code) if order.day() > code.last_day => format!("{name} has expired on {}", code.last_day),
        Some(code) if cents < code.from_cents => {
            format!("{name} needs an order of at least {} euros", code.from_cents / 100)
        }
        Some(code) => match code.effect {
            Effect::Share(rate) => {
                applied.cents = rate.of(cents);
                format!("{name}: {rate} off")
            }
            Effect::Cents(off) => {
                applied.cents = off.min(cents);
                format!("{name}: {} euros off", off / 100)
            }
            Effect::FreeShipping => {
                applied.free_shipping = true;
                format!("{name}: no shipping costs")
            }
        },
    };
    applied.notes.push(note);
    applied
}

#[cfg(test)]
mod tests {
    use super::*;
    use dirigent_plugin::serde_json::{from_value, json};

    #[test]
    fn volumes() {
        for (pieces, rate) in
            [(0, 0), (4, 0), (5, 500), (9, 500), (10, 1000), (24, 1000), (25, 1500), (200, 1500)]
        {
            assert_eq!(volume(pieces), Rate(rate), "{pieces}");
        }
    }

    #[test]
    fn codes() {
        for (name, day, cents, expected) in [
            ("", "2026-11-20", 10_000, (0, false, None)),
            ("WELCOME10", "2026-11-20", 10_005, (1_001, false, Some("WELCOME10: 10 % off"))),
            ("SUMMIT25", "2026-11-20", 15_000, (2_500, false, Some("SUMMIT25: 25 euros off"))),
            (
                "SUMMIT25",
                "2026-11-20",
                14_999,
                (0, false, Some("SUMMIT25 needs an order of at least 150 euros")),
            ),
            ("SPRING26", "2026-05-31", 1_000, (200, false, Some("SPRING26: 20 % off"))),
            ("SPRING26", "2026-06-01", 1_000, (0, false, Some("SPRING26 has expired on 2026-05-31"))),
            ("FREESHIP", "2026-11-20", 1, (0, true, Some("FREESHIP: no shipping costs"))),
            ("HELLO", "2026-11-20", 1, (0, false, Some("HELLO is not a code of ours"))),
        ] {
            let order = from_value(json!({
                "orderId": "NK-2026-10417", "placedAt": format!("{day}T09:41:17Z"),
                "customer": { "name": "Annika Brandt", "email": "annika.brandt@example.com" },
                "shipTo": { "name": "Annika Brandt", "street": "Lange Reihe 48", "city": "Hamburg",
                    "postalCode": "20099", "country": "DE" },
                "items": [], "discountCode": name, "payment": { "token": "tok_visa_4242" },
            }))
            .expect("an order");
            let applied = code(&order, cents);
            let note = applied.notes.first().map(String::as_str);
            assert_eq!((applied.cents, applied.free_shipping, note), expected, "{name} on {day} for {cents}");
        }
    }
}

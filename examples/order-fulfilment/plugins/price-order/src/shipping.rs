//! What shipping costs, without tax.

use shop::country::Zone;

/// Orders of goods from this amount, after discounts, travel free within the European Union.
const FREE_FROM_CENTS: u64 = 15_000;

/// A price for the first kilograms, and one for every further kilogram that is started.
struct Tariff {
    first_kg: u64,
    first_cents: u64,
    next_kg_cents: u64,
}

fn tariff(zone: Zone) -> Tariff {
    match zone {
        Zone::Home => Tariff { first_kg: 5, first_cents: 495, next_kg_cents: 90 },
        Zone::Union => Tariff { first_kg: 2, first_cents: 1_145, next_kg_cents: 170 },
        Zone::Abroad => Tariff { first_kg: 1, first_cents: 3_145, next_kg_cents: 650 },
    }
}

/// Cents for this weight to this zone.
pub(crate) fn cents(zone: Zone, grams: u64, goods_cents: u64) -> u64 {
    if zone != Zone::Abroad && goods_cents >= FREE_FROM_CENTS {
        return 0;
    }
    let tariff = tariff(zone);
    tariff.first_cents + grams.div_ceil(1_000).saturating_sub(tariff.first_kg) * tariff.next_kg_cents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tariffs() {
        for (zone, grams, goods, expected) in [
            (Zone::Home, 240, 1_650, 495),
            (Zone::Home, 5_000, 14_999, 495),
            (Zone::Home, 5_001, 14_999, 585),
            (Zone::Home, 25_000, 15_000, 0),
            (Zone::Union, 2_001, 14_999, 1_315),
            (Zone::Union, 2_001, 15_000, 0),
            (Zone::Abroad, 1_040, 19_800, 3_795),
        ] {
            assert_eq!(cents(zone, grams, goods), expected, "{zone:?} {grams} g, goods of {goods}");
        }
    }
}

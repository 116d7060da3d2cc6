//! The destination's tax. Goods are taxed where they arrive: VAT by country in the European Union (with the places that
//! are in a member state, but not in its VAT area), sales tax by state in the United States, none for other exports.
//!
//! An example, not tax advice: rates change, and local sales taxes are left out.

use serde::Serialize;
use shop::{
    country::{Country, Zone},
    money::Rate,
    order::Address,
};

/// The amount of one rate.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tax {
    /// `VAT` or `sales tax`, and the rate as people write it.
    pub(crate) name: String,
    pub(crate) base_cents: u64,
    pub(crate) tax_cents: u64,
}

/// The taxes of an order; a note says why if there are none.
#[derive(Debug, Default)]
pub(crate) struct Taxes {
    pub(crate) taxes: Vec<Tax>,
    pub(crate) note: Option<String>,
}

/// Standard rate, and the rate of printed books and maps.
#[rustfmt::skip]
const VAT: &[(&str, Rate, Rate)] = &[
    ("AT", Rate(2000), Rate(1000)),
    ("BE", Rate(2100), Rate( 600)),
    ("DE", Rate(1900), Rate( 700)),
    ("DK", Rate(2500), Rate(2500)),
    ("ES", Rate(2100), Rate( 400)),
    ("FI", Rate(2550), Rate(1350)),
    ("FR", Rate(2000), Rate( 550)),
    ("IE", Rate(2300), Rate(   0)),
    ("IT", Rate(2200), Rate( 400)),
    ("NL", Rate(2100), Rate( 900)),
    ("PL", Rate(2300), Rate( 500)),
    ("SE", Rate(2500), Rate( 600)),
];

/// Parts of member states outside the VAT area, by the beginning of their postal codes
/// (Council Directive 2006/112/EC, Article 6).
const OUTSIDE_VAT: &[(&str, &str, &str)] = &[
    ("DE", "27498", "Heligoland"),
    ("DE", "78266", "Büsingen"),
    ("ES", "35", "the Canary Islands"),
    ("ES", "38", "the Canary Islands"),
    ("ES", "51", "Ceuta"),
    ("ES", "52", "Melilla"),
    ("FI", "22", "Åland"),
    ("FR", "97", "overseas France"),
    ("IT", "23041", "Livigno"),
];

/// The state's own rate, and whether shipping that is shown apart is taxed as well.
const SALES_TAX: &[(&str, Rate, bool)] = &[
    ("CA", Rate(725), false),
    ("CO", Rate(290), false),
    ("NY", Rate(400), true),
    ("OR", Rate(0), false),
    ("TX", Rate(625), true),
    ("WA", Rate(650), true),
];

/// Taxes on lines (their net amount, and whether they are printed matter) and shipping.
pub(crate) fn taxes(to: &Address, country: &Country, lines: &[(u64, bool)], shipping: u64) -> Taxes {
    let outside = OUTSIDE_VAT
        .iter()
        .find(|(code, prefix, _)| *code == country.code && to.postal_code.starts_with(prefix));
    if let Some((_, _, place)) = outside {
        return Taxes {
            note: Some(format!("{place}: outside the EU's VAT area, no VAT")),
            ..Taxes::default()
        };
    }
    let region = to.region.as_deref().unwrap_or_default();
    match (country.zone, country.code) {
        (Zone::Home | Zone::Union, code) => vat(code, lines, shipping),
        (Zone::Abroad, "US") => sales_tax(region, lines, shipping),
        (Zone::Abroad, _) => export(country),
    }
}

fn vat(code: &str, lines: &[(u64, bool)], shipping: u64) -> Taxes {
    let Some((_, standard, reduced)) = VAT.iter().find(|(country, ..)| *country == code) else {
        return Taxes::default();
    };
    let sum = |printed: bool| lines.iter().filter(|line| line.1 == printed).map(|line| line.0).sum::<u64>();
    let (mut at_standard, mut at_reduced) = (sum(false), sum(true));
    // Shipping shares the fate of what is shipped: the reduced rate only if all of it has that rate.
    if at_standard == 0 {
        at_reduced += shipping
    } else {
        at_standard += shipping
    }
    // Amounts of one rate are summed before they are rounded; one rate is one entry.
    let amounts = if standard == reduced {
        vec![(*standard, at_standard + at_reduced)]
    } else {
        vec![(*standard, at_standard), (*reduced, at_reduced)]
    };
    Taxes { taxes: amounts.into_iter().filter(|(_, base)| *base > 0).map(tax("VAT")).collect(), note: None }
}

fn sales_tax(state: &str, lines: &[(u64, bool)], shipping: u64) -> Taxes {
    match SALES_TAX.iter().find(|(code, ..)| *code == state) {
        Some((_, rate, on_shipping)) if rate.0 > 0 => {
            let base = lines.iter().map(|line| line.0).sum::<u64>() + if *on_shipping { shipping } else { 0 };
            Taxes { taxes: vec![tax("sales tax")((*rate, base))], note: None }
        }
        _ => Taxes { note: Some(format!("no sales tax in {state}")), ..Taxes::default() },
    }
}

fn export(country: &Country) -> Taxes {
    let note = format!("Export to {}: no VAT here, the recipient pays import tax", country.name);
    Taxes { note: Some(note), ..Taxes::default() }
}

fn tax(kind: &str) -> impl Fn((Rate, u64)) -> Tax {
    move |(rate, base_cents)| Tax {
        name: format!("{kind} {rate}"),
        base_cents,
        tax_cents: rate.of(base_cents),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shop::country;

    /// Country, postal code, state; goods at the standard rate, printed goods, shipping → what is taxed how.
    #[test]
    fn by_place() {
        type Case =
            (&'static str, &'static str, &'static str, [u64; 3], &'static [(&'static str, u64, u64)], bool);
        let cases: [Case; 13] = [
            ("DE", "20099", "", [10_000, 0, 500], &[("VAT 19 %", 10_500, 1_995)], false),
            (
                "DE",
                "20099",
                "",
                [10_000, 2_000, 500],
                &[("VAT 19 %", 10_500, 1_995), ("VAT 7 %", 2_000, 140)],
                false,
            ),
            ("DE", "20099", "", [0, 2_000, 500], &[("VAT 7 %", 2_500, 175)], false),
            ("DE", "27498", "", [10_000, 0, 500], &[], true),
            ("DK", "2100", "", [10_000, 2_000, 0], &[("VAT 25 %", 12_000, 3_000)], false),
            ("FR", "69001", "", [0, 1_590, 0], &[("VAT 5.5 %", 1_590, 87)], false),
            ("FR", "97110", "", [1_000, 0, 0], &[], true),
            ("ES", "35001", "", [1_000, 0, 0], &[], true),
            ("ES", "28013", "", [1_000, 0, 0], &[("VAT 21 %", 1_000, 210)], false),
            ("CH", "3011", "", [10_000, 0, 500], &[], true),
            ("US", "94103", "CA", [10_000, 1_000, 500], &[("sales tax 7.25 %", 11_000, 798)], false),
            ("US", "10001", "NY", [10_000, 0, 500], &[("sales tax 4 %", 10_500, 420)], false),
            ("US", "97209", "OR", [10_000, 0, 500], &[], true),
        ];
        for (code, postal_code, region, [standard, printed, shipping], expected, noted) in cases {
            let to = Address {
                name: String::new(),
                street: String::new(),
                postal_code: postal_code.into(),
                city: String::new(),
                region: Some(region.into()),
                country: code.into(),
            };
            let country = country::find(code).expect(code);
            let got = taxes(&to, country, &[(standard, false), (printed, true)], shipping);
            let rows: Vec<_> =
                got.taxes.iter().map(|tax| (&*tax.name, tax.base_cents, tax.tax_cents)).collect();
            assert_eq!(rows, expected, "{code} {postal_code} {region}");
            assert_eq!(got.note.is_some(), noted, "{code} {postal_code} {region}");
        }
    }

    #[test]
    fn every_country_has_its_rule() {
        for country in country::COUNTRIES {
            let in_union = country.zone != Zone::Abroad;
            assert_eq!(VAT.iter().any(|(code, ..)| *code == country.code), in_union, "{}", country.name);
        }
    }
}

//! Where the shop delivers to.

/// A country that the shop delivers to.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// Its English name.
    pub name: &'static str,
    /// How far it is, for shipping, customs and tax.
    pub zone: Zone,
    /// What a postal code looks like: `9` is a digit, `A` a letter, `*` one of both,
    /// anything else itself.
    pub postal_codes: &'static [&'static str],
}

/// How far a country is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Germany, where the warehouse is.
    Home,
    /// The rest of the European Union: no customs, the destination's VAT.
    Union,
    /// Everywhere else: an export.
    Abroad,
}

/// The country of this code, if the shop delivers there.
pub fn find(code: &str) -> Option<&'static Country> {
    COUNTRIES.binary_search_by(|country| country.code.cmp(code)).ok().map(|place| &COUNTRIES[place])
}

impl Country {
    /// Whether a postal code has one of the country's forms.
    pub fn knows_postal_code(&self, code: &str) -> bool {
        self.postal_codes.iter().any(|pattern| matches(pattern, code))
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    pattern.len() == text.len()
        && pattern.bytes().zip(text.bytes()).all(|(pattern, byte)| match pattern {
            b'9' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            b'*' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            other => byte == other,
        })
}

macro_rules! countries {
    ($($code:literal, $name:literal, $zone:ident, $postal_codes:expr;)*) => {
        &[$(Country { code: $code, name: $name, zone: Zone::$zone, postal_codes: &$postal_codes }),*]
    };
}

/// Every country, by code.
#[rustfmt::skip]
pub const COUNTRIES: &[Country] = countries![
    "AT", "Austria",        Union,  ["9999"];
    "BE", "Belgium",        Union,  ["9999"];
    "CH", "Switzerland",    Abroad, ["9999"];
    "DE", "Germany",        Home,   ["99999"];
    "DK", "Denmark",        Union,  ["9999"];
    "ES", "Spain",          Union,  ["99999"];
    "FI", "Finland",        Union,  ["99999"];
    "FR", "France",         Union,  ["99999"];
    "GB", "United Kingdom", Abroad, ["A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA"];
    "IE", "Ireland",        Union,  ["A99 ****", "D6W ****"];
    "IT", "Italy",          Union,  ["99999"];
    "NL", "Netherlands",    Union,  ["9999 AA"];
    "NO", "Norway",         Abroad, ["9999"];
    "PL", "Poland",         Union,  ["99-999"];
    "SE", "Sweden",         Union,  ["999 99"];
    "US", "United States",  Abroad, ["99999", "99999-9999"];
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postal_codes() {
        for (country, code, fits) in [
            ("DE", "20099", true),
            ("DE", "2009", false),
            ("DE", "2009A", false),
            ("NL", "1017 AB", true),
            ("NL", "1017AB", false),
            ("GB", "EH1 1YZ", true),
            ("GB", "SW1A 1AA", true),
            ("GB", "12345", false),
            ("PL", "31-042", true),
            ("SE", "111 29", true),
            ("US", "97209", true),
            ("US", "97209-1234", true),
            ("US", "9720", false),
            ("AT", "1070", true),
            ("IE", "D02 X285", true),
            ("IE", "D6W XY00", true),
            ("AT", "", false),
            ("FR", "6900é", false),
        ] {
            let found = find(country).map(|country| country.knows_postal_code(code));
            assert_eq!(found, Some(fits), "{country} {code}");
        }
        assert!(find("AQ").is_none(), "nobody delivers to Antarctica");
    }
}

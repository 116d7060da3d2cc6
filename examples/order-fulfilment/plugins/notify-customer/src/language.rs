//! Languages of the shop's messages, and how each writes dates.

use serde::Serialize;

/// A language that somebody in the shop can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    De,
    En,
    Fr,
}

impl Language {
    /// The language to write in to a country; English where none of the others is common.
    pub(crate) fn of(country: &str) -> Self {
        match country.trim().to_ascii_uppercase().as_str() {
            "DE" | "AT" | "CH" => Self::De,
            "FR" | "BE" => Self::Fr,
            _ => Self::En,
        }
    }

    pub(crate) fn greeting(self, name: &str) -> String {
        let hello = match self {
            Self::De => "Guten Tag",
            Self::En => "Hello",
            Self::Fr => "Bonjour",
        };
        if name.is_empty() { format!("{hello},") } else { format!("{hello} {name},") }
    }

    pub(crate) fn closing(self) -> &'static str {
        match self {
            Self::De => "Viele Grüße aus Hamburg\nNordkante Outdoor",
            Self::En => "Kind regards from Hamburg\nNordkante Outdoor",
            Self::Fr => "Cordialement, de Hambourg\nNordkante Outdoor",
        }
    }

    /// A day such as `2026-12-04` as people write it. What is no day stays as it is.
    pub(crate) fn date(self, day: &str) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let [year, month, number] = day.split('-').collect::<Vec<_>>()[..] else { return day.to_owned() };
        let name = month.parse::<usize>().ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
        match (self, name) {
            (_, None) => day.to_owned(),
            (Self::De, _) => format!("{number}.{month}.{year}"),
            (Self::Fr, _) => format!("{number}/{month}/{year}"),
            (Self::En, Some(name)) => format!("{} {name} {year}", number.trim_start_matches('0')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (language, day, expected) in [
            (Language::De, "2026-12-04", "04.12.2026"),
            (Language::Fr, "2026-12-04", "04/12/2026"),
            (Language::En, "2026-12-04", "4 December 2026"),
            (Language::En, "2026-13-04", "2026-13-04"),
            (Language::De, "soon", "soon"),
            (Language::De, "", ""),
        ] {
            assert_eq!(language.date(day), expected, "{day}");
        }
    }
}

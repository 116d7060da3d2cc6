//! The texts in German.

use super::{News, PaidBy};
use crate::{euros::amount, language::Language};

const HERE: Language = Language::De;

pub(super) fn text(order: &str, news: &News) -> (String, String) {
    match news {
        News::Shipped { total_cents, currency, tracking_numbers, paid_by } => {
            let parcels = match tracking_numbers.len() {
                1 => "einem Paket".to_owned(),
                n => format!("{n} Paketen"),
            };
            let paid = match paid_by {
                PaidBy::Card => "haben wir Ihrer Karte belastet",
                PaidBy::Invoice => {
                    "zahlen Sie bitte auf Rechnung, da Ihre Karte gerade nicht zu erreichen war"
                }
            };
            let numbers = tracking_numbers.join(", ");
            let total = amount(HERE, *total_cents, currency);
            (
                format!("Ihre Bestellung{order} ist unterwegs"),
                format!("Ihre Bestellung ist in {parcels} ({numbers}) auf dem Weg zu Ihnen. {total} {paid}."),
            )
        }
        News::Backordered { expected_on } => (
            format!("Ihre Bestellung{order} kommt etwas später"),
            format!(
                "nicht alles ist gerade auf Lager. Am {} ist Ihre Bestellung vollständig, dann geht sie auf die Reise. \
                 Bis dahin berechnen wir nichts.",
                HERE.date(expected_on)
            ),
        ),
        News::Rejected { reason } => (
            format!("Ihre Bestellung{order} können wir nicht annehmen"),
            format!("Ihre Bestellung können wir so nicht annehmen: {reason}. Wir haben nichts berechnet."),
        ),
        News::Unpaid { reason } => (
            format!("Die Zahlung Ihrer Bestellung{order} ist fehlgeschlagen"),
            format!(
                "die Zahlung war nicht möglich: {reason}. Wir haben nichts berechnet und die Ware wieder freigegeben."
            ),
        ),
    }
}

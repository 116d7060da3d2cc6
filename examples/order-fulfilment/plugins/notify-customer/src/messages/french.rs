//! The texts in French.

use super::{News, PaidBy};
use crate::{euros::amount, language::Language};

const HERE: Language = Language::Fr;

pub(super) fn text(order: &str, news: &News) -> (String, String) {
    match news {
        News::Shipped { total_cents, currency, tracking_numbers, paid_by } => {
            let parcels = match tracking_numbers.len() {
                1 => "un colis".to_owned(),
                n => format!("{n} colis"),
            };
            let paid = match paid_by {
                PaidBy::Card => "Nous avons débité votre carte de",
                PaidBy::Invoice => "Votre carte n'a pas pu être jointe : merci de régler sur facture",
            };
            let numbers = tracking_numbers.join(", ");
            let total = amount(HERE, *total_cents, currency);
            (
                format!("Votre commande{order} est en route"),
                format!("votre commande est en route dans {parcels} ({numbers}). {paid} {total}."),
            )
        }
        News::Backordered { expected_on } => (
            format!("Votre commande{order} arrivera un peu plus tard"),
            format!(
                "tout n'est pas en stock pour le moment. Votre commande sera complète le {} et partira ce jour-là. \
                 Rien n'est débité d'ici là.",
                HERE.date(expected_on)
            ),
        ),
        News::Rejected { reason } => (
            format!("Nous ne pouvons pas accepter votre commande{order}"),
            format!(
                "nous ne pouvons pas accepter votre commande telle quelle : {reason}. Rien n'a été débité."
            ),
        ),
        News::Unpaid { reason } => (
            format!("Le paiement de votre commande{order} a échoué"),
            format!(
                "le paiement n'a pas été possible : {reason}. Rien n'a été débité et les articles sont remis en stock."
            ),
        ),
    }
}

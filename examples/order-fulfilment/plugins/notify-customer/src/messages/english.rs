//! The texts in English.

use super::{News, PaidBy};
use crate::{euros::amount, language::Language};

const HERE: Language = Language::En;

pub(super) fn text(order: &str, news: &News) -> (String, String) {
    match news {
        News::Shipped { total_cents, currency, tracking_numbers, paid_by } => {
            let parcels = match tracking_numbers.len() {
                1 => "one parcel".to_owned(),
                n => format!("{n} parcels"),
            };
            let paid = match paid_by {
                PaidBy::Card => "We charged your card",
                PaidBy::Invoice => "Your card could not be reached just now, so please pay on invoice",
            };
            let numbers = tracking_numbers.join(", ");
            let total = amount(HERE, *total_cents, currency);
            (
                format!("Your order{order} is on its way"),
                format!("your order is on its way to you in {parcels} ({numbers}). {paid}: {total}."),
            )
        }
        News::Backordered { expected_on } => (
            format!("Your order{order} will come a little later"),
            format!(
                "not everything is in stock right now. Your order will be complete on {}, and leaves then. We charge \
                 nothing before that.",
                HERE.date(expected_on)
            ),
        ),
        News::Rejected { reason } => (
            format!("We cannot accept your order{order}"),
            format!("we cannot accept your order as it is: {reason}. We have charged nothing."),
        ),
        News::Unpaid { reason } => (
            format!("The payment for your order{order} failed"),
            format!(
                "the payment was not possible: {reason}. We have charged nothing and put the goods back."
            ),
        ),
    }
}

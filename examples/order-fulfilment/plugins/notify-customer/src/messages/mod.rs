//! What there is to tell a customer, and the texts: one file a language.

mod english;
mod french;
mod german;

use serde::Deserialize;

use crate::language::Language;

/// What there is to tell.
#[derive(Debug, Deserialize)]
#[serde(tag = "news", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum News {
    Shipped { total_cents: u64, currency: String, tracking_numbers: Vec<String>, paid_by: PaidBy },
    Backordered { expected_on: String },
    Rejected { reason: String },
    Unpaid { reason: String },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum PaidBy {
    Card,
    Invoice,
}

/// A message without greeting and closing.
pub(crate) struct Text {
    pub(crate) subject: String,
    pub(crate) news: String,
}

/// Write the news of an order, whose number may be unknown (empty).
pub(crate) fn text(language: Language, order: &str, news: &News) -> Text {
    // The number with a space before it, or nothing.
    let order = if order.is_empty() { String::new() } else { format!(" {order}") };
    let (subject, news) = match language {
        Language::De => german::text(&order, news),
        Language::En => english::text(&order, news),
        Language::Fr => french::text(&order, news),
    };
    Text { subject, news }
}

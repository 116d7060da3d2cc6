//! Sells on invoice: the fallback for a card that cannot be charged because the gateway is down. The shop gives credit,
//! so there is a limit by where the customer lives: over it, the task fails with `Invoice.LimitExceeded`.

mod calendar;
mod reference;

use dirigent_plugin::{Context, Failure, log, plugin};
use serde::{Deserialize, Serialize};
use shop::country::{self, Zone};

/// Days until the invoice is due.
const TERM_DAYS: i64 = 14;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sale {
    order_id: String,
    placed_at: String,
    country: String,
    amount_cents: u64,
    currency: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invoice {
    method: &'static str,
    invoice_number: String,
    /// What the customer writes on the transfer.
    reference: String,
    amount_cents: u64,
    currency: String,
    due_on: String,
}

/// The largest amount on credit, in euro cents. Abroad nobody helps to collect a debt.
fn limit(country: &str) -> u64 {
    match country::find(country).map(|country| country.zone) {
        Some(Zone::Home) => 100_000,
        Some(Zone::Union) => 50_000,
        Some(Zone::Abroad) | None => 0,
    }
}

fn run(_: &Context, sale: Sale) -> Result<Invoice, Failure> {
    let limit = limit(&sale.country);
    if sale.amount_cents > limit {
        let cause = format!(
            "{} euros on invoice are over the limit of {} euros for {}",
            sale.amount_cents.div_ceil(100),
            limit / 100,
            sale.country
        );
        return Err(Failure::new("Invoice.LimitExceeded", cause));
    }
    let due_on =
        sale.placed_at.get(..10).and_then(|day| calendar::plus_days(day, TERM_DAYS)).ok_or_else(|| {
            Failure::new("Invoice.InvalidDate", format!("\"{}\" is no time", sale.placed_at))
        })?;
    log::info!("{}: {} cents on invoice, due on {due_on}", sale.order_id, sale.amount_cents);
    Ok(Invoice {
        method: "invoice",
        invoice_number: format!("RE-{}", sale.order_id),
        reference: reference::creditor_reference(&sale.order_id),
        amount_cents: sale.amount_cents,
        currency: sale.currency,
        due_on,
    })
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invoices() {
        let over = "Invoice.LimitExceeded";
        for (country, amount_cents, placed_at, expected) in [
            ("DE", 35_581, "2026-11-20T09:41:17Z", Ok("2026-12-04")),
            ("DE", 100_000, "2026-12-24T23:59:59Z", Ok("2027-01-07")),
            ("DE", 100_001, "2026-11-20T09:41:17Z", Err(over)),
            ("FR", 50_000, "2028-02-20T09:41:17Z", Ok("2028-03-05")),
            ("FR", 50_001, "2026-11-20T09:41:17Z", Err(over)),
            ("US", 1, "2026-11-20T09:41:17Z", Err(over)),
            ("DE", 1, "yesterday", Err("Invoice.InvalidDate")),
        ] {
            let sale = Sale {
                order_id: "NK-2026-10417".into(),
                placed_at: placed_at.into(),
                country: country.into(),
                amount_cents,
                currency: "EUR".into(),
            };
            let got = run(&Context::for_test("Send an invoice"), sale);
            let got = got.as_ref().map(|invoice| &*invoice.due_on).map_err(|failure| &*failure.error);
            assert_eq!(got, expected, "{amount_cents} to {country}");
        }
    }
}

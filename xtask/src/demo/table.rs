//! The results as a table.

use serde_json::Value;

use super::api::Described;
use super::orders::Order;
use super::paint::{Paint, shorten};
use super::progress::Follower;

/// Longest result in the table, in characters.
const RESULT: usize = 76;
const HEADINGS: [&str; COLUMNS] = ["order", "status", "ended in", "retries", "time", "result"];
const COLUMNS: usize = 6;

/// A row.
pub(super) struct Row {
    cells: [String; COLUMNS],
    as_expected: bool,
}

/// The row of an order whose execution has ended.
pub(super) fn row(order: &Order, follower: &Follower, described: &Described, as_expected: bool) -> Row {
    let retries: u32 = follower.retries().values().sum();
    let cells = [
        order.name.clone(),
        described.status.clone(),
        follower.last_state().unwrap_or("-").to_owned(),
        if retries == 0 { "-".to_owned() } else { retries.to_string() },
        format!("{:.2} s", follower.seconds()),
        shorten(&result(described), RESULT),
    ];
    Row { cells, as_expected }
}

/// What came out, in words.
fn result(described: &Described) -> String {
    let Some(output) = &described.output else {
        let parts = [described.error.as_deref(), described.cause.as_deref()];
        return parts.into_iter().flatten().collect::<Vec<_>>().join(": ");
    };
    let text = |place: &str| output.pointer(place).and_then(Value::as_str);
    let total = output.pointer("/pricing/totalCents").and_then(Value::as_u64).unwrap_or_default();
    let total = format!("{}.{:02} EUR", total / 100, total % 100);
    let parcels = output.pointer("/shipment/parcels").and_then(Value::as_array).map_or(0, Vec::len);
    match (text("/payment/method"), text("/summary")) {
        (Some(method), _) => {
            let number = text("/shipment/parcels/0/trackingNumber").unwrap_or_default();
            let more = if parcels > 1 { format!(" and {} more", parcels - 1) } else { String::new() };
            format!("{total} by {method}, parcel {number}{more}")
        }
        (None, Some(summary)) => format!("{total}, {summary}"),
        (None, None) => output.to_string(),
    }
}

/// The table, each row with a mark whether it is as expected.
pub(super) fn render(paint: &Paint, rows: &[Row]) -> String {
    let headings = HEADINGS.map(str::to_owned);
    let all = || rows.iter().map(|row| &row.cells).chain([&headings]);
    let width = |column: usize| all().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..COLUMNS).map(width).collect();
    let pad = |cells: &[String; COLUMNS]| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ")
    };
    let head = paint.faint(format!("  {}", pad(&headings)).trim_end());
    let body = rows.iter().map(|row| {
        let mark = if row.as_expected { paint.good("✓") } else { paint.bad("✗") };
        format!("{mark} {}", pad(&row.cells).trim_end())
    });
    [head].into_iter().chain(body).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn results() {
        let parcel = |number: &str| json!({ "trackingNumber": number });
        let shipped = |parcels: Value| {
            json!({ "summary": "Parcel Europe to Wien, AT", "pricing": { "totalCents": 181_305 },
                "payment": { "method": "card" }, "shipment": { "parcels": parcels } })
        };
        let failed = Described {
            error: Some("Order.Invalid".into()),
            cause: Some("no items".into()),
            ..Described::default()
        };
        let ended = |output: Value| Described { output: Some(output), ..Described::default() };
        for (described, expected) in [
            (ended(shipped(json!([parcel("CN1DE")]))), "1813.05 EUR by card, parcel CN1DE"),
            (
                ended(shipped(json!([parcel("CN1DE"), parcel("CN2DE")]))),
                "1813.05 EUR by card, parcel CN1DE and 1 more",
            ),
            (
                ended(json!({ "summary": "complete on 2026-12-04", "pricing": { "totalCents": 76_755 } })),
                "767.55 EUR, complete on 2026-12-04",
            ),
            (ended(json!({ "a": 1 })), "{\"a\":1}"),
            (failed, "Order.Invalid: no items"),
        ] {
            assert_eq!(result(&described), expected);
        }
    }
}

//! Reserves what an order needs. All or nothing: an order leaves in one piece, so that one missing article keeps the
//! others free for the next customer. What is not sold any more rejects the order.

mod stock;

use dirigent_plugin::{Context, Failure, log, plugin};
use serde::Serialize;
use shop::{
    catalogue,
    ident::fingerprint,
    order::{Item, Order},
};

use stock::{Next, Shelf};

/// What came of it; the workflow's Choice goes by `status`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Reservation {
    /// Everything is there.
    Reserved { reservation_id: String, warehouse: &'static str, lines: Vec<Line> },
    /// Everything will be there on `expectedOn`.
    Backordered { expected_on: &'static str, shortages: Vec<Shortage> },
    /// Something will never be there again.
    Rejected { reason: String },
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    sku: &'static str,
    title: &'static str,
    quantity: u32,
    /// Where the picker finds it.
    bin: &'static str,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shortage {
    sku: &'static str,
    title: &'static str,
    ordered: u32,
    on_hand: u32,
    expected_on: &'static str,
}

fn run(context: &Context, order: Order) -> Result<Reservation, Failure> {
    // The same key for every attempt, so a retry finds its own reservation instead of making a second.
    let reservation_id = format!("RSV-{:08X}", fingerprint(&context.idempotency_key) >> 32);
    let reservation = reserve(reservation_id, &order.items)?;
    log::info!("{}: {}", order.order_id, summary(&reservation));
    Ok(reservation)
}

fn reserve(reservation_id: String, items: &[Item]) -> Result<Reservation, Failure> {
    let mut lines = Vec::new();
    let mut shortages: Vec<Shortage> = Vec::new();
    let mut gone = Vec::new();
    for item in items {
        let (Some(shelf), Some(product)) = (stock::shelf(&item.sku), catalogue::find(&item.sku)) else {
            return Err(Failure::new(
                "Stock.UnknownArticle",
                format!("the warehouse has no shelf for {}", item.sku),
            ));
        };
        let Shelf { on_hand, bin, next, .. } = *shelf;
        match next {
            _ if on_hand >= item.quantity => {
                lines.push(Line { sku: product.sku, title: product.title, quantity: item.quantity, bin });
            }
            Next::On(expected_on) => shortages.push(Shortage {
                sku: product.sku,
                title: product.title,
                ordered: item.quantity,
                on_hand,
                expected_on,
            }),
            Next::Never => gone.push(format!("{} is not made any more ({on_hand} left)", product.title)),
        }
    }
    // Days in this form sort as text: everything is there when the last of it is.
    let expected_on = shortages.iter().map(|shortage| shortage.expected_on).max();
    Ok(match expected_on {
        _ if !gone.is_empty() => Reservation::Rejected { reason: gone.join("; ") },
        Some(expected_on) => Reservation::Backordered { expected_on, shortages },
        None => Reservation::Reserved { reservation_id, warehouse: stock::WAREHOUSE, lines },
    })
}

fn summary(reservation: &Reservation) -> String {
    match reservation {
        Reservation::Reserved { reservation_id, lines, .. } => {
            format!("{} articles reserved as {reservation_id}", lines.len())
        }
        Reservation::Backordered { expected_on, .. } => format!("complete on {expected_on}"),
        Reservation::Rejected { reason } => reason.clone(),
    }
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;
    use dirigent_plugin::serde_json::{Value, from_value, json, to_value};

    fn order(items: &[(&str, u32)]) -> Order {
        let items: Vec<_> =
            items.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect();
        from_value(json!({
            "orderId": "NK-2026-10417", "placedAt": "2026-11-20T09:41:17Z",
            "customer": { "name": "Annika Brandt", "email": "annika.brandt@example.com" },
            "shipTo": { "name": "Annika Brandt", "street": "Lange Reihe 48", "postalCode": "20099",
                "city": "Hamburg", "country": "DE" },
            "items": items, "payment": { "token": "tok_visa_4242" },
        }))
        .expect("an order")
    }

    type Articles = &'static [(&'static str, u32)];

    /// What is ordered, a place in the answer, and what is there.
    #[test]
    fn reservations() {
        #[rustfmt::skip]
        let cases: [(Articles, &str, Value); 10] = [
            (&[("TENT-SKARV-2", 1)], "/status", json!("reserved")),
            (&[("TENT-SKARV-2", 1)], "/warehouse", json!("HAM-1")),
            (&[("TENT-SKARV-2", 1), ("GAS-230", 3)], "/lines/1/bin", json!("H-02")),
            (&[("PACK-RIM-45", 4)], "/status", json!("backordered")),
            (&[("PACK-RIM-45", 3)], "/status", json!("reserved")),
            (&[("PACK-RIM-45", 4), ("GAS-230", 1)], "/shortages/0/onHand", json!(3)),
            (&[("PACK-RIM-45", 4), ("SLBG-LYNG-M5", 50)], "/expectedOn", json!("2026-12-11")),
            (&[("TARP-3X3", 3)], "/status", json!("rejected")),
            (&[("TARP-3X3", 2)], "/status", json!("reserved")),
            (&[("TARP-3X3", 3), ("PACK-RIM-45", 4)], "/reason", json!("Tarp 3 x 3 m, sand is not made any more (2 left)")),
        ];
        for (items, place, expected) in cases {
            let reservation = run(&Context::for_test("Reserve stock"), order(items)).expect("an answer");
            let reservation = to_value(reservation).expect("JSON");
            assert_eq!(reservation.pointer(place), Some(&expected), "{items:?}: {reservation}");
        }
    }

    #[test]
    fn an_article_without_a_shelf() {
        let failure = run(&Context::for_test("Reserve stock"), order(&[("YETI", 1)])).err();
        assert_eq!(
            failure,
            Some(Failure::new("Stock.UnknownArticle", "the warehouse has no shelf for YETI"))
        );
    }
}

//! Asks a service for the receipt of an order, once.

use dirigent_plugin::{Context, Failure, config, http, journal, keyvalue, log, plugin};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Order {
    id: String,
    amount: u64,
}

#[derive(Serialize)]
struct Receipt {
    charge: String,
    number: u64,
}

fn run(ctx: &Context, order: Order) -> Result<Receipt, Failure> {
    let charge = journal::step("charge", || charge(ctx, &order))?;
    let number = journal::step("number", || keyvalue::open("receipts")?.increment("number", 1))?;
    log::info!("order {} has receipt {number}", order.id);
    Ok(Receipt { charge, number })
}

fn charge(ctx: &Context, order: &Order) -> Result<String, Failure> {
    let currency = config::get("currency")?.unwrap_or_else(|| "EUR".to_owned());
    let response = http::Request::post("https://pay.example.com/v1/charges")
        .header("Idempotency-Key", &ctx.idempotency_key)
        .json(&serde_json::json!({ "amount": order.amount, "currency": currency }))?
        .send()?;
    match response.status {
        200 | 201 => Ok(response.json()?),
        402 => Err(Failure::new("Payment.Declined", response.text())),
        status => Err(Failure::new("Payment.Failed", format!("the service answered {status}"))),
    }
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;
    use dirigent_plugin::testing;

    #[test]
    fn an_order_is_charged_once() {
        testing::set_config("currency", "CHF");
        testing::answer_http(|request| {
            assert_eq!(request.body, br#"{"amount":5,"currency":"CHF"}"#);
            Ok(http::Response::new(201).body("\"charge-1\""))
        });
        let order = || Order { id: "a".to_owned(), amount: 5 };
        let receipt = run(&Context::for_test("Charge"), order()).unwrap();
        assert_eq!((receipt.charge.as_str(), receipt.number), ("charge-1", 1));
        // The second attempt has both from the journal.
        testing::answer_http(|_| unreachable!("charged before"));
        assert_eq!(run(&Context::for_test("Charge"), order()).unwrap().number, 1);
    }
}

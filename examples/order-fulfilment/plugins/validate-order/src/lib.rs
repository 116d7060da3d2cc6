//! Checks an order as it comes from outside. All of its problems are reported at once, each with its place, as the
//! cause of `Order.Invalid`; a valid order comes back in one clean form: trimmed, codes in capitals, each article once.

mod checks;
mod problems;
mod received;

use dirigent_plugin::{Context, Failure, log, plugin};
use shop::order::Order;

use problems::Problems;
use received::Received;

fn run(_: &Context, received: Received) -> Result<Order, Failure> {
    let mut problems = Problems::default();
    let order = checks::order(received, &mut problems);
    if let Some(cause) = problems.text() {
        return Err(Failure::new("Order.Invalid", cause));
    }
    log::info!("{} is valid: {} articles", order.order_id, order.items.len());
    Ok(order)
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;
    use dirigent_plugin::serde_json::{Value, from_value, json};

    fn valid() -> Value {
        json!({
            "orderId": " NK-2026-10417 ",
            "placedAt": "2026-11-20T09:41:17Z",
            "customer": { "name": "Annika Brandt", "email": "Annika.Brandt@example.com" },
            "shipTo": { "street": "Lange Reihe 48", "postalCode": "20099", "city": "Hamburg", "country": "de" },
            "items": [
                { "sku": "gas-230", "quantity": 2 },
                { "sku": "STOVE-GLO", "quantity": 1 },
                { "sku": "GAS-230", "quantity": 1 },
            ],
            "discountCode": " welcome10",
            "payment": { "token": "tok_visa_4242" },
        })
    }

    /// The clean form, or the cause of `Order.Invalid`.
    fn check(order: Value) -> Result<Order, String> {
        let received = from_value(order).expect("the right types");
        run(&Context::for_test("Validate order"), received).map_err(|failure| {
            assert_eq!(failure.error, "Order.Invalid");
            failure.cause
        })
    }

    #[test]
    fn a_clean_form() {
        let order = check(valid()).expect("a valid order");
        assert_eq!(order.order_id, "NK-2026-10417");
        assert_eq!(order.customer.email, "annika.brandt@example.com");
        assert_eq!(order.ship_to.name, "Annika Brandt");
        assert_eq!(order.ship_to.country, "DE");
        assert_eq!(order.discount_code.as_deref(), Some("WELCOME10"));
        let items: Vec<_> = order.items.iter().map(|item| (&*item.sku, item.quantity)).collect();
        assert_eq!(items, [("GAS-230", 3), ("STOVE-GLO", 1)]);
    }

    /// A member of the valid order, what it becomes, and the problem that this makes.
    #[test]
    fn problems() {
        let cases = [
            ("/orderId", json!(" "), "orderId: is missing"),
            (
                "/placedAt",
                json!("20.11.2026"),
                "placedAt: \"20.11.2026\" is no time such as 2026-11-20T09:41:17Z",
            ),
            (
                "/placedAt",
                json!("2026-13-20T09:41:17Z"),
                "placedAt: \"2026-13-20T09:41:17Z\" is no time such as 2026-11-20T09:41:17Z",
            ),
            ("/customer/name", json!(""), "customer.name: is missing"),
            ("/customer/email", json!("annika"), "customer.email: \"annika\" is no e-mail address"),
            ("/customer/email", json!("a@b"), "customer.email: \"a@b\" is no e-mail address"),
            ("/customer/email", json!("a@b..com"), "customer.email: \"a@b..com\" is no e-mail address"),
            ("/shipTo/street", json!(""), "shipTo.street: is missing"),
            (
                "/shipTo/postalCode",
                json!("2009"),
                "shipTo.postalCode: \"2009\" is no postal code of Germany (99999)",
            ),
            ("/shipTo/country", json!("AQ"), "shipTo.country: we do not deliver to \"AQ\""),
            ("/items", json!([]), "items: the order is empty"),
            ("/items/1/sku", json!("STOVE-X"), "items[1].sku: we have no article \"STOVE-X\""),
            (
                "/items/1/quantity",
                json!(0),
                "items[1].quantity: 0 is not between 1 and 200 pieces of an article",
            ),
            (
                "/items/1/quantity",
                json!(-3),
                "items[1].quantity: -3 is not between 1 and 200 pieces of an article",
            ),
            (
                "/items/2/quantity",
                json!(199),
                "items[2].quantity: 199 is not between 1 and 200 pieces of an article",
            ),
            ("/payment/token", json!(""), "payment.token: is missing"),
            (
                "/shipTo",
                json!({ "street": "Bahnhofstrasse 1", "city": "Bern", "postalCode": "3011", "country": "CH" }),
                "items[0].sku: Gas cartridge 230 g, butane and propane must not be sent to CH, as it cannot fly; \
                 items[2].sku: Gas cartridge 230 g, butane and propane must not be sent to CH, as it cannot fly",
            ),
        ];
        for (place, value, expected) in cases {
            let mut order = valid();
            *order.pointer_mut(place).expect(place) = value.clone();
            assert_eq!(check(order).err().as_deref(), Some(expected), "{place} = {value}");
        }
    }

    #[test]
    fn states_of_the_us() {
        for (region, fits) in [(Some("CA"), true), (Some("or"), true), (Some("AK"), false), (None, false)] {
            let mut order = valid();
            order["items"] = json!([{ "sku": "MAT-MOSE", "quantity": 1 }]);
            order["shipTo"] = json!({ "street": "1120 NW Couch St", "city": "Portland", "postalCode": "97209",
                "region": region.unwrap_or_default(), "country": "US" });
            assert_eq!(check(order).is_ok(), fits, "{region:?}");
        }
    }

    #[test]
    fn nothing_at_all() {
        let problems = check(json!({})).err().unwrap_or_default();
        assert_eq!(problems.split("; ").count(), 10, "{problems}");
    }
}

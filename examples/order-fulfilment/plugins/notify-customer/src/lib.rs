//! Writes the customer's e-mail: what happened to the order, in the language of the country it goes to.
//!
//! The order may be one that was rejected, so nothing of it is relied on. Nothing is sent from here: the answer is the
//! message that a mail service would take.

mod euros;
mod language;
mod messages;

use dirigent_plugin::{Context, Failure, log, plugin};
use serde::{Deserialize, Serialize};
use shop::ident::fingerprint;

use language::Language;
use messages::News;

#[derive(Debug, Deserialize)]
struct Request {
    #[serde(default)]
    order: Order,
    #[serde(flatten)]
    news: News,
}

/// What an e-mail needs of an order. Anything may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Order {
    order_id: String,
    customer: Customer,
    ship_to: Address,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Customer {
    name: String,
    email: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    country: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    to: String,
    language: Language,
    subject: String,
    body: String,
}

fn run(context: &Context, request: Request) -> Result<Message, Failure> {
    let Request { order, news } = request;
    let email = order.customer.email.trim();
    if !email.contains('@') {
        let cause = format!("there is no e-mail address to write to (\"{email}\")");
        return Err(Failure::new("Notification.NoAddress", cause));
    }
    let language = Language::of(&order.ship_to.country);
    let messages::Text { subject, news } = messages::text(language, &order.order_id, &news);
    let body =
        [language.greeting(order.customer.name.trim()), news, language.closing().to_owned()].join("\n\n");
    log::info!("to {email}: {subject}");
    // The same for every attempt, so that a mail service can drop the second of two.
    let message_id = format!("<{:016x}@mail.nordkante.example>", fingerprint(&context.idempotency_key));
    Ok(Message { message_id, to: email.to_owned(), language, subject, body })
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;
    use dirigent_plugin::serde_json::{Value, from_value, json};

    fn write(country: &str, email: &str, news: Value) -> Result<Message, Failure> {
        let mut request = json!({
            "order": {
                "orderId": "NK-2026-10417",
                "customer": { "name": "Annika Brandt", "email": email },
                "shipTo": { "country": country },
            },
        });
        for (key, value) in news.as_object().into_iter().flatten() {
            request[key] = value.clone();
        }
        run(&Context::for_test("Tell the customer"), from_value(request).expect("a request"))
    }

    /// Country, news → subject, and a part of the body.
    #[test]
    fn messages() {
        let shipped = json!({ "news": "shipped", "totalCents": 135_581, "currency": "EUR",
            "trackingNumbers": ["CN112233448DE", "CN556677889DE"], "paidBy": "card" });
        let invoice = json!({ "news": "shipped", "totalCents": 35_581, "currency": "EUR",
            "trackingNumbers": ["CN112233448DE"], "paidBy": "invoice" });
        let later = json!({ "news": "backordered", "expectedOn": "2026-12-04" });
        let rejected = json!({ "news": "rejected", "reason": "items: the order is empty" });
        let unpaid = json!({ "news": "unpaid", "reason": "insufficient funds" });
        for (country, news, subject, part) in [
            (
                "DE",
                &shipped,
                "Ihre Bestellung NK-2026-10417 ist unterwegs",
                "2 Paketen (CN112233448DE, CN556677889DE)",
            ),
            ("AT", &shipped, "Ihre Bestellung NK-2026-10417 ist unterwegs", "1.355,81\u{a0}€"),
            ("FR", &shipped, "Votre commande NK-2026-10417 est en route", "1\u{a0}355,81\u{a0}€"),
            ("US", &shipped, "Your order NK-2026-10417 is on its way", "€1,355.81"),
            ("DE", &invoice, "Ihre Bestellung NK-2026-10417 ist unterwegs", "auf Rechnung"),
            ("GB", &invoice, "Your order NK-2026-10417 is on its way", "on invoice"),
            ("DE", &later, "Ihre Bestellung NK-2026-10417 kommt etwas später", "04.12.2026"),
            ("FR", &later, "Votre commande NK-2026-10417 arrivera un peu plus tard", "04/12/2026"),
            ("NO", &later, "Your order NK-2026-10417 will come a little later", "4 December 2026"),
            (
                "DE",
                &rejected,
                "Ihre Bestellung NK-2026-10417 können wir nicht annehmen",
                "items: the order is empty",
            ),
            ("FR", &unpaid, "Le paiement de votre commande NK-2026-10417 a échoué", "insufficient funds"),
            ("IT", &unpaid, "The payment for your order NK-2026-10417 failed", "insufficient funds"),
        ] {
            let message = write(country, "annika.brandt@example.com", news.clone()).expect("a message");
            assert_eq!(message.subject, subject, "{country}");
            assert!(message.body.contains(part), "{country}: no \"{part}\" in:\n{}", message.body);
        }
    }

    #[test]
    fn nobody_to_write_to() {
        for email in ["", "  ", "annika"] {
            let failure = write("DE", email, json!({ "news": "rejected", "reason": "no address" })).err();
            assert_eq!(
                failure.map(|failure| failure.error).as_deref(),
                Some("Notification.NoAddress"),
                "{email}"
            );
        }
    }

    #[test]
    fn an_order_of_which_nothing_is_known_but_the_address() {
        let request = json!({ "news": "rejected", "reason": "orderId: is missing",
            "order": { "customer": { "email": "m.rossi@example.org" } } });
        let message = run(&Context::for_test("Tell the customer"), from_value(request).expect("a request"));
        let message = message.expect("a message");
        assert_eq!(message.subject, "We cannot accept your order");
        assert!(message.body.starts_with("Hello,\n\n"), "{}", message.body);
    }
}

//! Charges a card. The gateway behind it is a sandbox, as payment providers offer one: the token says what happens.
//!
//! | error | meaning |
//! |---|---|
//! | `Payment.GatewayUnavailable` | temporary: worth a retry |
//! | `Payment.Declined` | the bank says no: a retry does not help |

mod token;

use dirigent_plugin::{Context, Failure, log, plugin};
use serde::{Deserialize, Serialize};
use shop::ident::fingerprint;

use token::{Answer, Card};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment {
    order_id: String,
    amount_cents: u64,
    currency: String,
    token: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    method: &'static str,
    charge_id: String,
    brand: String,
    last4: String,
    amount_cents: u64,
    currency: String,
    /// Calls of the gateway that this took.
    attempts: u32,
}

fn run(context: &Context, payment: Payment) -> Result<Receipt, Failure> {
    let Some(Card { brand, last4, answer }) = token::read(&payment.token) else {
        return Err(Failure::new(
            "Payment.Declined",
            format!("The gateway does not know the token {}", payment.token),
        ));
    };
    match answer {
        Answer::Declined(why) => Err(Failure::new(
            "Payment.Declined",
            format!("The bank declined the {brand} card ending in {last4}: {why}"),
        )),
        // The only thing that two calls of a plugin differ in is what the host tells them.
        Answer::UnavailableFor(calls) if context.attempt < calls => {
            log::warn!("gateway unavailable in attempt {}", context.attempt + 1);
            let cause =
                format!("The gateway answered 503 Service Unavailable (attempt {})", context.attempt + 1);
            Err(Failure::new("Payment.GatewayUnavailable", cause))
        }
        Answer::UnavailableFor(_) | Answer::Charged => {
            // A real gateway gets the key as `Idempotency-Key` and answers a repeated call with the first one's charge.
            let charge_id = format!("ch_{:016x}", fingerprint(&context.idempotency_key));
            let Payment { order_id, amount_cents, currency, .. } = payment;
            log::info!("{order_id}: charged {amount_cents} cents as {charge_id}");
            let attempts = context.attempt + 1;
            Ok(Receipt { method: "card", charge_id, brand, last4, amount_cents, currency, attempts })
        }
    }
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;

    /// Token, attempt, and what happens: the attempts it took, or an error.
    #[test]
    fn payments() {
        let declined = "Payment.Declined";
        let unavailable = "Payment.GatewayUnavailable";
        for (token, attempt, expected) in [
            ("tok_visa_4242", 0, Ok(1)),
            ("tok_visa_4242", 3, Ok(4)),
            (
                "tok_mastercard_5454_unavailable-2",
                0,
                Err((unavailable, "The gateway answered 503 Service Unavailable (attempt 1)")),
            ),
            (
                "tok_mastercard_5454_unavailable-2",
                1,
                Err((unavailable, "The gateway answered 503 Service Unavailable (attempt 2)")),
            ),
            ("tok_mastercard_5454_unavailable-2", 2, Ok(3)),
            (
                "tok_visa_0077_unavailable",
                99,
                Err((unavailable, "The gateway answered 503 Service Unavailable (attempt 100)")),
            ),
            (
                "tok_amex_0002_insufficient-funds",
                0,
                Err((declined, "The bank declined the Amex card ending in 0002: insufficient funds")),
            ),
            (
                "tok_amex_0002_insufficient-funds",
                7,
                Err((declined, "The bank declined the Amex card ending in 0002: insufficient funds")),
            ),
            ("4111111111111111", 0, Err((declined, "The gateway does not know the token 4111111111111111"))),
        ] {
            let mut context = Context::for_test("Charge the card");
            context.attempt = attempt;
            let payment = Payment {
                order_id: "NK-2026-10417".into(),
                amount_cents: 35_581,
                currency: "EUR".into(),
                token: token.into(),
            };
            let got = run(&context, payment).map(|receipt| receipt.attempts);
            let expected = expected.map_err(|(error, cause)| Failure::new(error, cause));
            assert_eq!(got, expected, "{token}, attempt {attempt}");
        }
    }
}

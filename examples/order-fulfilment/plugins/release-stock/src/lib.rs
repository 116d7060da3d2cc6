//! Gives a reservation back: the compensation of `reserve-stock`. To release twice is no error, as a retry may do it.

use dirigent_plugin::{Context, Failure, log, plugin};
use serde::{Deserialize, Serialize};

/// The part of a reservation that matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reservation {
    reservation_id: String,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    sku: String,
    quantity: u32,
    bin: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Released {
    reservation_id: String,
    pieces: u64,
    /// What goes back where, for the people in the warehouse.
    put_back: Vec<String>,
}

fn run(_: &Context, reservation: Reservation) -> Result<Released, Failure> {
    let Reservation { reservation_id, lines } = reservation;
    if !reservation_id.starts_with("RSV-") {
        return Err(Failure::new(
            "Stock.UnknownReservation",
            format!("\"{reservation_id}\" is no reservation"),
        ));
    }
    let pieces = lines.iter().map(|line| u64::from(line.quantity)).sum();
    log::info!("{reservation_id}: {pieces} pieces are free again");
    let put_back =
        lines.iter().map(|line| format!("{} x {} to {}", line.quantity, line.sku, line.bin)).collect();
    Ok(Released { reservation_id, pieces, put_back })
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;
    use dirigent_plugin::serde_json::{Value, from_value, json};

    #[test]
    fn releases() {
        let lines = json!([
            { "sku": "TENT-SKARV-2", "title": "Skarv 2 tent, moss green", "quantity": 1, "bin": "A-01" },
            { "sku": "GAS-230", "title": "Gas cartridge 230 g", "quantity": 3, "bin": "H-02" },
        ]);
        type Expected = Result<(u64, &'static [&'static str]), &'static str>;
        let cases: [(&str, Value, Expected); 3] = [
            ("RSV-0F3A9C11", lines, Ok((4, &["1 x TENT-SKARV-2 to A-01", "3 x GAS-230 to H-02"]))),
            ("RSV-0F3A9C11", json!([]), Ok((0, &[]))),
            ("0F3A9C11", json!([]), Err("Stock.UnknownReservation")),
        ];
        for (reservation_id, lines, expected) in cases {
            let input =
                from_value(json!({ "reservationId": reservation_id, "lines": lines })).expect("an input");
            let got = run(&Context::for_test("Release stock"), input);
            let got =
                got.map(|released| (released.pieces, released.put_back)).map_err(|failure| failure.error);
            let expected = expected
                .map(|(pieces, put_back)| (pieces, put_back.iter().map(ToString::to_string).collect()))
                .map_err(ToString::to_string);
            assert_eq!(got, expected, "{reservation_id}");
        }
    }
}

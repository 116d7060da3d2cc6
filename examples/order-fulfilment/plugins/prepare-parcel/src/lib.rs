//! Packs an order: which carton takes which pieces, what each parcel weighs, and its tracking number.

mod carton;
mod packing;
mod tracking;

use dirigent_plugin::{Context, Failure, log, plugin};
use serde::{Deserialize, Serialize};
use shop::{
    catalogue,
    country::{self, Zone},
};

use packing::Piece;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Picked {
    order_id: String,
    country: String,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    sku: String,
    quantity: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shipment {
    /// What is booked with the carrier.
    service: &'static str,
    /// The form that customs want on the parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_form: Option<&'static str>,
    total_grams: u32,
    parcels: Vec<Parcel>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Parcel {
    tracking_number: String,
    carton: &'static str,
    /// With the carton.
    grams: u32,
    /// How much of the carton is used.
    filled_percent: u64,
    contents: Vec<packing::Content>,
}

fn run(_: &Context, picked: Picked) -> Result<Shipment, Failure> {
    let pieces = pieces(&picked.lines)?;
    let cartons = packing::pack(pieces).map_err(|piece| {
        Failure::new("Parcel.DoesNotFit", format!("{} fits none of the cartons", piece.product.sku))
    })?;
    let parcels: Vec<Parcel> = cartons
        .iter()
        .zip(1..)
        .map(|(packed, number)| Parcel {
            tracking_number: tracking::number(&picked.order_id, number),
            carton: packed.carton.name,
            grams: packed.grams(),
            filled_percent: packed.filled_percent(),
            contents: packed.contents(),
        })
        .collect();
    log::info!("{}: {} parcels", picked.order_id, parcels.len());
    let (service, customs_form) = match country::find(&picked.country).map(|country| country.zone) {
        Some(Zone::Home) => ("Parcel Domestic", None),
        Some(Zone::Union) => ("Parcel Europe", None),
        // The Universal Postal Union's customs declaration for parcels.
        Some(Zone::Abroad) | None => ("Parcel International", Some("CN 23")),
    };
    let total_grams = parcels.iter().map(|parcel| parcel.grams).sum();
    Ok(Shipment { service, customs_form, total_grams, parcels })
}

fn pieces(lines: &[Line]) -> Result<Vec<Piece>, Failure> {
    let mut pieces = Vec::new();
    for line in lines {
        let product = catalogue::find(&line.sku).ok_or_else(|| {
            Failure::new("Parcel.UnknownArticle", format!("nobody knows the size of {}", line.sku))
        })?;
        // Bounded: a valid order has at most 50 articles with 200 pieces each.
        pieces.extend((0..line.quantity).map(|_| Piece { product }));
    }
    Ok(pieces)
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;

    /// What is packed, for where → the cartons with their weight, the service, the customs form.
    #[test]
    fn shipments() {
        type Articles = &'static [(&'static str, u32)];
        type Parcels = &'static [(&'static str, u32)];
        #[rustfmt::skip]
        let cases: [(Articles, &str, Parcels, &str, Option<&str>); 5] = [
            (&[("TENT-SKARV-2", 1)],                          "DE", &[("M", 2_700)],              "Parcel Domestic", None),
            (&[("MAP-HARDANGER", 1), ("MUG-GLASS", 1)],       "FR", &[("S", 485)],                "Parcel Europe", None),
            (&[("SKI-VIDDE-170", 1), ("SOCK-MERINO-42", 1)],  "DE", &[("LONG", 4_075)],           "Parcel Domestic", None),
            (&[("ROPE-95-60", 8)],                            "CH", &[("L", 19_150), ("L", 11_830)], "Parcel International", Some("CN 23")),
            (&[],                                             "DE", &[],                          "Parcel Domestic", None),
        ];
        for (lines, country, parcels, service, customs_form) in cases {
            let lines = lines.iter().map(|(sku, quantity)| Line { sku: (*sku).into(), quantity: *quantity });
            let picked =
                Picked { order_id: "NK-2026-10417".into(), country: country.into(), lines: lines.collect() };
            let shipment = run(&Context::for_test("Prepare the parcels"), picked).expect("a shipment");
            let got: Vec<_> = shipment.parcels.iter().map(|parcel| (parcel.carton, parcel.grams)).collect();
            assert_eq!(got, parcels, "{:?}", shipment.parcels);
            assert_eq!((shipment.service, shipment.customs_form), (service, customs_form));
        }
    }
}

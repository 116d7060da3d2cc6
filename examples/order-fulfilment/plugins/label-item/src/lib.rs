//! Writes the label of one line of an order, and says how the packer has to handle it. Runs once a line, in a Map.

mod ean;

use dirigent_plugin::{Context, Failure, log, plugin};
use serde::{Deserialize, Serialize};
use shop::catalogue::{self, Care};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    order_id: String,
    /// Place of the line in the order, from 0.
    index: usize,
    of: usize,
    line: Line,
}

#[derive(Debug, Deserialize)]
struct Line {
    sku: String,
    quantity: u32,
    bin: String,
}

#[derive(Debug, Serialize)]
struct Label {
    sku: &'static str,
    ean13: String,
    /// What the printer prints, line by line.
    text: Vec<String>,
    /// Marks on the parcel.
    marks: Vec<&'static str>,
    /// For the packer.
    handling: String,
}

fn run(_: &Context, request: Request) -> Result<Label, Failure> {
    let Request { order_id, index, of, line: Line { sku, quantity, bin } } = request;
    let product = catalogue::find(&sku)
        .ok_or_else(|| Failure::new("Label.UnknownArticle", format!("there is no label for {sku}")))?;
    let (mut marks, care): (Vec<&str>, &str) = match product.care {
        Care::None => (vec![], "no special care"),
        Care::Fragile => (vec!["FRAGILE"], "wrap each piece in two layers of paper, upright"),
        Care::LithiumBattery => (vec!["UN 3481"], "leave the device in its box, switched off"),
        Care::FlammableGas => (
            vec!["UN 2037", "LIMITED QUANTITY"],
            "upright, away from heat, never with batteries in one layer",
        ),
    };
    let grams = u64::from(product.grams) * u64::from(quantity);
    // Above this a person may not lift alone (the warehouse's own rule).
    if grams > 15_000 {
        marks.push("HEAVY");
    }
    log::debug!("{order_id}: label {} of {of}, {sku}", index + 1);
    let text = vec![
        format!("{order_id}   {}/{of}", index + 1),
        format!("{quantity} x {}", product.title),
        format!("{sku}   {}.{:03} kg   bin {bin}", grams / 1_000, grams % 1_000),
    ];
    let handling = format!("take {quantity} from {bin}: {care}");
    Ok(Label { sku: product.sku, ean13: ean::ean13(product.ean12), text, marks, handling })
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        #[rustfmt::skip]
        let cases: [(&str, u32, &[&str], &str, &str); 4] = [
            ("MUG-GLASS",    2, &["FRAGILE"],                     "4012345000801", "MUG-GLASS   0.480 kg   bin C-09"),
            ("LAMP-400",     1, &["UN 3481"],                     "4012345000597", "LAMP-400   0.086 kg   bin C-09"),
            ("GAS-230",     40, &["UN 2037", "LIMITED QUANTITY", "HEAVY"], "4012345000429", "GAS-230   15.200 kg   bin C-09"),
            ("TENT-SKARV-2", 1, &[],                              "4012345001655", "TENT-SKARV-2   2.350 kg   bin C-09"),
        ];
        for (sku, quantity, marks, ean13, last_line) in cases {
            let line = Line { sku: sku.into(), quantity, bin: "C-09".into() };
            let request = Request { order_id: "NK-2026-10417".into(), index: 0, of: 4, line };
            let label = run(&Context::for_test("Label the item"), request).expect(sku);
            assert_eq!(label.marks, marks, "{sku}");
            assert_eq!(label.ean13, ean13, "{sku}");
            assert_eq!(label.text[0], "NK-2026-10417   1/4");
            assert_eq!(label.text[2], last_line);
        }
    }

    #[test]
    fn an_unknown_article() {
        let line = Line { sku: "YETI".into(), quantity: 1, bin: "C-09".into() };
        let request = Request { order_id: "NK-2026-10417".into(), index: 0, of: 1, line };
        let failure = run(&Context::for_test("Label the item"), request).err();
        assert_eq!(failure, Some(Failure::new("Label.UnknownArticle", "there is no label for YETI")));
    }
}

//! Prices an order: list prices, volume discounts, a discount code, shipping, and the destination's tax.
//! All amounts are whole euro cents, and every sum in the answer adds up.

mod discount;
mod shipping;
mod tax;

use dirigent_plugin::{Context, Failure, log, plugin};
use serde::Serialize;
use shop::{
    catalogue::{self, Product},
    country,
    money::apportion,
    order::Order,
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pricing {
    currency: &'static str,
    lines: Vec<Line>,
    /// At list prices.
    goods_cents: u64,
    volume_discount_cents: u64,
    code_discount_cents: u64,
    shipping_cents: u64,
    /// Goods less discounts, and shipping.
    net_cents: u64,
    taxes: Vec<tax::Tax>,
    tax_cents: u64,
    total_cents: u64,
    /// What the customer may want to know: why a code did nothing, why there is no tax.
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    sku: &'static str,
    title: &'static str,
    quantity: u32,
    unit_cents: u64,
    /// The line's volume discount and its share of the code's.
    discount_cents: u64,
    net_cents: u64,
}

fn run(_: &Context, order: Order) -> Result<Pricing, Failure> {
    let country = country::find(&order.ship_to.country)
        .ok_or_else(|| Failure::new("Order.Invalid", format!("no prices for {}", order.ship_to.country)))?;
    let lines = lines(&order)?;
    let goods: Vec<u64> =
        lines.iter().map(|(product, quantity)| product.net_cents * u64::from(*quantity)).collect();
    let volume: Vec<u64> = lines
        .iter()
        .zip(&goods)
        .map(|((_, quantity), cents)| discount::volume(*quantity).of(*cents))
        .collect();
    let mut net: Vec<u64> = goods.iter().zip(&volume).map(|(goods, off)| goods - off).collect();

    // A code takes from the order as a whole. Each line bears its share, or the tax of mixed rates would be wrong.
    let code = discount::code(&order, net.iter().sum());
    let shares = apportion(code.cents, &net);
    net.iter_mut().zip(&shares).for_each(|(net, share)| *net -= share);

    let mut notes = code.notes;
    let grams = lines.iter().map(|(product, quantity)| u64::from(product.grams) * u64::from(*quantity)).sum();
    let shipping_cents =
        if code.free_shipping { 0 } else { shipping::cents(country.zone, grams, net.iter().sum()) };
    let taxed: Vec<(u64, bool)> =
        net.iter().zip(&lines).map(|(net, (product, _))| (*net, product.printed)).collect();
    let taxes = tax::taxes(&order.ship_to, country, &taxed, shipping_cents);
    notes.extend(taxes.note);
    let tax_cents = taxes.taxes.iter().map(|tax| tax.tax_cents).sum();
    let net_cents = net.iter().sum::<u64>() + shipping_cents;
    log::info!("{}: {net_cents} cents and {tax_cents} cents of tax", order.order_id);

    let lines = lines.iter().enumerate().map(|(i, (product, quantity))| Line {
        sku: product.sku,
        title: product.title,
        quantity: *quantity,
        unit_cents: product.net_cents,
        discount_cents: volume[i] + shares[i],
        net_cents: net[i],
    });
    Ok(Pricing {
        currency: "EUR",
        lines: lines.collect(),
        goods_cents: goods.iter().sum(),
        volume_discount_cents: volume.iter().sum(),
        code_discount_cents: code.cents,
        shipping_cents,
        net_cents,
        taxes: taxes.taxes,
        tax_cents,
        total_cents: net_cents + tax_cents,
        notes,
    })
}

fn lines(order: &Order) -> Result<Vec<(&'static Product, u32)>, Failure> {
    let line = |item: &shop::order::Item| match catalogue::find(&item.sku) {
        Some(product) => Ok((product, item.quantity)),
        None => Err(Failure::new("Order.Invalid", format!("no price for {}", item.sku))),
    };
    order.items.iter().map(line).collect()
}

plugin!(run);

#[cfg(test)]
mod tests {
    use super::*;
    use dirigent_plugin::serde_json::{from_value, json};

    type Articles = &'static [(&'static str, u32)];

    /// Articles, country, region or postal code, discount code → goods, discounts, shipping, tax, total, in cents.
    #[test]
    fn prices() {
        #[rustfmt::skip]
        let cases: [(Articles, &str, &str, &str, [u64; 6]); 9] = [
            //                                                                 goods   volume   code  ship     tax   total
            (&[("TENT-SKARV-2", 1)],                    "DE", "20099", "", [ 29_900,      0,     0,     0,  5_681, 35_581]),
            (&[("MUG-GLASS", 1)],                       "DE", "20099", "", [  1_650,      0,     0,   495,    408,  2_553]),
            (&[("MAP-HARDANGER", 1)],                   "DE", "20099", "", [  1_590,      0,     0,   495,    146,  2_231]),
            (&[("MAP-HARDANGER", 1), ("MUG-GLASS", 1)], "FR", "69001", "", [  3_240,      0,     0, 1_145,    646,  5_031]),
            (&[("LAMP-400", 12)],                       "DK", "2100", "WELCOME10", [65_400, 6_540, 5_886, 0, 13_244, 66_218]),
            (&[("LAMP-400", 5)],                        "DE", "27498", "", [ 27_250,  1_363,     0,     0,      0, 25_887]),
            (&[("MAT-MOSE", 2)],                        "US", "CA",    "", [ 19_800,      0,     0, 3_795,  1_436, 25_031]),
            (&[("MAT-MOSE", 2)],                        "CH", "3011",  "", [ 19_800,      0,     0, 3_795,      0, 23_595]),
            (&[("MUG-GLASS", 1)],                       "AT", "1070", "FREESHIP", [1_650, 0,     0,     0,    330,  1_980]),
        ];
        for (items, country, place, code, expected) in cases {
            let items: Vec<_> =
                items.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect();
            let order: Order = from_value(json!({
                "orderId": "NK-2026-10417", "placedAt": "2026-11-20T09:41:17Z",
                "customer": { "name": "Annika Brandt", "email": "annika.brandt@example.com" },
                "shipTo": { "name": "Annika Brandt", "street": "Lange Reihe 48", "city": "Hamburg",
                    "postalCode": place, "region": place, "country": country },
                "items": items, "discountCode": code, "payment": { "token": "tok_visa_4242" },
            }))
            .expect("an order");
            let p = run(&Context::for_test("Price order"), order).expect("a price");
            let got = [
                p.goods_cents,
                p.volume_discount_cents,
                p.code_discount_cents,
                p.shipping_cents,
                p.tax_cents,
                p.total_cents,
            ];
            assert_eq!(got, expected, "{country} {place} {code} {:?}", p.lines);
            let lines: u64 = p.lines.iter().map(|line| line.net_cents).sum();
            assert_eq!(lines + p.shipping_cents, p.net_cents, "lines and shipping are the net amount");
            let bases: u64 = p.taxes.iter().map(|tax| tax.base_cents).sum();
            assert!(
                bases == p.net_cents || p.taxes.is_empty() || country == "US",
                "every cent is taxed once"
            );
        }
    }
}

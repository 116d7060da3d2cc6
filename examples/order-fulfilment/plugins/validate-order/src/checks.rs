//! The rules of a valid order.

use shop::{
    catalogue::{self, Care},
    country::{self, Zone},
    order::{Address, Customer, Item, Order, Payment},
};

use crate::{problems::Problems, received};

/// Different articles of one order.
const MOST_ARTICLES: usize = 50;
/// Pieces of one article. Who needs more asks for an offer.
const MOST_PIECES: i64 = 200;
/// States in which the shop may sell (USPS abbreviations).
const STATES: &[&str] = &["CA", "CO", "NY", "OR", "TX", "WA"];

/// Check an order and bring it into its clean form, which means something only if there are no problems.
pub(crate) fn order(received: received::Received, problems: &mut Problems) -> Order {
    let order_id = problems.required("orderId", &received.order_id);
    let placed_at = problems.required("placedAt", &received.placed_at);
    if !placed_at.is_empty() && !is_moment(&placed_at) {
        problems.add("placedAt", format!("\"{placed_at}\" is no time such as 2026-11-20T09:41:17Z"));
    }
    let customer = customer(&received.customer, problems);
    let ship_to = address(&received.ship_to, &customer.name, problems);
    let items = items(&received.items, &ship_to.country, problems);
    let discount_code =
        received.discount_code.map(|code| code.trim().to_uppercase()).filter(|code| !code.is_empty());
    let token = problems.required("payment.token", &received.payment.token);
    Order { order_id, placed_at, customer, ship_to, items, discount_code, payment: Payment { token } }
}

fn customer(received: &received::Customer, problems: &mut Problems) -> Customer {
    let name = problems.required("customer.name", &received.name);
    let email = problems.required("customer.email", &received.email).to_lowercase();
    if !email.is_empty() && !is_email(&email) {
        problems.add("customer.email", format!("\"{email}\" is no e-mail address"));
    }
    Customer { name, email }
}

fn address(received: &received::Address, customer: &str, problems: &mut Problems) -> Address {
    let name = match received.name.trim() {
        "" => customer.to_owned(),
        name => name.to_owned(),
    };
    let street = problems.required("shipTo.street", &received.street);
    let city = problems.required("shipTo.city", &received.city);
    let postal_code = problems.required("shipTo.postalCode", &received.postal_code).to_uppercase();
    let country = problems.required("shipTo.country", &received.country).to_uppercase();
    let region =
        received.region.as_deref().map(|region| region.trim().to_uppercase()).filter(|r| !r.is_empty());
    match country::find(&country) {
        None if country.is_empty() => {}
        None => problems.add("shipTo.country", format!("we do not deliver to \"{country}\"")),
        Some(known) => {
            if !postal_code.is_empty() && !known.knows_postal_code(&postal_code) {
                let forms = known.postal_codes.join(" or ");
                let what = format!("\"{postal_code}\" is no postal code of {} ({forms})", known.name);
                problems.add("shipTo.postalCode", what);
            }
            if known.code == "US" && !region.as_deref().is_some_and(|region| STATES.contains(&region)) {
                let what = format!("we deliver to these states: {}", STATES.join(", "));
                problems.add("shipTo.region", what);
            }
        }
    }
    Address { name, street, postal_code, city, region, country }
}

fn items(received: &[received::Item], destination: &str, problems: &mut Problems) -> Vec<Item> {
    if received.is_empty() {
        problems.add("items", "the order is empty");
    }
    if received.len() > MOST_ARTICLES {
        problems.add("items", format!("{} articles; at most {MOST_ARTICLES} fit one order", received.len()));
        return Vec::new();
    }
    let abroad = country::find(destination).is_some_and(|country| country.zone == Zone::Abroad);
    let mut items: Vec<Item> = Vec::new();
    for (index, item) in received.iter().enumerate() {
        let sku = item.sku.trim().to_uppercase();
        match catalogue::find(&sku) {
            None => problems.add(&format!("items[{index}].sku"), format!("we have no article \"{sku}\"")),
            Some(product) if abroad && product.care == Care::FlammableGas => {
                let what = format!("{} must not be sent to {destination}, as it cannot fly", product.title);
                problems.add(&format!("items[{index}].sku"), what);
            }
            Some(_) => {}
        }
        let before = items.iter().position(|other| other.sku == sku);
        let total = item.quantity.saturating_add(before.map_or(0, |place| i64::from(items[place].quantity)));
        match u32::try_from(total) {
            Ok(quantity) if item.quantity >= 1 && total <= MOST_PIECES => match before {
                Some(place) => items[place].quantity = quantity,
                None => items.push(Item { sku, quantity }),
            },
            _ => {
                let what =
                    format!("{} is not between 1 and {MOST_PIECES} pieces of an article", item.quantity);
                problems.add(&format!("items[{index}].quantity"), what);
            }
        }
    }
    items
}

/// Something before the `@`, and a domain of at least two labels behind it. Whether it exists, only a message can tell.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    !local.is_empty()
        && !text.contains(char::is_whitespace)
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// `2026-11-20T09:41:17` and a zone. The engine's own rules for times are stricter; here it must only be readable.
fn is_moment(text: &str) -> bool {
    let form = b"9999-99-99T99:99:99";
    let bytes = text.as_bytes();
    let fits = |(form, byte): (&u8, &u8)| if *form == b'9' { byte.is_ascii_digit() } else { form == byte };
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
    bytes.len() > form.len()
        && form.iter().zip(bytes).all(fits)
        && matches!(number(5, 7), Some(1..=12))
        && matches!(number(8, 10), Some(1..=31))
        && matches!(number(11, 13), Some(0..=23))
}

//! An order as it may come from outside: anything may be missing. What is there has to be of the right type, or the
//! task fails with `Plugin.InvalidInput`.

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Received {
    pub(crate) order_id: String,
    pub(crate) placed_at: String,
    pub(crate) customer: Customer,
    pub(crate) ship_to: Address,
    pub(crate) items: Vec<Item>,
    pub(crate) discount_code: Option<String>,
    pub(crate) payment: Payment,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) email: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Address {
    pub(crate) name: String,
    pub(crate) street: String,
    pub(crate) postal_code: String,
    pub(crate) city: String,
    pub(crate) region: Option<String>,
    pub(crate) country: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Item {
    pub(crate) sku: String,
    /// Signed, so that a negative number is reported with the other problems.
    pub(crate) quantity: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payment {
    pub(crate) token: String,
}

//! An order as `validate-order` leaves it: complete, and in one clean form. The plugins after it rely on that.

use serde::{Deserialize, Serialize};

/// A valid order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// The shop's number of the order, such as `NK-2026-10417`.
    pub order_id: String,
    /// When the customer ordered: RFC 3339, so that its first ten characters are the day.
    pub placed_at: String,
    /// Who ordered.
    pub customer: Customer,
    /// Where it goes.
    pub ship_to: Address,
    /// What it is, each article once.
    pub items: Vec<Item>,
    /// What the customer typed into the field for a discount, in capitals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_code: Option<String>,
    /// How the customer pays.
    pub payment: Payment,
}

impl Order {
    /// The day of the order, `2026-11-20`.
    pub fn day(&self) -> &str {
        self.placed_at.get(..10).unwrap_or_default()
    }
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// First and last name, or a company's.
    pub name: String,
    /// Where messages go.
    pub email: String,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Who receives the parcel.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// In the country's own form.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// The state, where addresses have one: `CA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// An article and how many of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// An article of the catalogue.
    pub sku: String,
    /// Pieces, at least one.
    pub quantity: u32,
}

/// How the customer pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What the payment gateway gave the shop's web page in place of the card's number.
    pub token: String,
}

//! What the plugins of this example know in common of the shop, Nordkante Outdoor in Hamburg.
//!
//! A plugin keeps nothing between two calls, so what a real shop has in a database is a table in the source here.

pub mod catalogue;
pub mod country;
pub mod ident;
pub mod money;
pub mod order;

#[cfg(test)]
mod tests {
    use crate::{catalogue, country};

    /// `find` is a binary search in both tables.
    #[test]
    fn tables_are_sorted() {
        assert!(catalogue::PRODUCTS.is_sorted_by(|a, b| a.sku < b.sku), "products by SKU");
        assert!(country::COUNTRIES.is_sorted_by(|a, b| a.code < b.code), "countries by code");
    }
}

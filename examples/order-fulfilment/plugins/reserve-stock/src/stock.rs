//! The shelves of the warehouse. A plugin keeps nothing between two calls, so they are as full for every order.

/// The only warehouse.
pub(crate) const WAREHOUSE: &str = "HAM-1";

/// Where an article lies, and how many of it.
pub(crate) struct Shelf {
    sku: &'static str,
    pub(crate) bin: &'static str,
    pub(crate) on_hand: u32,
    pub(crate) next: Next,
}

/// The next delivery of an article.
#[derive(Clone, Copy)]
pub(crate) enum Next {
    /// On this day, as many as anybody orders.
    On(&'static str),
    /// It is not made any more.
    Never,
}

/// The shelf of an article.
pub(crate) fn shelf(sku: &str) -> Option<&'static Shelf> {
    SHELVES.iter().find(|shelf| shelf.sku == sku)
}

macro_rules! shelves {
    ($($sku:literal, $bin:literal, $on_hand:literal, $next:expr;)*) => {
        &[$(Shelf { sku: $sku, bin: $bin, on_hand: $on_hand, next: $next }),*]
    };
}

use Next::{Never, On};

#[rustfmt::skip]
const SHELVES: &[Shelf] = shelves![
    "ALTI-BARO",      "C-07",   9, On("2026-12-18");
    "BOOK-KNOTS",     "K-01",  64, On("2026-12-01");
    "FLASK-07",       "C-11",  80, On("2026-12-01");
    // Flammable: in the room with its own ventilation.
    "GAS-230",        "H-02", 240, On("2026-11-30");
    "LAMP-400",       "C-03",  55, On("2026-12-09");
    "MAP-HARDANGER",  "K-02", 120, On("2026-12-01");
    "MAT-MOSE",       "A-04",  32, On("2026-12-07");
    "MUG-GLASS",      "C-09",  48, On("2026-12-01");
    "PACK-RIM-45",    "B-02",   3, On("2026-12-04");
    "ROPE-95-60",     "B-05",  14, On("2026-12-15");
    "SKI-VIDDE-170",  "L-01",   8, On("2026-12-10");
    "SLBG-LYNG-M5",   "A-02",  21, On("2026-12-11");
    "SOCK-MERINO-42", "D-01", 310, On("2026-12-01");
    "STOVE-GLO",      "C-01",  37, On("2026-12-02");
    "TARP-3X3",       "A-09",   2, Never;
    "TENT-SKARV-2",   "A-01",  17, On("2026-12-04");
    "TENT-SKARV-3",   "A-01",   6, On("2026-12-04");
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_article_has_a_shelf() {
        for product in shop::catalogue::PRODUCTS {
            assert!(shelf(product.sku).is_some(), "{}", product.sku);
        }
    }
}

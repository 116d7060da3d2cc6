//! The cartons that the warehouse has.

use shop::catalogue::Product;

/// A carton.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Carton {
    pub(crate) name: &'static str,
    /// Inside, the longest side first.
    size_mm: [u32; 3],
    /// Of the carton and its padding.
    pub(crate) own_grams: u32,
    /// With everything in it.
    pub(crate) most_grams: u32,
}

/// Per cent of a carton that can be used: pieces leave gaps, and padding needs room.
const USABLE_PERCENT: u64 = 85;

/// Every carton, the one to be preferred first: the cheapest to send.
#[rustfmt::skip]
pub(crate) const CARTONS: &[Carton] = &[
    Carton { name: "S",    size_mm: [ 300, 200, 150], own_grams:   150, most_grams:  5_000 },
    Carton { name: "M",    size_mm: [ 500, 350, 250], own_grams:   350, most_grams: 15_000 },
    // 20 kg is what one person may carry all day.
    Carton { name: "L",    size_mm: [ 800, 450, 400], own_grams:   850, most_grams: 20_000 },
    Carton { name: "LONG", size_mm: [1800, 250, 200], own_grams: 1_100, most_grams: 20_000 },
];

impl Carton {
    /// Volume that can be used, in cubic millimetres.
    pub(crate) fn room(&self) -> u64 {
        self.size_mm.iter().map(|mm| u64::from(*mm)).product::<u64>() * USABLE_PERCENT / 100
    }

    /// Whether a piece goes in at all: each of its sides fits, the longest along the longest.
    pub(crate) fn takes(&self, product: &Product) -> bool {
        self.size_mm.iter().zip(product.size_mm).all(|(side, piece)| *side >= piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shop::catalogue;

    #[test]
    fn every_article_fits_somewhere() {
        for product in catalogue::PRODUCTS {
            let carton =
                CARTONS.iter().find(|carton| carton.takes(product) && carton.room() >= product.volume());
            assert!(carton.is_some(), "{}", product.sku);
        }
    }

    #[test]
    fn sides() {
        for (sku, expected) in
            [("MUG-GLASS", "S"), ("TENT-SKARV-2", "M"), ("PACK-RIM-45", "L"), ("SKI-VIDDE-170", "LONG")]
        {
            let product = catalogue::find(sku).expect(sku);
            let first = CARTONS.iter().find(|carton| carton.takes(product)).map(|carton| carton.name);
            assert_eq!(first, Some(expected), "{sku}");
        }
    }
}

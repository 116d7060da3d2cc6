//! Which piece goes into which carton: first fit, the largest piece first, by volume, weight and sides. After that each
//! carton is exchanged for the first that takes the same contents.
//!
//! Not the best packing there is (that is NP-hard), but a good one, and the same one every time.

use serde::Serialize;
use shop::catalogue::Product;

use crate::carton::{CARTONS, Carton};

/// One piece of an article.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) product: &'static Product,
}

/// A carton with pieces in it.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) carton: &'static Carton,
    pieces: Vec<Piece>,
    /// Sums over the pieces, kept as they are added: each carton is asked for every piece.
    volume: u64,
    pieces_grams: u32,
}

/// An article in a carton.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Content {
    sku: &'static str,
    quantity: u32,
}

/// Pack all pieces; a piece that fits no carton comes back as the error.
pub(crate) fn pack(mut pieces: Vec<Piece>) -> Result<Vec<Packed>, Piece> {
    pieces.sort_by_key(|piece| (std::cmp::Reverse(piece.product.volume()), piece.product.sku));
    let mut all: Vec<Packed> = Vec::new();
    for piece in pieces {
        if let Some(packed) = all.iter_mut().find(|packed| packed.takes(piece)) {
            packed.put(piece);
            continue;
        }
        // The roomiest carton first, so that what follows finds a place in it.
        let empty = |carton| Packed { carton, pieces: Vec::new(), volume: 0, pieces_grams: 0 };
        let mut fresh = CARTONS
            .iter()
            .map(empty)
            .filter(|packed| packed.takes(piece))
            .max_by_key(|packed| packed.carton.room())
            .ok_or(piece)?;
        fresh.put(piece);
        all.push(fresh);
    }
    all.iter_mut().for_each(Packed::shrink);
    Ok(all)
}

impl Packed {
    fn put(&mut self, piece: Piece) {
        self.volume += piece.product.volume();
        self.pieces_grams += piece.product.grams;
        self.pieces.push(piece);
    }

    fn takes(&self, piece: Piece) -> bool {
        self.carton.takes(piece.product)
            && self.volume + piece.product.volume() <= self.carton.room()
            && self.grams() + piece.product.grams <= self.carton.most_grams
    }

    /// Of everything, with the carton.
    pub(crate) fn grams(&self) -> u32 {
        self.carton.own_grams + self.pieces_grams
    }

    /// How much of the usable room is used.
    pub(crate) fn filled_percent(&self) -> u64 {
        self.volume * 100 / self.carton.room()
    }

    /// What is in it, article by article, in the order of packing: the heavy and large at the bottom.
    pub(crate) fn contents(&self) -> Vec<Content> {
        let mut contents: Vec<Content> = Vec::new();
        for Piece { product } in &self.pieces {
            match contents.last_mut() {
                Some(last) if last.sku == product.sku => last.quantity += 1,
                _ => contents.push(Content { sku: product.sku, quantity: 1 }),
            }
        }
        contents
    }

    /// Take the first carton that holds the same.
    fn shrink(&mut self) {
        let fits = |carton: &Carton| {
            self.pieces.iter().all(|piece| carton.takes(piece.product))
                && self.volume <= carton.room()
                && self.pieces_grams + carton.own_grams <= carton.most_grams
        };
        if let Some(carton) = CARTONS.iter().find(|carton| fits(carton)) {
            self.carton = carton;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shop::catalogue;

    fn packed(articles: &[(&str, u32)]) -> Vec<Packed> {
        let piece = |sku: &str| Piece { product: catalogue::find(sku).expect(sku) };
        let pieces = articles
            .iter()
            .flat_map(|(sku, quantity)| (0..*quantity).map(|_| piece(sku)))
            .collect::<Vec<_>>();
        pack(pieces).expect("everything fits")
    }

    #[test]
    fn contents() {
        type Cartons = &'static [(&'static str, &'static [(&'static str, u32)])];
        #[rustfmt::skip]
        let cases: [(&[(&str, u32)], Cartons); 6] = [
            (&[("SOCK-MERINO-42", 3)], &[("S", &[("SOCK-MERINO-42", 3)])]),
            // By weight three would go, by volume only two fit.
            (&[("PACK-RIM-45", 3)], &[("L", &[("PACK-RIM-45", 2)]), ("L", &[("PACK-RIM-45", 1)])]),
            // By volume six would go, by weight only five may.
            (&[("ROPE-95-60", 6)], &[("L", &[("ROPE-95-60", 5)]), ("M", &[("ROPE-95-60", 1)])]),
            // Small things travel along with the skis.
            (&[("SOCK-MERINO-42", 1), ("SKI-VIDDE-170", 1)], &[("LONG", &[("SKI-VIDDE-170", 1), ("SOCK-MERINO-42", 1)])]),
            // The large one first, whatever the order's order.
            (&[("MUG-GLASS", 1), ("TENT-SKARV-2", 1)], &[("M", &[("TENT-SKARV-2", 1), ("MUG-GLASS", 1)])]),
            (&[], &[]),
        ];
        for (articles, expected) in cases {
            let got: Vec<(&str, Vec<(&str, u32)>)> = packed(articles)
                .iter()
                .map(|packed| {
                    (packed.carton.name, packed.contents().iter().map(|c| (c.sku, c.quantity)).collect())
                })
                .collect();
            let expected: Vec<(&str, Vec<(&str, u32)>)> =
                expected.iter().map(|(carton, contents)| (*carton, contents.to_vec())).collect();
            assert_eq!(got, expected, "{articles:?}");
        }
    }

    /// One of everything that fits a list of quantities: nothing is lost, and no carton is over its limits.
    #[test]
    fn nothing_is_lost_and_nothing_is_too_full() {
        for quantity in [1, 2, 7, 40] {
            let articles: Vec<(&str, u32)> = catalogue::PRODUCTS.iter().map(|p| (p.sku, quantity)).collect();
            let all = packed(&articles);
            let pieces: usize = all.iter().map(|packed| packed.pieces.len()).sum();
            assert_eq!(pieces, articles.len() * quantity as usize);
            for packed in &all {
                assert!(packed.grams() <= packed.carton.most_grams, "{packed:?}");
                assert!(packed.filled_percent() <= 100, "{packed:?}");
                assert!(packed.pieces.iter().all(|piece| packed.carton.takes(piece.product)), "{packed:?}");
            }
        }
    }
}

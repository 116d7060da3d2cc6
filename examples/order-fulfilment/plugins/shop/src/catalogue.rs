//! What the shop sells.

/// One article.
#[derive(Debug)]
pub struct Product {
    /// Stock keeping unit, the article's name in every system.
    pub sku: &'static str,
    /// The name for customers.
    pub title: &'static str,
    /// Price of a piece without tax, in euro cents.
    pub net_cents: u64,
    /// Weight of a piece with its packaging, in grams.
    pub grams: u32,
    /// Length, width and height with packaging, in millimetres, the longest first.
    pub size_mm: [u32; 3],
    /// The first twelve digits of the EAN-13 (GS1 General Specifications); the thirteenth is computed.
    pub ean12: &'static str,
    /// Books and printed maps are taxed at the reduced rate in most of the EU.
    pub printed: bool,
    /// What the carrier has to know.
    pub care: Care,
}

/// What the carrier and the packer have to know of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Nothing.
    None,
    /// It breaks.
    Fragile,
    /// A battery in the device: UN 3481, allowed everywhere with a mark on the parcel.
    LithiumBattery,
    /// Flammable gas: UN 2037, by road only, so not to countries outside the EU's customs area.
    FlammableGas,
}

impl Product {
    /// Volume in cubic millimetres.
    pub fn volume(&self) -> u64 {
        self.size_mm.iter().map(|mm| u64::from(*mm)).product()
    }
}

/// The article of this SKU.
pub fn find(sku: &str) -> Option<&'static Product> {
    PRODUCTS.binary_search_by(|product| product.sku.cmp(sku)).ok().map(|place| &PRODUCTS[place])
}

macro_rules! products {
    ($($sku:literal, $title:literal, $cents:literal, $grams:literal, $size:expr, $ean:literal, $printed:literal, $care:ident;)*) => {
        &[$(Product {
            sku: $sku, title: $title, net_cents: $cents, grams: $grams, size_mm: $size, ean12: $ean,
            printed: $printed, care: Care::$care,
        }),*]
    };
}

/// Every article, by SKU.
#[rustfmt::skip]
pub const PRODUCTS: &[Product] = products![
    // SKU            title                                      cents  grams  size in mm         EAN without its check digit, printed, care
    "ALTI-BARO",      "Aneroid altimeter, 5000 m",               11_900,  210, [120, 120,  70],   "401234500011", false, Fragile;
    "BOOK-KNOTS",     "Knots for the Mountains, pocket book",     1_490,  210, [180, 120,  15],   "401234500028", true,  None;
    "FLASK-07",       "Vacuum flask 0.7 l, steel",                2_990,  390, [270,  80,  80],   "401234500035", false, None;
    "GAS-230",        "Gas cartridge 230 g, butane and propane",    595,  380, [110, 110,  90],   "401234500042", false, FlammableGas;
    "LAMP-400",       "Nordlys headlamp 400 lm, rechargeable",    5_450,   86, [100,  80,  60],   "401234500059", false, LithiumBattery;
    "MAP-HARDANGER",  "Hiking map Hardangervidda 1:50 000",       1_590,   95, [240, 130,  10],   "401234500066", true,  None;
    "MAT-MOSE",       "Mose sleeping mat, R 4.2",                 9_900,  520, [260, 110, 110],   "401234500073", false, None;
    "MUG-GLASS",      "Double-wall glass mug 0.3 l",              1_650,  240, [110,  95,  95],   "401234500080", false, Fragile;
    "PACK-RIM-45",    "Rim backpack 45 l, slate",                15_900, 1390, [680, 320, 220],   "401234500097", false, None;
    "ROPE-95-60",     "Dynamic rope 9.5 mm, 60 m",               16_900, 3660, [400, 280, 180],   "401234500103", false, None;
    "SKI-VIDDE-170",  "Vidde touring skis 170 cm, pair",         44_900, 2900, [1720, 110, 90],   "401234500110", false, None;
    "SLBG-LYNG-M5",   "Lyng sleeping bag -5 °C, regular",        17_900, 1180, [380, 220, 220],   "401234500127", false, None;
    "SOCK-MERINO-42", "Merino hiking socks, 40 to 42",            1_690,   75, [200, 100,  40],   "401234500134", false, None;
    "STOVE-GLO",      "Glo gas stove, 2.8 kW",                    6_450,   87, [ 80,  60,  60],   "401234500141", false, None;
    "TARP-3X3",       "Tarp 3 x 3 m, sand",                       7_900,  890, [300, 140, 140],   "401234500158", false, None;
    "TENT-SKARV-2",   "Skarv 2 tent, moss green",                29_900, 2350, [460, 160, 160],   "401234500165", false, None;
    "TENT-SKARV-3",   "Skarv 3 tent, moss green",                36_900, 2980, [480, 180, 180],   "401234500172", false, None;
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds() {
        for product in PRODUCTS {
            assert_eq!(find(product.sku).map(|found| found.title), Some(product.title));
        }
        for sku in ["", "TENT", "tent-skarv-2", "ZIP"] {
            assert!(find(sku).is_none(), "{sku}");
        }
    }

    #[test]
    fn articles_make_sense() {
        for product in PRODUCTS {
            let sku = product.sku;
            assert!(product.size_mm.is_sorted_by(|a, b| a >= b), "{sku}: the longest side first");
            assert!(
                product.ean12.len() == 12 && product.ean12.bytes().all(|b| b.is_ascii_digit()),
                "{sku}: EAN"
            );
            assert!(product.net_cents > 0 && product.grams > 0, "{sku}");
        }
    }
}

//! Money in whole cents: shares of it that add up, and rates of it that are rounded once.

/// A rate in hundredths of a per cent: 1900 is 19 %, 550 is 5.5 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub u32);

impl Rate {
    const WHOLE: u128 = 10_000;

    /// This rate of an amount, rounded half up to a cent. An amount too large to count is as large as can be.
    pub fn of(self, cents: u64) -> u64 {
        let exact = u128::from(cents) * u128::from(self.0);
        u64::try_from((exact + Self::WHOLE / 2) / Self::WHOLE).unwrap_or(u64::MAX)
    }
}

impl std::fmt::Display for Rate {
    /// As people write it: `19 %`, `5.5 %`, `7.25 %`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, hundredths) = (self.0 / 100, self.0 % 100);
        match hundredths {
            0 => write!(f, "{whole} %"),
            n if n % 10 == 0 => write!(f, "{whole}.{} %", n / 10),
            n => write!(f, "{whole}.{n:02} %"),
        }
    }
}

/// Split an amount in proportion to weights, so that the parts add up to it: each part is rounded down, and the cents
/// that are left go to the parts that lost most (largest remainder), earlier parts first.
/// Nothing to go by (no weights, or all zero) gives parts of zero.
pub fn apportion(cents: u64, weights: &[u64]) -> Vec<u64> {
    let whole: u128 = weights.iter().copied().map(u128::from).sum();
    if whole == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: &u64| u128::from(cents) * u128::from(*weight);
    let mut parts: Vec<u64> =
        weights.iter().map(|weight| u64::try_from(exact(weight) / whole).unwrap_or(u64::MAX)).collect();
    let left = cents.saturating_sub(parts.iter().sum());
    let mut by_loss: Vec<usize> = (0..weights.len()).collect();
    by_loss.sort_by_key(|place| std::cmp::Reverse(exact(&weights[*place]) % whole));
    for place in by_loss.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        parts[place] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates() {
        for (rate, cents, expected, shown) in [
            (1900, 29_900, 5_681, "19 %"),
            (550, 1_590, 87, "5.5 %"),  // 87.45
            (725, 1_000, 73, "7.25 %"), // 72.5
            (2550, 0, 0, "25.5 %"),
            (5, 1, 0, "0.05 %"),
            (0, 500, 0, "0 %"),
            (1900, u64::MAX, 3_504_881_374_004_814_807, "19 %"),
        ] {
            assert_eq!(Rate(rate).of(cents), expected, "{rate} of {cents}");
            assert_eq!(Rate(rate).to_string(), shown);
        }
    }

    #[test]
    fn shares() {
        let cases: [(u64, &[u64], &[u64]); 7] = [
            (100, &[1, 1, 1], &[34, 33, 33]),
            (1_000, &[29_900, 595], &[980, 20]),
            (2, &[1, 1, 1], &[1, 1, 0]),
            (5, &[0, 7], &[0, 5]),
            (0, &[3, 4], &[0, 0]),
            (9, &[0, 0], &[0, 0]),
            (9, &[], &[]),
        ];
        for (cents, weights, expected) in cases {
            assert_eq!(apportion(cents, weights), expected, "{cents} over {weights:?}");
        }
    }
}

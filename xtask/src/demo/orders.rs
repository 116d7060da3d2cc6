//! The orders of the example, with how each is expected to end.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::expected::Expectation;

const SUFFIX: &str = ".order.json";

/// An order.
#[derive(Debug)]
pub(super) struct Order {
    /// Its place among the orders, from 0.
    pub(super) number: usize,
    /// Its file's name without the ending.
    pub(super) name: String,
    /// The file's text.
    pub(super) input: String,
    pub(super) expected: Expectation,
}

/// Reads all orders of a folder and its `expected.json`, which has to name exactly these orders.
pub(super) fn load(folder: &Path) -> Result<Vec<Order>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let name = entry.context("cannot read the orders")?.file_name();
        files.extend(name.to_str().filter(|name| name.ends_with(SUFFIX)).map(str::to_owned));
    }
    files.sort();
    let expected = read(&folder.join("expected.json"))?;
    let expected: Value = serde_json::from_str(&expected).context("expected.json is not JSON")?;
    let expected = expected.as_object().context("expected.json is no object")?;
    if let Some(missing) = expected.keys().find(|name| !files.contains(name)) {
        bail!("expected.json tells of {missing}, which is not there");
    }
    if files.is_empty() {
        bail!("there are no orders in {}", folder.display());
    }
    files
        .iter()
        .enumerate()
        .map(|(number, file)| {
            let expected =
                expected.get(file).with_context(|| format!("expected.json does not tell of {file}"))?;
            Ok(Order {
                number,
                name: file.trim_end_matches(SUFFIX).to_owned(),
                input: read(&folder.join(file))?,
                expected: Expectation::read(expected).with_context(|| format!("expected.json, {file}"))?,
            })
        })
        .collect()
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_orders_of_the_example() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/order-fulfilment/orders");
        let orders = load(&folder).unwrap();
        assert!(orders.len() >= 8, "{}", orders.len());
        for order in orders {
            assert!(
                serde_json::from_str::<Value>(&order.input).is_ok_and(|order| order.is_object()),
                "{}",
                order.name
            );
        }
    }
}

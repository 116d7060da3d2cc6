//! Problems of an order, each at its place.

/// What is wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    /// Note a problem of the field at `place`, such as `items[1].sku`.
    pub(crate) fn add(&mut self, place: &str, what: impl AsRef<str>) {
        self.0.push(format!("{place}: {}", what.as_ref()));
    }

    /// The trimmed text of a field that has to be there.
    pub(crate) fn required(&mut self, place: &str, text: &str) -> String {
        let text = text.trim();
        if text.is_empty() {
            self.add(place, "is missing");
        }
        text.to_owned()
    }

    /// All problems as one text; none if the order is valid.
    pub(crate) fn text(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join("; "))
    }
}

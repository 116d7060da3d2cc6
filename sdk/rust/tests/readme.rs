//! The README's complete example is what compiles here, with its test.
#![allow(clippy::unwrap_used)]

#[path = "readme/receipt.rs"]
mod receipt;

#[test]
fn the_readme_shows_it() {
    let shown = include_str!("../README.md");
    assert!(
        shown.contains(include_str!("readme/receipt.rs")),
        "tests/readme/receipt.rs and README.md differ"
    );
}

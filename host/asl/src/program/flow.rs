//! How data flows through a state, in either query language.

use dirigent_expr::{Expr, JsonataTemplate, ReferencePath, Template};

/// The data flow of a state, in its query language.
#[derive(Debug)]
pub enum Flow {
    /// JSONPath.
    JsonPath(Box<JsonPathFlow>),
    /// JSONata.
    Jsonata(Box<JsonataFlow>),
}

/// The data flow in JSONata: `Arguments → (work) → Output`, and `Assign` beside it.
#[derive(Debug, Default)]
pub struct JsonataFlow {
    /// `Arguments` (for a Map: `ItemSelector`).
    pub arguments: Option<JsonataTemplate>,
    /// `Output`.
    pub output: Option<JsonataTemplate>,
    /// `Assign`: variables set when the state ends.
    pub assign: Option<JsonataTemplate>,
}

/// A payload template in either language.
#[derive(Debug)]
pub enum AnyTemplate {
    /// JSONPath.
    JsonPath(Template),
    /// JSONata.
    Jsonata(JsonataTemplate),
}

/// The data flow in JSONPath: `InputPath → Parameters → (work) → ResultSelector → ResultPath → OutputPath`,
/// and `Assign` beside it. Fields that a state type does not have keep their defaults.
#[derive(Debug, Default)]
pub struct JsonPathFlow {
    /// `InputPath`.
    pub input: Selector,
    /// `Parameters` (for a Map: `ItemSelector`, or the older `Parameters`).
    pub parameters: Option<Template>,
    /// `ResultSelector`.
    pub result_selector: Option<Template>,
    /// `ResultPath`.
    pub result: ResultPlace,
    /// `OutputPath`.
    pub output: Selector,
    /// `Assign`: variables set when the state ends.
    pub assign: Option<Template>,
}

/// `InputPath` and `OutputPath`.
#[derive(Debug, Default)]
pub enum Selector {
    /// `$`, the default: all of it, neither parsed nor printed.
    #[default]
    Whole,
    /// `null`: an empty object instead.
    Nothing,
    /// A path.
    At(Expr),
}

/// `ResultPath`.
#[derive(Debug, Default)]
pub enum ResultPlace {
    /// `$`, the default: the result replaces the input.
    #[default]
    Replace,
    /// `null`: the result is dropped, the input goes on.
    Discard,
    /// The result is put into the input at this place.
    At(ReferencePath),
}

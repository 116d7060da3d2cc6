//! Map, inline.

use dirigent_expr::{Expr, Jsonata, JsonataTemplate};

use super::{Distributed, ErrorHandling, MachineIndex, Transition};

/// A Map state.
#[derive(Debug)]
pub struct Map {
    /// Where the array lies; without it the state's input is the array.
    pub items: Option<Items>,
    /// `MaxConcurrency` or its path; 0 is without bound.
    pub max_concurrency: Quantity,
    /// The machine that runs for each item.
    pub processor: MachineIndex,
    /// Inline or distributed.
    pub mode: MapMode,
    /// `Retry` and `Catch`.
    pub errors: ErrorHandling,
    /// Where it goes.
    pub next: Transition,
}

/// Where a Map's array lies.
#[derive(Debug)]
pub enum Items {
    /// `ItemsPath`, in the state's effective input.
    Path(Expr),
    /// `Items`.
    Jsonata(JsonataTemplate),
}

/// How a Map runs its items.
#[derive(Debug)]
pub enum MapMode {
    /// Iterations are part of the execution and its history.
    Inline,
    /// Iterations are executions of their own, under a Map Run.
    Distributed(Box<Distributed>),
}

/// A number that a Map is set by: `MaxConcurrency`, `MaxItems`, `ToleratedFailurePercentage` and their like.
#[derive(Debug)]
pub enum Quantity {
    /// A number in the definition.
    Fixed(f64),
    /// The `…Path` form.
    Path(Expr),
    /// An expression.
    Jsonata(Jsonata),
}

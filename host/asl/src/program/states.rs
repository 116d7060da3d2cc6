//! The state types but Map, which has a file of its own.

use std::sync::Arc;

use dirigent_expr::{Expr, Jsonata, JsonataTemplate};
use jiff::Timestamp;
use serde_json::Value;

use super::{AnyTemplate, ErrorHandling, MachineIndex, StateIndex, Transition};
use crate::{Condition, Resource};

/// A Task state.
#[derive(Debug)]
pub struct Task {
    /// What runs.
    pub resource: Resource,
    /// The `Resource` as written.
    pub resource_text: Arc<str>,
    /// `TimeoutSeconds` or `TimeoutSecondsPath`.
    pub timeout: Option<Seconds>,
    /// `HeartbeatSeconds` or `HeartbeatSecondsPath`.
    pub heartbeat: Option<Seconds>,
    /// `Credentials`, recorded with the task's event.
    pub credentials: Option<AnyTemplate>,
    /// `Retry` and `Catch`.
    pub errors: ErrorHandling,
    /// Where it goes.
    pub next: Transition,
}

/// A Pass state.
#[derive(Debug)]
pub struct Pass {
    /// `Result`, where given.
    pub result: Option<Value>,
    /// Where it goes.
    pub next: Transition,
}

/// A Choice state.
#[derive(Debug)]
pub struct Choice {
    /// The rules, tried in order.
    pub rules: Vec<ChoiceRule>,
    /// Where it goes when no rule holds; without it that is `States.NoChoiceMatched`.
    pub default: Option<StateIndex>,
}

/// One rule of a Choice state.
#[derive(Debug)]
pub struct ChoiceRule {
    /// When it holds.
    pub condition: RuleCondition,
    /// Where it goes.
    pub next: StateIndex,
    /// Variables set when it is taken.
    pub assign: Option<AnyTemplate>,
    /// `Output` when it is taken; JSONata only.
    pub output: Option<JsonataTemplate>,
}

/// When a rule holds.
#[derive(Debug)]
pub enum RuleCondition {
    /// Data tests.
    JsonPath(Condition),
    /// `Condition` as an expression.
    Jsonata(Jsonata),
    /// `Condition` as a constant.
    Constant(bool),
}

/// A Wait state.
#[derive(Debug)]
pub struct Wait {
    /// Until when.
    pub until: WaitUntil,
    /// Where it goes.
    pub next: Transition,
}

/// The four forms of a Wait.
#[derive(Debug)]
pub enum WaitUntil {
    /// `Seconds`.
    Seconds(u64),
    /// `SecondsPath`.
    SecondsPath(Expr),
    /// `Timestamp`.
    Timestamp(Timestamp),
    /// `TimestampPath`.
    TimestampPath(Expr),
    /// `Seconds` as an expression.
    SecondsJsonata(Jsonata),
    /// `Timestamp` as an expression.
    TimestampJsonata(Jsonata),
}

/// A Parallel state.
#[derive(Debug)]
pub struct Parallel {
    /// The branches, in order.
    pub branches: Vec<MachineIndex>,
    /// `Retry` and `Catch`.
    pub errors: ErrorHandling,
    /// Where it goes.
    pub next: Transition,
}

/// A Fail state.
#[derive(Debug)]
pub struct Fail {
    /// `Error` or `ErrorPath`.
    pub error: Option<Text>,
    /// `Cause` or `CausePath`.
    pub cause: Option<Text>,
}

/// A text in the definition, or a path or intrinsic function that yields one.
#[derive(Debug)]
pub enum Text {
    /// Written out.
    Fixed(Arc<str>),
    /// `ErrorPath`, `CausePath`.
    Path(Expr),
    /// An expression.
    Jsonata(Jsonata),
}

/// `TimeoutSeconds`, `HeartbeatSeconds` or their paths.
#[derive(Debug)]
pub enum Seconds {
    /// A number in the definition.
    Fixed(u64),
    /// The `…Path` form.
    Path(Expr),
    /// An expression.
    Jsonata(Jsonata),
}

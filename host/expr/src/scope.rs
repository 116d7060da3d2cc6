//! What an expression can see.

use serde_json::Value;

/// The data around an expression. The engine implements it, and may do so lazily: only what the expression names is
/// asked for.
///
/// An expression is a function of its scope alone: one that answers the same (its [`random`](Self::random) included)
/// gets the same result, which is what replaying an execution under the simulator relies on.
pub trait Scope {
    /// `$`: the state's input, or its result, as the field at hand demands.
    fn input(&self) -> &Value;
    /// `$$`: the context object.
    fn context(&self) -> &Value;
    /// `$name`: a workflow variable, if it has been assigned.
    fn variable(&self, name: &str) -> Option<&Value>;
    /// 64 random bits, fresh at every call, for `States.UUID` and `States.MathRandom` without a seed.
    fn random(&self) -> u64;
    /// `$states.result`: what the state's work gave, where the field at hand can see it. JSONata only.
    fn result(&self) -> Option<&Value> {
        None
    }
    /// `$states.errorOutput`: the error that is being caught. JSONata only.
    fn error_output(&self) -> Option<&Value> {
        None
    }
    /// The time for `$now` and `$millis`, in Unix milliseconds; without it the system's. JSONata only.
    fn now_ms(&self) -> Option<i64> {
        None
    }
}

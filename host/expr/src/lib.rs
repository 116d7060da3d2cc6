//! Expressions of the Amazon States Language: paths, intrinsic functions and payload templates, and JSONata.
//!
//! Everything is parsed once, into values that are `Send + Sync` and only read afterwards, and is evaluated against a
//! [`Scope`], which says what `$`, `$$` and `$name` stand for. There is no I/O here, no clock, no async, and no
//! randomness but the scope's.
//!
//! | What | Where it stands in a definition |
//! |---|---|
//! | [`JsonPath`] | inside the others |
//! | [`ReferencePath`] | `ResultPath` |
//! | [`Expr`] | `InputPath`, `OutputPath`, `ItemsPath`, `SecondsPath`, `Variable`, … ; with functions `ErrorPath` and `CausePath` |
//! | [`Template`] | `Parameters`, `ResultSelector`, `ItemSelector`, `Assign`, … |
//!
//! A definition comes from outside, and so does the data: every recursion and every amount of work has a limit with a
//! name, and regular expressions are matched in time linear in the text.
//!
//! [`Jsonata`] and [`JsonataTemplate`] are the other query language, behind the same [`Scope`].

mod cursor;
mod decimal;
mod expr;
mod intrinsic;
mod jsonata;
mod jsonpath;
mod reference_path;
mod scope;
mod template;

pub use expr::{ContextPath, EvalError, Expr, ExprSyntaxError, MAX_VARIABLE_NAME, Source, VariablePath};
pub use intrinsic::{Intrinsic, MAX_INTRINSIC_NESTING};
pub use jsonata::isolation as jsonata_isolation;
#[doc(hidden)]
pub use jsonata::suite as jsonata_suite;
pub use jsonata::{
    Jsonata, JsonataError, JsonataSyntaxError, JsonataTemplate, JsonataTemplateError, MAX_JSONATA_LENGTH,
    MisplacedJsonata,
};
pub use jsonpath::{
    JsonPath, MAX_DEPTH, MAX_NESTING, MAX_PATH_LENGTH, MAX_SEGMENTS, MAX_STEPS, PathError, PathSyntaxError,
};
pub use reference_path::{ReferencePath, ReferencePathError};
pub use scope::Scope;
pub use template::{MAX_TEMPLATE_DEPTH, Template, TemplateError, TemplateEvalError};

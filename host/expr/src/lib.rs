//! dirigent-expr

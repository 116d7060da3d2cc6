//! dirigent-runtime

//! dirigent-engine

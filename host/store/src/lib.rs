//! dirigent-store

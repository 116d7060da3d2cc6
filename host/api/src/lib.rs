//! dirigent-api

//! dirigent-asl

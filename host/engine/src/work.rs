//! Work that goes on without whoever asked for it.

/// Work whose caller may go away: an HTTP client that hangs up must not take the effects of a durable change with it.
pub(crate) async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime shuts down, and the caller with it.
        Err(_) => std::future::pending().await,
    }
}

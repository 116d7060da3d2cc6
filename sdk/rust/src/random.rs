//! Randomness from the host (`wasi:random`), fit for secrets. This target has none of its own.

/// This many random bytes.
pub fn bytes(len: usize) -> Vec<u8> {
    #[cfg(target_arch = "wasm32")]
    {
        crate::guest::bindings::wasi::random::random::get_random_bytes(len as u64)
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        let mut bytes = Vec::with_capacity(len + 8);
        while bytes.len() < len {
            bytes.extend(u64().to_le_bytes());
        }
        bytes.truncate(len);
        bytes
    }
}

/// A random number. Off wasm it is good enough for tests, not for secrets.
pub fn u64() -> u64 {
    #[cfg(target_arch = "wasm32")]
    {
        crate::guest::bindings::wasi::random::random::get_random_u64()
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        use std::hash::{BuildHasher as _, RandomState};
        // Each `RandomState` has new keys from the system.
        RandomState::new().hash_one(0)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn lengths() {
        for len in [0, 1, 8, 33] {
            assert_eq!(super::bytes(len).len(), len);
        }
    }
}

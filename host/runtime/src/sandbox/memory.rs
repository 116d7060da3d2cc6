//! How much memory an instance has, had at most, and was refused.

use wasmtime::ResourceLimiter;

use super::engine::TABLE_ELEMENTS;
use crate::ByteSize;

/// Counts all linear memories of an instance together and refuses what goes over the limit.
pub(crate) struct MemoryMeter {
    limit: usize,
    now: usize,
    /// Most bytes at one time.
    pub(crate) peak: usize,
    /// Bytes that the instance would have had, had the last refused growth been granted. A trap after a refusal is
    /// reported as a lack of memory, since an allocator that gets none aborts.
    pub(crate) refused: Option<usize>,
}

impl MemoryMeter {
    pub(crate) fn new(limit: ByteSize) -> Self {
        Self { limit: limit.as_usize(), now: 0, peak: 0, refused: None }
    }
}

impl ResourceLimiter for MemoryMeter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            // The component's own limit: it fails whatever is said here.
            return Ok(true);
        }
        let wanted = self.now.saturating_add(desired.saturating_sub(current));
        if wanted > self.limit {
            self.refused = Some(wanted);
            return Ok(false);
        }
        self.now = wanted;
        self.peak = self.peak.max(wanted);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn memories_count_together() {
        let mut meter = MemoryMeter::new(ByteSize(100));
        for (current, desired, maximum, granted) in [
            (0, 40, None, true),
            (0, 40, None, true),       // a second memory
            (40, 70, None, false),     // 110 together
            (40, 60, Some(50), true),  // fails by its own maximum, which is not ours to count
            (40, 60, Some(500), true), // 100 together
        ] {
            assert_eq!(
                meter.memory_growing(current, desired, maximum).unwrap(),
                granted,
                "{current} {desired}"
            );
        }
        assert_eq!((meter.peak, meter.refused), (100, Some(110)));
    }
}

//! What the disk can do: append 4 KiB and sync, over and over.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) fn syncs_per_second(path: &Path, time: Duration) -> std::io::Result<f64> {
    let mut file = File::create(path)?;
    let block = [7; 4096];
    let start = Instant::now();
    let mut count = 0.0;
    while start.elapsed() < time {
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1.0;
    }
    Ok(count / start.elapsed().as_secs_f64())
}

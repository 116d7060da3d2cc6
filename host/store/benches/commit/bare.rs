//! redb alone, writing the same rows in the same groups from one thread, with nothing to check and
//! nobody to tell.

use std::path::Path;
use std::time::{Duration, Instant};

use redb::{Database, TableDefinition};

use crate::rows::{FIRST_CHUNK, FRAME, LAST_CHUNK, LAST_FIRST, RECORD, name};

const RECORDS: TableDefinition<(u32, u64), &[u8]> = TableDefinition::new("records");
const NAMES: TableDefinition<&[u8], u64> = TableDefinition::new("names");
const FRAMES: TableDefinition<(u64, u32), &[u8]> = TableDefinition::new("frames");
const HISTORY: TableDefinition<(u64, u64), &[u8]> = TableDefinition::new("history");
const ATTENTION: TableDefinition<u64, u32> = TableDefinition::new("attention");

pub(crate) fn executions(dir: &Path, group: usize, time: Duration) -> (u64, Duration) {
    std::fs::create_dir_all(dir).expect("create a directory");
    let cache = dirigent_store::RedbOptions::DEFAULT_CACHE_BYTES;
    let database = Database::builder().set_cache_size(cache).create(dir.join("bare.redb")).expect("create");
    let random = &mut fastrand::Rng::with_seed(1);
    let begin = Instant::now();
    let mut sequence = 0;
    while begin.elapsed() < time {
        let sequences = sequence..sequence + group as u64;
        start(&database, sequences.clone(), random).expect("start executions");
        end(&database, sequences).expect("end executions");
        sequence += group as u64;
    }
    (sequence, begin.elapsed())
}

fn start(
    database: &Database,
    sequences: std::ops::Range<u64>,
    random: &mut fastrand::Rng,
) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut records = transaction.open_table(RECORDS)?;
        let mut names = transaction.open_table(NAMES)?;
        let mut frames = transaction.open_table(FRAMES)?;
        let mut history = transaction.open_table(HISTORY)?;
        let mut attention = transaction.open_table(ATTENTION)?;
        for sequence in sequences {
            names.insert(name(random).as_bytes(), sequence)?;
            records.insert((1, sequence), RECORD.as_slice())?;
            frames.insert((sequence, 0), FRAME.as_slice())?;
            history.insert((sequence, 1), FIRST_CHUNK.as_slice())?;
            attention.insert(sequence, 1)?;
        }
    }
    Ok(transaction.commit()?)
}

fn end(database: &Database, sequences: std::ops::Range<u64>) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut records = transaction.open_table(RECORDS)?;
        let mut frames = transaction.open_table(FRAMES)?;
        let mut history = transaction.open_table(HISTORY)?;
        let mut attention = transaction.open_table(ATTENTION)?;
        for sequence in sequences {
            records.insert((1, sequence), RECORD.as_slice())?;
            frames.remove((sequence, 0))?;
            history.insert((sequence, LAST_FIRST), LAST_CHUNK.as_slice())?;
            attention.remove(sequence)?;
        }
    }
    Ok(transaction.commit()?)
}

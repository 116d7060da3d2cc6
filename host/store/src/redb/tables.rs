//! The tables of the database file and the bytes of their keys.
//!
//! Integers are big-endian, so that bytes sort as numbers do. Keys of one length are fixed-width to
//! redb, which then stores no lengths. The README shows every key and value byte by byte.

use redb::TableDefinition;

use crate::batch::{CatalogKey, CatalogKind};
use crate::ids::{ExecutionId, FrameId, MachineId, Timer};

/// The newest format of the data directory that this version writes and reads.
pub(crate) const FORMAT: u32 = 1;

pub(crate) type Bytes = &'static [u8];
pub(crate) type RecordKey = &'static [u8; 12];
pub(crate) type FrameKey = &'static [u8; 12];
pub(crate) type HistoryKey = &'static [u8; 16];
pub(crate) type TimerKey = &'static [u8; 28];

/// Numbers about the store itself: [`META_FORMAT`] and [`META_NEXT_SEQUENCE`].
pub(crate) const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
pub(crate) const META_FORMAT: &str = "format";
pub(crate) const META_NEXT_SEQUENCE: &str = "next_sequence";

/// (machine, sequence) → record. By machine first, so that a machine's executions are one range.
pub(crate) const RECORDS: TableDefinition<RecordKey, Bytes> = TableDefinition::new("records");
/// (machine, name) → sequence.
pub(crate) const NAMES: TableDefinition<Bytes, u64> = TableDefinition::new("names");
/// (sequence, frame) → frame. Only open frames: the table is as large as what is under way.
pub(crate) const FRAMES: TableDefinition<FrameKey, Bytes> = TableDefinition::new("frames");
/// (sequence, id of the first event) → chunk.
pub(crate) const HISTORY: TableDefinition<HistoryKey, Bytes> = TableDefinition::new("history");
/// sequence → machine.
pub(crate) const ATTENTION: TableDefinition<u64, u32> = TableDefinition::new("attention");
/// (due, machine, sequence, key) → nothing.
pub(crate) const TIMERS: TableDefinition<TimerKey, ()> = TableDefinition::new("timers");
/// (kind, name) → value.
pub(crate) const CATALOG: TableDefinition<Bytes, Bytes> = TableDefinition::new("catalog");

pub(crate) fn record_key(id: ExecutionId) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&id.machine.0.to_be_bytes());
    key[4..].copy_from_slice(&id.sequence.to_be_bytes());
    key
}

pub(crate) fn record_id(key: &[u8; 12]) -> ExecutionId {
    let [a, b, c, d, sequence @ ..] = *key;
    ExecutionId::new(MachineId(u32::from_be_bytes([a, b, c, d])), u64::from_be_bytes(sequence))
}

pub(crate) fn name_key(machine: MachineId, name: &str) -> Vec<u8> {
    [&machine.0.to_be_bytes(), name.as_bytes()].concat()
}

pub(crate) fn frame_key(sequence: u64, frame: FrameId) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&sequence.to_be_bytes());
    key[8..].copy_from_slice(&frame.0.to_be_bytes());
    key
}

pub(crate) fn frame_id(key: &[u8; 12]) -> FrameId {
    let [.., a, b, c, d] = *key;
    FrameId(u32::from_be_bytes([a, b, c, d]))
}

pub(crate) fn history_key(sequence: u64, first: u64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&sequence.to_be_bytes());
    key[8..].copy_from_slice(&first.to_be_bytes());
    key
}

pub(crate) fn history_first(key: &[u8; 16]) -> u64 {
    let [_, _, _, _, _, _, _, _, first @ ..] = *key;
    u64::from_be_bytes(first)
}

/// Flips the sign bit of a due time, so that times before 1970 sort before the others.
const SIGN: u64 = 1 << 63;

pub(crate) fn timer_key(timer: &Timer) -> [u8; 28] {
    let mut key = [0; 28];
    key[..8].copy_from_slice(&(timer.due_ms.cast_unsigned() ^ SIGN).to_be_bytes());
    key[8..20].copy_from_slice(&record_key(timer.execution));
    key[20..].copy_from_slice(&timer.key.to_be_bytes());
    key
}

pub(crate) fn timer(key: &[u8; 28]) -> Timer {
    let (mut due, mut execution, mut number) = ([0; 8], [0; 12], [0; 8]);
    due.copy_from_slice(&key[..8]);
    execution.copy_from_slice(&key[8..20]);
    number.copy_from_slice(&key[20..]);
    Timer {
        due_ms: (u64::from_be_bytes(due) ^ SIGN).cast_signed(),
        execution: record_id(&execution),
        key: u64::from_be_bytes(number),
    }
}

pub(crate) fn catalog_key(key: &CatalogKey) -> Vec<u8> {
    catalog_key_parts(key.kind, &key.name)
}

pub(crate) fn catalog_key_parts(kind: CatalogKind, name: &[u8]) -> Vec<u8> {
    [&[kind.0], name].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_as_they_were_and_sort_as_their_ids_do() {
        let execution = |machine, sequence| ExecutionId::new(MachineId(machine), sequence);
        let timer_of = |due_ms, execution, key| Timer { due_ms, execution, key };
        let sorted = [
            timer_of(i64::MIN, execution(9, 9), 9),
            timer_of(-1, execution(9, 9), 9),
            timer_of(0, execution(0, 0), 0),
            timer_of(0, execution(0, 256), 0),
            timer_of(0, execution(1, 1), 7),
            timer_of(0, execution(1, 1), 256),
            timer_of(i64::MAX, execution(u32::MAX, u64::MAX), u64::MAX),
        ];
        assert!(sorted.is_sorted());
        assert!(sorted.map(|t| timer_key(&t)).is_sorted());
        for original in sorted {
            assert_eq!(timer(&timer_key(&original)), original);
            assert_eq!(record_id(&record_key(original.execution)), original.execution);
        }
        assert_eq!(frame_id(&frame_key(3, FrameId(0x0102_0304))), FrameId(0x0102_0304));
        assert_eq!(history_first(&history_key(3, 0x0102_0304_0506_0708)), 0x0102_0304_0506_0708);
    }
}

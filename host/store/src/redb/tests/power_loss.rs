//! Power goes at random moments, with any part of what was not synced on the disk.

use super::disk::Disk;
use super::open_on;
use crate::batch::{Batch, ExecutionChange};
use crate::ids::{ExecutionId, FrameId, MachineId};

const ROUNDS: u64 = 150;
const MACHINE: MachineId = MachineId(1);

#[tokio::test]
async fn nothing_acknowledged_is_lost() {
    for seed in 0..ROUNDS {
        let random = &mut fastrand::Rng::with_seed(seed);
        let mut disk = Disk::default();
        let mut acknowledged = 0;
        for _ in 0..3 {
            let store = open_on(disk.clone()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            for sequence in 1..=acknowledged {
                let id = ExecutionId::new(MACHINE, sequence);
                let wanted = vec![sequence as u8; sequence as usize * 37 % 5_000];
                assert_eq!(store.record(id).await.unwrap().as_ref(), Some(&wanted), "seed {seed}");
                assert_eq!(
                    store.frames(id, usize::MAX).await.unwrap(),
                    [(FrameId(0), wanted)],
                    "seed {seed}"
                );
            }
            let mut commits = Vec::new();
            for sequence in acknowledged + 1..=acknowledged + random.u64(1..30) {
                let bytes = vec![sequence as u8; sequence as usize * 37 % 5_000];
                let change = ExecutionChange {
                    record: Some(bytes.clone()),
                    put_frames: vec![(FrameId(0), bytes)],
                    ..ExecutionChange::new(ExecutionId::new(MACHINE, sequence))
                };
                commits.push(store.commit(Batch::execution(change)));
                if random.bool() {
                    // Durable; those behind it may be caught in the middle of their group.
                    for commit in commits.drain(..) {
                        commit.await.unwrap();
                    }
                    acknowledged = sequence;
                }
            }
            // Taken while the writer is at work on whatever is left, as the plug is pulled.
            let remains = disk.after_power_loss(random);
            drop(store);
            disk = remains;
        }
    }
}

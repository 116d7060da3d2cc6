//! The numbers and names of a Map Run's children, made of the run and the child's index alone: a restarted host finds
//! from the index whether a child exists, and from a name which child it is, without an index of names.

use dirigent_store::{ExecutionId, MachineId};
use uuid::{Builder, Uuid, Variant};

/// Sequences of children have this bit, which those that the store gives out never reach.
const CHILD: u64 = 1 << 63;

/// Most children of a run.
pub(in crate::driver) const MAX_CHILDREN: u64 = u32::MAX as u64;

/// The child `index` of a run.
pub(in crate::driver) fn child(run: MachineId, index: u32) -> ExecutionId {
    ExecutionId::new(run, CHILD | (u64::from(run.0 & (u32::MAX >> 1)) << 32) | u64::from(index))
}

/// Whether an execution is a Map Run's child.
pub(in crate::driver) fn is_child(id: ExecutionId) -> bool {
    id.sequence & CHILD != 0
}

/// Its index among its run's children.
pub(in crate::driver) fn index(id: ExecutionId) -> u32 {
    (id.sequence & u64::from(u32::MAX)) as u32
}

/// A child's name: a UUID of version 8, which holds run and index. Within a run the names grow with the index.
pub(in crate::driver) fn name(id: ExecutionId) -> String {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&id.machine.0.to_be_bytes());
    // Version and variant take some bits of bytes 6 and 8, which stay out of it.
    let index = index(id).to_be_bytes();
    bytes[4..6].copy_from_slice(&index[..2]);
    bytes[10..12].copy_from_slice(&index[2..]);
    bytes[12..].copy_from_slice(&check(id.machine, index).to_be_bytes());
    Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// The child of that name.
pub(in crate::driver) fn named(name: &str) -> Option<ExecutionId> {
    let uuid = Uuid::try_parse(name).ok().filter(|uuid| uuid.get_version_num() == 8)?;
    let bytes = uuid.as_bytes();
    let machine = MachineId(u32::from_be_bytes(bytes[..4].try_into().ok()?));
    let index = [bytes[4], bytes[5], bytes[10], bytes[11]];
    let sound = uuid.get_variant() == Variant::RFC4122 && bytes[12..] == check(machine, index).to_be_bytes();
    sound.then(|| child(machine, u32::from_be_bytes(index)))
}

/// FNV-1a: a name that was made up is no child's, rather than some child's.
fn check(machine: MachineId, index: [u8; 4]) -> u32 {
    let bytes = machine.0.to_be_bytes().into_iter().chain(index);
    bytes.fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_children() {
        for (run, at) in [(1, 0), (7, 65_536), (u32::MAX >> 1, u32::MAX)] {
            let id = child(MachineId(run), at);
            assert!(is_child(id));
            assert_eq!(index(id), at);
            assert_eq!(named(&name(id)), Some(id), "{run} {at}");
        }
        assert!(!is_child(ExecutionId::new(MachineId(1), 1 << 40)));
        for wrong in ["", "x", "00000001-0000-8000-8000-000000000000", "00000001-0000-4000-8000-00001234abcd"]
        {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_of_a_run_sort_by_index() {
        let names: Vec<String> =
            [0, 1, 2, 300, 65_535, 65_536, 1 << 30].map(|at| name(child(MachineId(3), at))).into();
        assert!(names.is_sorted());
    }
}

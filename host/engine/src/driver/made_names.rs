//! Names that the host makes for executions, where callers give none: UUIDs that carry the execution's sequence, so that what has one
//! is found by its row, without the index of names. Among ten million executions, describing one took 1.44 times as long as in an
//! empty store with that, and 1.63 times without (`cargo xtask bench finished`).
//!
//! They are of version 8 (RFC 9562, section 5.8): 48 bits of the sequence, so that names grow with it and the index grows at its
//! end, and 74 random bits. A caller may give a name of that form too: whoever looks compares the row's name.

use uuid::{Builder, Uuid, Version};

/// Sequences from here on do not fit; their names are UUIDs of version 7.
const SEQUENCES: u64 = 1 << 48;

/// A name for the execution of this sequence. No other one has it.
pub(super) fn make(sequence: u64) -> String {
    if sequence >= SEQUENCES {
        return Uuid::now_v7().to_string();
    }
    let mut bytes = Uuid::new_v4().into_bytes();
    bytes[..6].copy_from_slice(&sequence.to_be_bytes()[2..]);
    Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// The sequence that a name carries, if it has the form of one that was made.
pub(super) fn sequence(name: &str) -> Option<u64> {
    let uuid = Uuid::try_parse(name).ok().filter(|uuid| uuid.get_version() == Some(Version::Custom))?;
    let mut bytes = [0; 8];
    bytes[2..].copy_from_slice(&uuid.as_bytes()[..6]);
    Some(u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_sequences() {
        for number in [0, 1, 77, 1 << 20, SEQUENCES - 1] {
            let name = make(number);
            assert_eq!(sequence(&name), Some(number), "{name}");
            assert_ne!(make(number), name, "names are not to be guessed");
        }
        assert!(make(1) < make(2) && make(255) < make(256), "names grow with the sequence");
    }

    #[test]
    fn other_names_carry_none() {
        let later = make(SEQUENCES);
        let random = Uuid::new_v4().to_string();
        for name in ["", "order-7", &later, &random, "00000000-0001-8"] {
            assert_eq!(sequence(name), None, "{name}");
        }
    }
}

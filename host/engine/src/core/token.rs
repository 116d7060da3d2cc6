//! Task tokens: what a caller from outside names a waiting task by.
//!
//! A token says where its task is (execution, frame, which of the frame's waits), so it is found without a search. What
//! makes it a secret is its nonce, which the frame holds too: who knows the rest has nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dirigent_store::{ExecutionId, FrameId, MachineId};
use serde::{Deserialize, Serialize};

/// First byte of a token; another form gets another one.
const VERSION: u8 = 1;

/// Version, machine, sequence, frame, generation, nonce.
const BYTES: usize = 1 + 4 + 8 + 4 + 4 + 16;

/// A task token, taken apart.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct TaskToken {
    /// The execution.
    pub execution: ExecutionId,
    /// The frame that waits.
    pub frame: FrameId,
    /// Which of the frame's waits.
    pub generation: u32,
    /// 128 bits that nobody can guess.
    pub nonce: u128,
}

impl TaskToken {
    /// The text that workers are given.
    #[must_use]
    pub fn to_text(self) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(VERSION);
        bytes.extend(self.execution.machine.0.to_be_bytes());
        bytes.extend(self.execution.sequence.to_be_bytes());
        bytes.extend(self.frame.0.to_be_bytes());
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.nonce.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a text that somebody says is a token; `None` when it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<TaskToken> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (&[VERSION], rest) = bytes.split_first_chunk::<1>()? else { return None };
        let (machine, rest) = rest.split_first_chunk()?;
        let (sequence, rest) = rest.split_first_chunk()?;
        let (frame, rest) = rest.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let nonce: [u8; 16] = rest.try_into().ok()?;
        Some(TaskToken {
            execution: ExecutionId::new(
                MachineId(u32::from_be_bytes(*machine)),
                u64::from_be_bytes(*sequence),
            ),
            frame: FrameId(u32::from_be_bytes(*frame)),
            generation: u32::from_be_bytes(*generation),
            nonce: u128::from_be_bytes(nonce),
        })
    }
}

/// How a token stands to an execution.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenStatus {
    /// Its task waits.
    Open,
    /// Its task has ended, or there was none: the frame waits for something else, or is gone.
    Closed,
    /// The frame waits, and for another nonce: nobody was given this token.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_the_way_through_a_client() {
        for (machine, sequence, frame, generation, nonce) in
            [(0, 0, 0, 0, 0), (1, 2, 3, 4, 5), (u32::MAX, u64::MAX, u32::MAX, u32::MAX, u128::MAX)]
        {
            let execution = ExecutionId::new(MachineId(machine), sequence);
            let token = TaskToken { execution, frame: FrameId(frame), generation, nonce };
            assert_eq!(TaskToken::parse(&token.to_text()), Some(token));
        }
    }

    #[test]
    fn what_is_no_token() {
        let token = TaskToken {
            execution: ExecutionId::new(MachineId(1), 2),
            frame: FrameId(3),
            generation: 4,
            nonce: 5,
        };
        let text = token.to_text();
        let newer = URL_SAFE_NO_PAD.encode([9; BYTES]);
        for wrong in ["", "NoSuchTaskToken", &text[1..], &format!("{text}AAAA"), &newer, "ünïcode"] {
            assert_eq!(TaskToken::parse(wrong), None, "{wrong}");
        }
    }
}

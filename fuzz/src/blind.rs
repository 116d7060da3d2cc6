//! Inputs made from the corpus and the dictionary by chance alone, for a machine without a C++ compiler.
//!
//! Takes libFuzzer's arguments that `cargo xtask fuzz` gives: folders and files of inputs, `-dict`, `-max_total_time`
//! and `-artifact_prefix`.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, panic, process};

/// Longest input.
const MAX_LENGTH: usize = 4096;
/// Most changes of an input.
const MAX_CHANGES: u64 = 8;

/// Runs a target until its time is over, or an input makes it panic.
pub fn run(target: fn(&[u8])) {
    let option =
        |name: &str| std::env::args().find_map(|argument| Some(argument.strip_prefix(name)?.to_owned()));
    let paths: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let inputs: Vec<Vec<u8>> = paths.iter().flat_map(|path| read(Path::new(path))).collect();
    let pieces = option("-dict=").map_or_else(Vec::new, |path| dictionary(&path));
    let prefix = option("-artifact_prefix=").unwrap_or_default();
    let attempt = |input: &[u8]| {
        if panic::catch_unwind(|| target(input)).is_err() {
            let path = format!("{prefix}crash-{:x}", RandomState::new().hash_one(input));
            eprintln!("the input is written to {path}: {:?}", fs::write(&path, input));
            process::exit(77);
        }
    };
    inputs.iter().for_each(|input| attempt(input));
    let Some(seconds) = option("-max_total_time=").and_then(|seconds| seconds.parse().ok()) else { return };
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut chance = RandomState::new().build_hasher().finish();
    let mut runs = 0_u64;
    while Instant::now() < end {
        attempt(&make(&inputs, &pieces, &mut chance));
        runs += 1;
    }
    eprintln!("Done {runs} runs, without coverage");
}

/// The inputs in a folder, or one in a file.
fn read(path: &Path) -> Vec<Vec<u8>> {
    match fs::read_dir(path) {
        Ok(folder) => folder.flatten().filter_map(|entry| fs::read(entry.path()).ok()).collect(),
        Err(_) => fs::read(path).into_iter().collect(),
    }
}

/// The strings between quotes, one a line, with `\\`, `\"` and `\xAB` for a byte.
fn dictionary(path: &str) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let quoted = text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted.map(unescaped).collect()
}

fn unescaped(quoted: &str) -> Vec<u8> {
    let mut parts = quoted.split('\\');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    while let Some(part) = parts.next() {
        match part
            .strip_prefix('x')
            .and_then(|rest| Some((u8::from_str_radix(rest.get(..2)?, 16).ok()?, &rest[2..])))
        {
            Some((byte, rest)) => {
                bytes.push(byte);
                bytes.extend(rest.as_bytes());
            }
            // Two backslashes: nothing lies between them.
            None if part.is_empty() => {
                bytes.push(b'\\');
                bytes.extend(parts.next().unwrap_or_default().as_bytes());
            }
            None => bytes.extend(part.as_bytes()),
        }
    }
    bytes
}

fn make(inputs: &[Vec<u8>], pieces: &[Vec<u8>], chance: &mut u64) -> Vec<u8> {
    let mut below = |limit: usize| {
        // xorshift64
        *chance ^= *chance << 13;
        *chance ^= *chance >> 7;
        *chance ^= *chance << 17;
        (*chance % limit.max(1) as u64) as usize
    };
    let mut input = inputs.get(below(inputs.len())).cloned().unwrap_or_default();
    for _ in 0..=below(MAX_CHANGES as usize) {
        let at = below(input.len() + 1);
        let end = (at + below(16)).min(input.len());
        match below(5) {
            0 => drop(input.drain(at..end)),
            1 => drop(input.splice(at..at, pieces.get(below(pieces.len())).cloned().unwrap_or_default())),
            2 => drop(input.splice(at..end, pieces.get(below(pieces.len())).cloned().unwrap_or_default())),
            3 => input.insert(at, below(256) as u8),
            _ => {
                let other = inputs.get(below(inputs.len())).map_or(&[][..], Vec::as_slice);
                let from = below(other.len() + 1);
                let to = (from + below(64)).min(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
    input.truncate(MAX_LENGTH);
    input
}

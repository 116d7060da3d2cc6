//! gzip and zstd, a bounded step at a time: however well something is compressed, a step gives out few bytes.

use std::io::Write as _;

use bytes::{Buf as _, Bytes};
use flate2::write::MultiGzDecoder;
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation as _, OutBuffer};

use crate::limits::ZSTD_WINDOW_LOG;

/// Bytes that a step gives out when there is enough to give.
const STEP_BYTES: usize = 256 * 1024;

/// A compression that the end of a key tells. AWS: `.gz`, `.zstd`; `.zst` is what the zstd program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Gzip,
    Zstd,
}

impl Codec {
    pub(super) fn of(key: &str) -> Option<Codec> {
        let (_, extension) = key.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "gz" | "gzip" => Some(Codec::Gzip),
            "zst" | "zstd" => Some(Codec::Zstd),
            _ => None,
        }
    }
}

pub(super) enum Decompressor {
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Zstd {
        decoder: Option<Decoder<'static>>,
        /// A frame has begun and not ended.
        open: bool,
    },
}

impl std::fmt::Debug for Decompressor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Decompressor::Gzip(_) => "Gzip",
            Decompressor::Zstd { .. } => "Zstd",
        })
    }
}

impl Decompressor {
    pub(super) fn new(codec: Codec) -> Decompressor {
        match codec {
            Codec::Gzip => Decompressor::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            Codec::Zstd => Decompressor::Zstd { decoder: None, open: false },
        }
    }

    /// Takes bytes from `input` until there is a step's worth of plain bytes, or nothing left to take.
    pub(super) fn step(&mut self, input: &mut Bytes) -> Result<Bytes, String> {
        match self {
            Decompressor::Gzip(decoder) => {
                while !input.is_empty() && decoder.get_ref().len() < STEP_BYTES {
                    // `write` takes what fills its own small buffer, and no more.
                    let taken = decoder
                        .write(input)
                        .map_err(|error| format!("it is not gzip, or it is damaged: {error}"))?;
                    if taken == 0 {
                        return Err("it is not gzip: there is something behind its end".into());
                    }
                    input.advance(taken);
                }
                Ok(std::mem::take(decoder.get_mut()).into())
            }
            Decompressor::Zstd { decoder, open } => {
                let failed = |error: std::io::Error| {
                    format!(
                        "it is not zstd, or it is damaged, or its window is larger than 2^{ZSTD_WINDOW_LOG} bytes: {error}"
                    )
                };
                if decoder.is_none() {
                    let mut fresh = Decoder::new().map_err(failed)?;
                    fresh.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG)).map_err(failed)?;
                    *decoder = Some(fresh);
                }
                let Some(decoder) = decoder else { return Ok(Bytes::new()) };
                let mut plain = vec![0; STEP_BYTES];
                let mut output = OutBuffer::around(plain.as_mut_slice());
                let mut taken = InBuffer::around(input);
                let hint = decoder.run(&mut taken, &mut output).map_err(failed)?;
                let (read, written) = (taken.pos(), output.pos());
                *open = hint != 0;
                input.advance(read);
                plain.truncate(written);
                Ok(plain.into())
            }
        }
    }

    /// The last bytes when the input has ended; nothing when there are no more.
    pub(super) fn finish(&mut self) -> Result<Option<Bytes>, String> {
        let last = match self {
            Decompressor::Gzip(decoder) => {
                decoder.try_finish().map_err(|error| format!("it is not gzip, or it is cut off: {error}"))?;
                Bytes::from(std::mem::take(decoder.get_mut()))
            }
            Decompressor::Zstd { open: false, .. } => Bytes::new(),
            Decompressor::Zstd { .. } => {
                // What is left in the decoder comes out without input.
                let rest = self.step(&mut Bytes::new())?;
                if rest.is_empty() && matches!(self, Decompressor::Zstd { open: true, .. }) {
                    return Err("it is zstd that is cut off".into());
                }
                rest
            }
        };
        Ok((!last.is_empty()).then_some(last))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn plain(codec: Codec, packed: &[u8], piece: usize) -> Result<Vec<u8>, String> {
        let mut decompressor = Decompressor::new(codec);
        let mut found = Vec::new();
        for piece in packed.chunks(piece) {
            let mut piece = Bytes::copy_from_slice(piece);
            while !piece.is_empty() {
                let step = decompressor.step(&mut piece)?;
                assert!(step.len() < STEP_BYTES + 64 * 1024, "a step of {} bytes", step.len());
                found.extend(step);
            }
        }
        while let Some(last) = decompressor.finish()? {
            found.extend(last);
        }
        Ok(found)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(text, 3).unwrap()
    }

    #[test]
    fn what_was_compressed_comes_back_in_small_steps() {
        let (small, zeros) = (b"hello".to_vec(), vec![0_u8; 4 << 20]);
        let mixed: Vec<u8> =
            (0..400_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 20).to_le_bytes()).collect();
        for text in [&b""[..], &small, &zeros, &mixed] {
            for piece in [7, 64 * 1024, usize::MAX] {
                if piece == 7 && text.len() > 1 << 21 && text[0] != 0 {
                    continue;
                }
                assert!(plain(Codec::Gzip, &gzip(text), piece).unwrap() == text);
                assert!(plain(Codec::Zstd, &zstd(text), piece).unwrap() == text);
            }
        }
    }

    #[test]
    fn several_members_are_one_text() {
        assert_eq!(plain(Codec::Gzip, &[gzip(b"ab"), gzip(b"cd")].concat(), 5).unwrap(), b"abcd");
        assert_eq!(plain(Codec::Zstd, &[zstd(b"ab"), zstd(b"cd")].concat(), 5).unwrap(), b"abcd");
    }

    #[test]
    fn what_is_cut_or_something_else_is_an_error() {
        let text = vec![b'x'; 100_000];
        for (codec, packed) in [(Codec::Gzip, gzip(&text)), (Codec::Zstd, zstd(&text))] {
            for cut in 1..packed.len() {
                assert!(plain(codec, &packed[..cut], 1000).is_err(), "{codec:?} cut at {cut}");
            }
            assert!(plain(codec, b"something else entirely", 1000).is_err(), "{codec:?}");
        }
    }

    #[test]
    fn keys_tell() {
        let cases = [
            ("a.csv", None),
            ("a.csv.gz", Some(Codec::Gzip)),
            ("a.JSONL.GZ", Some(Codec::Gzip)),
            ("a.zstd", Some(Codec::Zstd)),
            ("a.zst", Some(Codec::Zstd)),
            ("gz", None),
        ];
        for (key, codec) in cases {
            assert_eq!(Codec::of(key), codec, "{key}");
        }
    }
}

//! Messages between host and worker: a length of four bytes, little-endian, and so many bytes of JSON text.

use std::io::{self, Read, Write};

/// Longest message, in bytes. A request holds what an expression reads: some payloads of 256 KiB.
const MAX_MESSAGE: usize = 16 << 20;

pub(crate) fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    let length = u32::try_from(text.len()).ok().filter(|length| *length as usize <= MAX_MESSAGE);
    let length =
        length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the message is too long"))?;
    let mut message = Vec::with_capacity(text.len() + 4);
    message.extend_from_slice(&length.to_le_bytes());
    message.extend_from_slice(text.as_bytes());
    to.write_all(&message)?;
    to.flush()
}

/// The next message, or an error of the kind `UnexpectedEof` where there is none.
pub(crate) fn read(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_MESSAGE {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the message is too long"));
    }
    let mut text = vec![0; length];
    from.read_exact(&mut text)?;
    Ok(text)
}

// SHA-256 and SHA-1 (FIPS 180-4) and MD5 (RFC 1321), on whole messages.

function rotate(value, bits) {
  return (value << bits) | (value >>> (32 - bits));
}

/** The message with a one bit, zeros, and its length in bits, in blocks of 64 bytes. */
function padded(message, littleEndian) {
  const bytes = new Uint8Array((message.length + 72) & ~63);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  const [high, low] = [Math.floor(message.length / 2 ** 29), (message.length << 3) >>> 0];
  view.setUint32(bytes.length - 8, littleEndian ? low : high, littleEndian);
  view.setUint32(bytes.length - 4, littleEndian ? high : low, littleEndian);
  return view;
}

/** Runs `step` over all blocks, and answers with the state's bytes. */
function digest(message, state, littleEndian, step) {
  const view = padded(message, littleEndian);
  const words = new Int32Array(80);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let index = 0; index < 16; index++) words[index] = view.getInt32(block + index * 4, littleEndian);
    const after = step(words, state);
    for (let index = 0; index < state.length; index++) state[index] = (state[index] + after[index]) | 0;
  }
  const out = new DataView(new ArrayBuffer(state.length * 4));
  state.forEach((word, index) => out.setInt32(index * 4, word, littleEndian));
  return new Uint8Array(out.buffer);
}

function primes(count) {
  const found = [];
  for (let number = 2; found.length < count; number++) if (found.every((prime) => number % prime !== 0)) found.push(number);
  return found;
}

/** The first 32 bits of a number's fraction. */
function fraction(number) {
  return ((number - Math.floor(number)) * 2 ** 32) | 0;
}

const SHA256_KEYS = primes(64).map((prime) => fraction(Math.cbrt(prime)));
const SHA256_START = primes(8).map((prime) => fraction(Math.sqrt(prime)));

function sha256(message) {
  return digest(message, [...SHA256_START], false, (words, state) => {
    for (let index = 16; index < 64; index++) {
      const [early, late] = [words[index - 15], words[index - 2]];
      const s0 = rotate(early, 25) ^ rotate(early, 14) ^ (early >>> 3);
      const s1 = rotate(late, 15) ^ rotate(late, 13) ^ (late >>> 10);
      words[index] = (words[index - 16] + s0 + words[index - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let index = 0; index < 64; index++) {
      const s1 = rotate(e, 26) ^ rotate(e, 21) ^ rotate(e, 7);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + SHA256_KEYS[index] + words[index]) | 0;
      const s0 = rotate(a, 30) ^ rotate(a, 19) ^ rotate(a, 10);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    return [a, b, c, d, e, f, g, h];
  });
}

const SHA1_START = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
const SHA1_KEYS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc | 0, 0xca62c1d6 | 0];

function sha1(message) {
  return digest(message, [...SHA1_START], false, (words, state) => {
    for (let index = 16; index < 80; index++) {
      words[index] = rotate(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1);
    }
    let [a, b, c, d, e] = state;
    for (let index = 0; index < 80; index++) {
      const part = Math.floor(index / 20);
      const mix = part === 0 ? (b & c) | (~b & d) : part === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
      const next = (rotate(a, 5) + mix + e + SHA1_KEYS[part] + words[index]) | 0;
      [e, d, c, b, a] = [d, c, rotate(b, 30), a, next];
    }
    return [a, b, c, d, e];
  });
}

const MD5_KEYS = Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32) | 0);
const MD5_TURNS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];

function md5(message) {
  return digest(message, SHA1_START.slice(0, 4), true, (words, state) => {
    let [a, b, c, d] = state;
    for (let index = 0; index < 64; index++) {
      const round = Math.floor(index / 16);
      const mix = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
      const word = words[[index, 5 * index + 1, 3 * index + 5, 7 * index][round] % 16];
      const turned = rotate((a + mix + MD5_KEYS[index] + word) | 0, MD5_TURNS[round][index % 4]);
      [a, d, c, b] = [d, c, b, (b + turned) | 0];
    }
    return [a, b, c, d];
  });
}

export const HASHES = { sha256, sha1, md5 };

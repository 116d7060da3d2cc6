// Randomness from the host: the engine's own generator was seeded when the plugin was built, so every instance would draw
// the same numbers.

import random from "wasi:random/random@0.2.12";

/** Bytes that the Web Crypto API gives at once. */
const BYTES = 65_536;

export function randomBytes(count) {
  return new Uint8Array(random.getRandomBytes(count));
}

/** A number in [0, 1) with 53 random bits, as `Math.random` has it. */
export function randomNumber() {
  const bytes = randomBytes(7);
  let bits = bytes[0] & 0x1f;
  for (let index = 1; index < 7; index++) bits = bits * 256 + bytes[index];
  return bits / 2 ** 53;
}

export function getRandomValues(array) {
  if (array.byteLength > BYTES) throw new RangeError(`more than ${BYTES} random bytes at once`);
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(randomBytes(array.byteLength));
  return array;
}

/** A UUID of version 4 (RFC 9562). */
export function randomUUID() {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

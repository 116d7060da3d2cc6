// `crypto`: randomness, and the hashes that handlers name things with. What else there is in Node.js (ciphers, keys,
// signatures) is not here, and a call of it is a TypeError.

import { getRandomValues, randomBytes as random, randomUUID } from "../globals/random.js";
import { Buffer } from "./buffer.js";
import { HASHES } from "./hashes.js";

export { getRandomValues, randomUUID };

export function randomBytes(size) {
  return Buffer.from(random(size));
}

/** A number from `min` up to and without `max`, without bias. */
export function randomInt(min, max) {
  const [low, high] = max === undefined ? [0, min] : [min, max];
  const range = high - low;
  if (!(range > 0 && range <= 2 ** 48)) throw new RangeError("randomInt takes a range of 1 to 2^48 numbers");
  const limit = 2 ** 48 - (2 ** 48 % range);
  for (;;) {
    const value = random(6).reduce((sum, byte) => sum * 256 + byte, 0);
    if (value < limit) return low + (value % range);
  }
}

function bytesOf(data, encoding) {
  return typeof data === "string" ? Buffer.from(data, encoding) : new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
}

function hashOf(algorithm) {
  const hash = HASHES[String(algorithm).toLowerCase().replace("-", "")];
  if (hash === undefined) throw new Error(`Digest method not supported: ${algorithm} (there are: ${Object.keys(HASHES).join(", ")})`);
  return hash;
}

/** Collects data, and hashes it as a whole. */
class Digest {
  #pieces = [];
  #finish;

  constructor(finish) {
    this.#finish = finish;
  }

  update(data, encoding) {
    if (this.#pieces === undefined) throw new Error("Digest already called");
    this.#pieces.push(Buffer.from(bytesOf(data, encoding)));
    return this;
  }

  digest(encoding) {
    if (this.#pieces === undefined) throw new Error("Digest already called");
    const made = Buffer.from(this.#finish(Buffer.concat(this.#pieces)));
    this.#pieces = undefined;
    return encoding === undefined || encoding === "buffer" ? made : made.toString(encoding);
  }
}

export function createHash(algorithm) {
  return new Digest(hashOf(algorithm));
}

export function hash(algorithm, data, encoding = "hex") {
  return createHash(algorithm).update(data).digest(encoding);
}

/** HMAC (RFC 2104), with blocks of 64 bytes, which all of these hashes have. */
export function createHmac(algorithm, key) {
  const hash = hashOf(algorithm);
  const given = bytesOf(key);
  const block = Buffer.alloc(64);
  block.set(given.length > 64 ? hash(given) : given);
  const pad = (byte) => block.map((value) => value ^ byte);
  return new Digest((data) => hash(Buffer.concat([pad(0x5c), hash(Buffer.concat([pad(0x36), data]))])));
}

export function timingSafeEqual(a, b) {
  if (a.byteLength !== b.byteLength) throw new RangeError("Input buffers must have the same byte length");
  return a.reduce((difference, byte, index) => difference | (byte ^ b[index]), 0) === 0;
}

export const webcrypto = globalThis.crypto;
export default {
  createHash,
  createHmac,
  getRandomValues,
  hash,
  randomBytes,
  randomInt,
  randomUUID,
  timingSafeEqual,
  webcrypto,
};

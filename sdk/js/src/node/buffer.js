// `Buffer`: bytes with the methods of Node.js that handlers use, over Uint8Array.

import { decode, encode, nameOf } from "./encodings.js";

export class Buffer extends Uint8Array {
  static from(value, encodingOrOffset, length) {
    if (typeof value === "string") return copy(encode(value, encodingOrOffset));
    if (value instanceof ArrayBuffer) return new Buffer(value, encodingOrOffset, length);
    if (ArrayBuffer.isView(value) || Array.isArray(value)) return copy(value);
    if (value?.type === "Buffer" && Array.isArray(value.data)) return copy(value.data);
    if (typeof value?.length === "number") return copy(Array.from(value));
    throw Object.assign(new TypeError("Buffer.from takes text, bytes, or an array of bytes"), { code: "ERR_INVALID_ARG_TYPE" });
  }

  static of(...bytes) {
    return copy(bytes);
  }

  static alloc(size, fill = 0, encoding = "utf8") {
    const made = new Buffer(size);
    return fill === 0 ? made : made.fill(fill, encoding);
  }

  static allocUnsafe(size) {
    return new Buffer(size);
  }

  static isBuffer(value) {
    return value instanceof Buffer;
  }

  static isEncoding(encoding) {
    return typeof encoding === "string" && nameOf(encoding) !== undefined;
  }

  static byteLength(value, encoding) {
    return typeof value === "string" ? encode(value, encoding).length : value.byteLength;
  }

  static concat(list, size = list.reduce((sum, bytes) => sum + bytes.length, 0)) {
    const made = new Buffer(size);
    let at = 0;
    for (const bytes of list) {
      const piece = bytes.subarray(0, Math.max(0, size - at));
      made.set(piece, at);
      at += piece.length;
    }
    return made;
  }

  static compare(a, b) {
    const shared = Math.min(a.length, b.length);
    for (let at = 0; at < shared; at++) if (a[at] !== b[at]) return a[at] < b[at] ? -1 : 1;
    return Math.sign(a.length - b.length);
  }

  toString(encoding = "utf8", start = 0, end = this.length) {
    return decode(this.subarray(start, end), encoding);
  }

  toJSON() {
    return { type: "Buffer", data: Array.from(this) };
  }

  equals(other) {
    return Buffer.compare(this, other) === 0;
  }

  compare(other) {
    return Buffer.compare(this, other);
  }

  /** A view of the same memory, unlike Uint8Array's. */
  slice(start, end) {
    return this.subarray(start, end);
  }

  copy(target, targetStart = 0, start = 0, end = this.length) {
    const piece = this.subarray(start, Math.min(end, start + target.length - targetStart));
    target.set(piece, targetStart);
    return piece.length;
  }

  write(text, offset = 0, length = this.length - offset, encoding = "utf8") {
    if (typeof offset === "string") return this.write(text, 0, this.length, offset);
    if (typeof length === "string") return this.write(text, offset, this.length - offset, length);
    const bytes = encode(text, encoding).subarray(0, Math.min(length, this.length - offset));
    this.set(bytes, offset);
    return bytes.length;
  }

  fill(value, startOrEncoding = 0, end = this.length) {
    if (typeof value !== "string") return super.fill(value, startOrEncoding, end);
    const [start, encoding] = typeof startOrEncoding === "string" ? [0, startOrEncoding] : [startOrEncoding, "utf8"];
    const bytes = encode(value, encoding);
    for (let at = start; at < end; at++) this[at] = bytes.length === 0 ? 0 : bytes[(at - start) % bytes.length];
    return this;
  }

  indexOf(value, from = 0, encoding = "utf8") {
    if (typeof value === "number") return super.indexOf(value & 0xff, from);
    const bytes = typeof value === "string" ? encode(value, encoding) : value;
    for (let at = from < 0 ? Math.max(0, this.length + from) : from; at + bytes.length <= this.length; at++) {
      if (bytes.every((byte, index) => this[at + index] === byte)) return at;
    }
    return -1;
  }

  includes(value, from, encoding) {
    return this.indexOf(value, from, encoding) >= 0;
  }
}

function copy(bytes) {
  const made = new Buffer(bytes.length);
  // A number beyond a byte is cut, as in Node.js.
  for (let at = 0; at < bytes.length; at++) made[at] = bytes[at];
  return made;
}

// readUInt16BE and its kin, over DataView: name, bytes, and the method of DataView.
const NUMBERS = [
  ["UInt8", 1, "Uint8"],
  ["Int8", 1, "Int8"],
  ["UInt16", 2, "Uint16"],
  ["Int16", 2, "Int16"],
  ["UInt32", 4, "Uint32"],
  ["Int32", 4, "Int32"],
  ["BigUInt64", 8, "BigUint64"],
  ["BigInt64", 8, "BigInt64"],
  ["Float", 4, "Float32"],
  ["Double", 8, "Float64"],
];
for (const [name, size, method] of NUMBERS) {
  for (const order of size === 1 ? [""] : ["BE", "LE"]) {
    const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const little = order === "LE";
    define(`read${name}${order}`, function (offset = 0) {
      return view(this)[`get${method}`](offset, little);
    });
    define(`write${name}${order}`, function (value, offset = 0) {
      view(this)[`set${method}`](offset, value, little);
      return offset + size;
    });
  }
}

function define(name, value) {
  const names = [name, name.replace("UInt", "Uint")];
  for (const each of names) Object.defineProperty(Buffer.prototype, each, { value, writable: true, configurable: true });
}

export const { atob, btoa } = globalThis;
export default { Buffer, atob, btoa };

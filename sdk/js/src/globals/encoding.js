// TextEncoder and TextDecoder, for UTF-8, UTF-16LE and Latin-1.

/** Characters that are handed to String.fromCharCode at once. */
const PIECE = 8192;

export class TextEncoder {
  get encoding() {
    return "utf-8";
  }

  encode(text = "") {
    const source = String(text).toWellFormed();
    const fast = natively(source);
    if (fast !== undefined) return fast;
    // Three bytes at the most for each UTF-16 unit: a pair makes four.
    const bytes = new Uint8Array(source.length * 3);
    return bytes.slice(0, write(source, bytes).written);
  }

  encodeInto(text, bytes) {
    return write(String(text), bytes);
  }
}

/**
 * Encoded by functions of the engine's own, where it has them all: a loop over the characters costs an interpreter a
 * thousand instructions for each.
 */
function natively(text) {
  if (typeof Uint8Array.fromBase64 !== "function") return undefined;
  return Uint8Array.fromBase64(btoa(/^[\0-\x7f]*$/.test(text) ? text : unescape(encodeURIComponent(text))));
}

function write(text, bytes) {
  let written = 0;
  let read = 0;
  while (read < text.length) {
    let code = text.charCodeAt(read);
    if (code < 0x80) {
      if (written >= bytes.length) break;
      bytes[written++] = code;
      read++;
      continue;
    }
    let units = 1;
    if (code >= 0xd800 && code < 0xe000) {
      const low = code < 0xdc00 ? text.charCodeAt(read + 1) : NaN;
      const pair = low >= 0xdc00 && low < 0xe000;
      code = pair ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
      if (pair) units = 2;
    }
    const size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (written + size > bytes.length) break;
    const first = [0, 0, 0xc0, 0xe0, 0xf0][size];
    for (let index = size - 1; index > 0; index--) {
      bytes[written + index] = 0x80 | (code & 0x3f);
      code >>= 6;
    }
    bytes[written] = first | code;
    written += size;
    read += units;
  }
  return { read, written };
}

const LABELS = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  "unicode-1-1-utf-8": "utf-8",
  "utf-16le": "utf-16le",
  "utf-16": "utf-16le",
  latin1: "windows-1252",
  ascii: "windows-1252",
  "us-ascii": "windows-1252",
  "iso-8859-1": "windows-1252",
  "windows-1252": "windows-1252",
};

/** The characters of windows-1252 at 0x80 to 0x9f. */
const WINDOWS =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

export class TextDecoder {
  #rest = new Uint8Array(0);
  #begun = false;

  constructor(label = "utf-8", options = {}) {
    const encoding = LABELS[String(label).trim().toLowerCase()];
    if (encoding === undefined) {
      throw new RangeError(`the encoding "${label}" is not there; utf-8, utf-16le and latin1 are`);
    }
    this.encoding = encoding;
    this.fatal = Boolean(options.fatal);
    this.ignoreBOM = Boolean(options.ignoreBOM);
  }

  decode(input = new Uint8Array(0), options = {}) {
    const fresh = ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input);
    let bytes = fresh;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + fresh.length);
      bytes.set(this.#rest);
      bytes.set(fresh, this.#rest.length);
    }
    const last = !options.stream;
    const decode = { "utf-8": utf8, "utf-16le": utf16, "windows-1252": latin }[this.encoding];
    const { text, used } = decode(bytes, last, this.fatal);
    this.#rest = bytes.slice(used);
    const bom = !this.ignoreBOM && !this.#begun && text.startsWith("\ufeff");
    this.#begun = !last && (this.#begun || text.length > 0);
    return bom ? text.slice(1) : text;
  }
}

/** Collects UTF-16 units into a string, piece by piece. */
class Units {
  text = "";
  units = [];
  push(unit) {
    if (this.units.push(unit) >= PIECE) this.flush();
  }
  flush() {
    this.text += String.fromCharCode.apply(null, this.units);
    this.units = [];
    return this.text;
  }
}

function bad(fatal, out) {
  if (fatal) throw new TypeError("the bytes are not valid in this encoding");
  out.push(0xfffd);
}

/** Decoded by functions of the engine's own; undefined if the bytes are not valid. */
function decodedNatively(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + PIECE));
  }
  if (/^[\0-\x7f]*$/.test(text)) return text;
  try {
    return decodeURIComponent(escape(text));
  } catch {
    return undefined;
  }
}

function utf8(bytes, last, fatal) {
  const whole = decodedNatively(bytes);
  if (whole !== undefined) return { text: whole, used: bytes.length };
  const out = new Units();
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte < 0x80) {
      out.push(byte);
      at++;
      continue;
    }
    const size = byte >= 0xc2 && byte < 0xe0 ? 2 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
    // The second byte's range keeps out overlong forms, surrogates and what lies beyond Unicode.
    const low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    const high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    let code = size === 2 ? byte & 0x1f : size === 3 ? byte & 0x0f : byte & 0x07;
    let good = 1;
    while (good < size) {
      const next = bytes[at + good];
      if (next === undefined || next < (good === 1 ? low : 0x80) || next > (good === 1 ? high : 0xbf)) break;
      code = (code << 6) | (next & 0x3f);
      good++;
    }
    if (size > 0 && good < size && at + good === bytes.length && !last) break;
    at += good;
    if (size === 0 || good < size) {
      bad(fatal, out);
    } else if (code < 0x10000) {
      out.push(code);
    } else {
      out.push(0xd800 + ((code - 0x10000) >> 10));
      out.push(0xdc00 + ((code - 0x10000) & 0x3ff));
    }
  }
  return { text: out.flush(), used: at };
}

function utf16(bytes, last, fatal) {
  const out = new Units();
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) out.push(bytes[at] | (bytes[at + 1] << 8));
  if (even < bytes.length && last) bad(fatal, out);
  return { text: out.flush().toWellFormed(), used: last ? bytes.length : even };
}

function latin(bytes) {
  const out = new Units();
  for (const byte of bytes) out.push(byte >= 0x80 && byte < 0xa0 ? WINDOWS.charCodeAt(byte - 0x80) : byte);
  return { text: out.flush(), used: bytes.length };
}

// Bytes as text and back, in the encodings that `Buffer` names.

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map([...BASE64].map((char, value) => [char, value]).concat([["-", 62], ["_", 63]]));

const NAMES = {
  utf8: "utf8",
  "utf-8": "utf8",
  hex: "hex",
  base64: "base64",
  base64url: "base64url",
  ascii: "ascii",
  latin1: "latin1",
  binary: "latin1",
  ucs2: "utf16le",
  "ucs-2": "utf16le",
  utf16le: "utf16le",
  "utf-16le": "utf16le",
};

/** The encoding's own name; undefined if there is none. */
export function nameOf(encoding = "utf8") {
  return NAMES[String(encoding).toLowerCase()];
}

function known(encoding) {
  const name = nameOf(encoding);
  if (name === undefined) throw Object.assign(new TypeError(`Unknown encoding: ${encoding}`), { code: "ERR_UNKNOWN_ENCODING" });
  return name;
}

export function decode(bytes, encoding) {
  switch (known(encoding)) {
    case "hex":
      return bytes.toHex?.() ?? Array.from(bytes, (byte) => HEX[byte]).join("");
    case "base64":
      return toBase64(bytes);
    case "base64url":
      return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    case "ascii":
      return Array.from(bytes, (byte) => String.fromCharCode(byte & 0x7f)).join("");
    case "latin1":
      return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    case "utf16le":
      return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(bytes.subarray(0, bytes.length & ~1));
    default:
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }
}

export function encode(text, encoding) {
  switch (known(encoding)) {
    case "hex":
      return fromHex(text);
    case "base64":
    case "base64url":
      return fromBase64(text);
    case "ascii":
    case "latin1":
      return Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at) & 0xff);
    case "utf16le": {
      const bytes = new Uint8Array(text.length * 2);
      for (let at = 0; at < text.length; at++) {
        bytes[at * 2] = text.charCodeAt(at) & 0xff;
        bytes[at * 2 + 1] = text.charCodeAt(at) >> 8;
      }
      return bytes;
    }
    default:
      return new TextEncoder().encode(text);
  }
}

function toBase64(bytes) {
  // The engine's own where it has one: a loop costs an interpreter some thousand instructions a byte.
  if (typeof bytes.toBase64 === "function") return bytes.toBase64();
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += BASE64[bits >> 18] + BASE64[(bits >> 12) & 63];
    text += at + 1 < bytes.length ? BASE64[(bits >> 6) & 63] : "=";
    text += at + 2 < bytes.length ? BASE64[bits & 63] : "=";
  }
  return text;
}

/** Both alphabets, up to the first `=`; other characters are passed over, as Node.js does. */
function fromBase64(text) {
  const bytes = [];
  let bits = 0;
  let count = 0;
  for (const char of text) {
    if (char === "=") break;
    const value = VALUES.get(char);
    if (value === undefined) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}

/** Up to the first pair that is none. */
function fromHex(text) {
  const digits = /^([0-9a-f]{2})*/i.exec(text)[0];
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

// One HTTP request and its answer over wasi:http, from the first byte to the last.

import types from "wasi:http/types@0.2.12";
import outgoing from "wasi:http/outgoing-handler@0.2.12";
import { Headers } from "./headers.js";
import { ask } from "./refusal.js";

/** Bytes that wasi:io takes in one `blocking-write-and-flush`. */
const WRITE = 4096;
/** Bytes that are asked for at once. */
const READ = 65_536;
/** Bytes of an answer that are kept: what is larger is an error, as the component's memory has a limit. */
const ANSWER = 64 * 1024 * 1024;
const METHODS = ["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"];
/** Headers that the host makes itself from the request. */
const OF_HOST = ["host", "content-length", "connection", "transfer-encoding", "keep-alive", "upgrade"];

/** Send a request and read its answer: `{ status, headers, bytes }`. Throws a TypeError, as fetch does. */
export function exchange(request, url) {
  const body = request._peek();
  const failed = (error) => {
    const message = `fetch failed: ${request.method} ${url.origin}${url.pathname}: ${describe(error)}`;
    return Object.assign(new TypeError(message), { code: error?.tag });
  };
  return ask(() => {
    const message = messageOf(request, url, body);
    const outgoingBody = message.body();
    const future = outgoing.handle(message, optionsOf(request.signal));
    send(outgoingBody, body);
    return receive(future, failed);
  }, failed);
}

function messageOf(request, url, body) {
  const encoder = new TextEncoder();
  const list = [...request.headers].filter(([name]) => !OF_HOST.includes(name));
  if (body !== undefined) list.push(["content-length", String(body.length)]);
  const message = new types.OutgoingRequest(types.Fields.fromList(list.map(([name, value]) => [name, encoder.encode(value)])));
  const method = request.method.toLowerCase();
  message.setMethod(METHODS.includes(method) ? { tag: method } : { tag: "other", val: request.method });
  message.setScheme({ tag: url.protocol === "https:" ? "HTTPS" : "HTTP" });
  message.setAuthority(url.host);
  message.setPathWithQuery(url.pathname + url.search);
  return message;
}

function optionsOf(signal) {
  if (signal?.milliseconds === undefined) return null;
  const options = new types.RequestOptions();
  const nanoseconds = signal.milliseconds * 1e6;
  options.setConnectTimeout(nanoseconds);
  options.setFirstByteTimeout(nanoseconds);
  options.setBetweenBytesTimeout(nanoseconds);
  return options;
}

function send(body, bytes) {
  if (bytes !== undefined && bytes.length > 0) {
    const stream = body.write();
    for (let at = 0; at < bytes.length; at += WRITE) stream.blockingWriteAndFlush(bytes.subarray(at, at + WRITE));
    stream[Symbol.dispose]();
  }
  types.OutgoingBody.finish(body, null);
}

function receive(future, failed) {
  let answer = future.get();
  if (answer === null || answer === undefined) {
    const pollable = future.subscribe();
    pollable.block();
    pollable[Symbol.dispose]();
    answer = future.get();
  }
  // The outer result says whether the answer was taken before, which it was not.
  const { tag, val: response } = answer.val;
  if (tag === "err") throw failed(response);
  // One character a byte, as the Fetch Standard has it.
  const text = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const fields = response.headers();
  const headers = new Headers(fields.entries().map(([name, value]) => [name, text(value)]));
  return { status: response.status(), headers, bytes: read(response.consume()) };
}

function read(body) {
  const stream = body.stream();
  const pieces = [];
  let size = 0;
  for (let piece = next(stream); piece !== undefined; piece = next(stream)) {
    pieces.push(piece);
    size += piece.length;
    if (size > ANSWER) throw new TypeError(`fetch failed: the answer is larger than ${ANSWER} bytes`);
  }
  stream[Symbol.dispose]();
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Some more bytes of a stream; undefined at its end, which wasi:io tells as an error. */
function next(stream) {
  try {
    return stream.blockingRead(READ);
  } catch (error) {
    if (error?.payload?.tag === "closed") return undefined;
    throw error;
  }
}

/** An error of wasi:http in words, such as `connection-refused`. */
function describe(error) {
  if (error?.tag === "last-operation-failed") return error.val?.toDebugString?.() ?? error.tag;
  if (error?.tag === undefined) return String(error);
  const more = error.val === undefined || error.val === null ? "" : ` (${JSON.stringify(error.val)})`;
  return error.tag + more;
}

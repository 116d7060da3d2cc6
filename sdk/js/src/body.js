// Bodies of requests and answers. They are whole before a program sees them, so every reader answers at once.

/** Bytes of what a program gives as a body, and the content type that goes with it. */
export function bytesOf(body) {
  if (body === undefined || body === null) return { bytes: undefined, type: undefined };
  if (typeof body === "string") return { bytes: new TextEncoder().encode(body), type: "text/plain;charset=UTF-8" };
  if (body instanceof URLSearchParams) {
    const type = "application/x-www-form-urlencoded;charset=UTF-8";
    return { bytes: new TextEncoder().encode(body.toString()), type };
  }
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body.slice(0)), type: undefined };
  if (ArrayBuffer.isView(body)) {
    return { bytes: new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice(), type: undefined };
  }
  if (typeof body[Symbol.asyncIterator] === "function" || typeof body.getReader === "function") {
    throw new TypeError("a body cannot be a stream here: give a string, bytes or URLSearchParams");
  }
  return { bytes: new TextEncoder().encode(String(body)), type: "text/plain;charset=UTF-8" };
}

/** What Request and Response share. */
export class Body {
  #bytes;
  bodyUsed = false;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  /** Only for fetch: the bytes without using them up. */
  _peek() {
    return this.#bytes;
  }

  #take() {
    if (this.bodyUsed) throw new TypeError("the body was read already");
    this.bodyUsed = this.#bytes !== undefined;
    return this.#bytes ?? new Uint8Array(0);
  }

  async arrayBuffer() {
    return this.#take().slice().buffer;
  }
  async bytes() {
    return this.#take();
  }
  async text() {
    return new TextDecoder().decode(this.#take());
  }
  async json() {
    return JSON.parse(await this.text());
  }
}

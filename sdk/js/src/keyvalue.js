// Buckets of the host's key-value store: wasi:keyvalue.

import store from "wasi:keyvalue/store@0.2.0-draft";
import atomics from "wasi:keyvalue/atomics@0.2.0-draft";
import { ask } from "./refusal.js";

/** What a bucket refused. `code` is `no-such-store`, `access-denied` or `other`. */
export class KeyValueError extends Error {
  constructor(what, error) {
    const code = error?.tag ?? "other";
    super(`${what}: ${error?.val ?? code}`);
    this.name = "KeyValueError";
    this.code = code;
  }
}

function asked(what, question) {
  return ask(question, (error) => new KeyValueError(what, error));
}

/** A bucket. Values are bytes; `get` and `set` have them as text, `getJson` and `setJson` as JSON. */
class Bucket {
  #name;
  #bucket;

  constructor(name) {
    this.#name = name;
    this.#bucket = asked(`cannot open the bucket "${name}"`, () => store.open(name));
  }

  #ask(verb, key, question) {
    return asked(`cannot ${verb} "${key}" in the bucket "${this.#name}"`, question);
  }

  /** The value's bytes; undefined if there is none. */
  getBytes(key) {
    const bytes = this.#ask("read", key, () => this.#bucket.get(key));
    return bytes === null || bytes === undefined ? undefined : new Uint8Array(bytes);
  }

  /** The value as text; undefined if there is none. */
  get(key) {
    const bytes = this.getBytes(key);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** The value as JSON; undefined if there is none. */
  getJson(key) {
    const text = this.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** Write text or bytes. */
  set(key, value) {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : new Uint8Array(value);
    this.#ask("write", key, () => this.#bucket.set(key, bytes));
  }

  /** Write a value as JSON. */
  setJson(key, value) {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`the value for "${key}" has no JSON`);
    this.set(key, text);
  }

  /** Remove a value; nothing happens if there is none. */
  delete(key) {
    this.#ask("delete", key, () => this.#bucket.delete(key));
  }

  /** Whether there is a value. */
  exists(key) {
    return this.#ask("look for", key, () => this.#bucket.exists(key));
  }

  /** All keys, page by page as the host gives them. */
  *keys() {
    let cursor = null;
    do {
      const page = this.#ask("list", "keys", () => this.#bucket.listKeys(cursor));
      yield* page.keys;
      cursor = page.cursor ?? null;
    } while (cursor !== null);
  }

  /** Add to a number, atomically, and answer with the sum. Exact to 2^53. */
  increment(key, delta = 1) {
    return this.#ask("increment", key, () => atomics.increment(this.#bucket, key, delta));
  }
}

/** `keyvalue.open("orders")` is a bucket that plugin.toml asks for under `[asks] keyvalue`. */
export const keyvalue = {
  open(name) {
    return new Bucket(name);
  },
};

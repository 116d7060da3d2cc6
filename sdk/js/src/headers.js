// Headers of requests and answers.

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Names without regard to case; values that are given several times are joined, but for `set-cookie`. */
export class Headers {
  #map = new Map();

  constructor(init) {
    if (init === undefined || init === null) return;
    const pairs = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }

  append(name, value) {
    const key = keyOf(name);
    const values = this.#map.get(key) ?? [];
    values.push(valueOf(name, value));
    this.#map.set(key, values);
  }
  delete(name) {
    this.#map.delete(keyOf(name));
  }
  get(name) {
    return this.#map.get(keyOf(name))?.join(", ") ?? null;
  }
  getSetCookie() {
    return [...(this.#map.get("set-cookie") ?? [])];
  }
  has(name) {
    return this.#map.has(keyOf(name));
  }
  set(name, value) {
    this.#map.set(keyOf(name), [valueOf(name, value)]);
  }
  forEach(callback, self) {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }
  *entries() {
    for (const name of [...this.#map.keys()].sort()) {
      const values = this.#map.get(name);
      if (name === "set-cookie") for (const value of values) yield [name, value];
      else yield [name, values.join(", ")];
    }
  }
  *keys() {
    for (const [name] of this) yield name;
  }
  *values() {
    for (const [, value] of this) yield value;
  }
  [Symbol.iterator]() {
    return this.entries();
  }
}

function keyOf(name) {
  const text = String(name);
  if (!NAME.test(text)) throw new TypeError(`"${text}" is not a header's name`);
  return text.toLowerCase();
}

function valueOf(name, value) {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (/[\0\n\r]/.test(text)) throw new TypeError(`the header "${name}" has a line break or a zero byte in its value`);
  return text;
}

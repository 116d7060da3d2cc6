// `events`: EventEmitter.

export class EventEmitter {
  #listeners = new Map();

  #of(name) {
    return this.#listeners.get(name) ?? [];
  }

  on(name, listener) {
    this.#listeners.set(name, [...this.#of(name), listener]);
    return this;
  }
  addListener(name, listener) {
    return this.on(name, listener);
  }
  prependListener(name, listener) {
    this.#listeners.set(name, [listener, ...this.#of(name)]);
    return this;
  }
  once(name, listener) {
    const wrapped = (...args) => {
      this.off(name, wrapped);
      listener.apply(this, args);
    };
    wrapped.listener = listener;
    return this.on(name, wrapped);
  }
  off(name, listener) {
    const all = this.#of(name);
    const at = all.findLastIndex((each) => each === listener || each.listener === listener);
    if (at >= 0) this.#listeners.set(name, all.toSpliced(at, 1));
    return this;
  }
  removeListener(name, listener) {
    return this.off(name, listener);
  }
  removeAllListeners(name) {
    if (name === undefined) this.#listeners.clear();
    else this.#listeners.delete(name);
    return this;
  }
  emit(name, ...args) {
    const all = this.#of(name);
    if (all.length === 0 && name === "error") throw args[0] instanceof Error ? args[0] : new Error(`Unhandled error. (${args[0]})`);
    for (const listener of all) listener.apply(this, args);
    return all.length > 0;
  }
  listenerCount(name) {
    return this.#of(name).length;
  }
  listeners(name) {
    return this.#of(name).map((each) => each.listener ?? each);
  }
  eventNames() {
    return [...this.#listeners].filter(([, all]) => all.length > 0).map(([name]) => name);
  }
  setMaxListeners() {
    return this;
  }
}

/** A promise for the next event of a name. */
export function once(emitter, name) {
  return new Promise((resolve, reject) => {
    const failed = (error) => reject(error);
    if (name !== "error") emitter.once("error", failed);
    emitter.once(name, (...args) => {
      emitter.off("error", failed);
      resolve(args);
    });
  });
}

EventEmitter.EventEmitter = EventEmitter;
EventEmitter.once = once;
export default EventEmitter;

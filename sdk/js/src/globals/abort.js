// AbortController and AbortSignal. A request that is under way blocks the call, so a signal is looked at before one.

export class AbortSignal {
  aborted = false;
  reason = undefined;
  onabort = null;
  #listeners = new Set();

  addEventListener(type, listener) {
    if (type === "abort") this.#listeners.add(listener);
  }

  removeEventListener(type, listener) {
    if (type === "abort") this.#listeners.delete(listener);
  }

  throwIfAborted() {
    if (this.aborted) throw this.reason;
  }

  /** Only for this file's controller and timers. */
  _abort(reason) {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason ?? new DOMException("This operation was aborted", "AbortError");
    const event = { type: "abort", target: this };
    this.onabort?.(event);
    for (const listener of this.#listeners) (listener.handleEvent ?? listener).call(this, event);
  }

  static abort(reason) {
    const signal = new AbortSignal();
    signal._abort(reason);
    return signal;
  }

  static timeout(milliseconds) {
    const signal = new AbortSignal();
    signal.milliseconds = milliseconds;
    const expire = () => signal._abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    setTimeout(expire, milliseconds).unref();
    return signal;
  }
}

export class AbortController {
  signal = new AbortSignal();
  abort(reason) {
    this.signal._abort(reason);
  }
}

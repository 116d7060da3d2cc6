// Timers: setTimeout and its kin. The loop fires them one by one, and sleeps in the host until the next is due.

import monotonicClock from "wasi:clocks/monotonic-clock@0.2.12";

const NANOSECONDS = 1e6;
/** Timers that may wait at the same time. */
const TIMERS = 10_000;

let timers = [];
let lastId = 0;

/** What setTimeout answers: an object as in Node.js, which is a number where one is asked for. */
class Timeout {
  constructor(id) {
    this.id = id;
  }
  [Symbol.toPrimitive]() {
    return this.id;
  }
  ref() {
    return this;
  }
  unref() {
    for (const timer of timers) if (timer.id === this.id) timer.unref = true;
    return this;
  }
  hasRef() {
    return timers.some((timer) => timer.id === this.id && !timer.unref);
  }
}

function now() {
  return monotonicClock.now() / NANOSECONDS;
}

function add(callback, delay, repeat, args) {
  if (typeof callback !== "function") throw new TypeError("a timer takes a function");
  if (timers.length >= TIMERS) throw new RangeError(`more than ${TIMERS} timers wait`);
  const wait = Math.max(1, Math.min(Number(delay) || 0, 2 ** 31 - 1));
  const id = ++lastId;
  timers.push({ id, at: now() + wait, callback, args, every: repeat ? wait : undefined });
  return new Timeout(id);
}

export function setTimeout(callback, delay = 0, ...args) {
  return add(callback, delay, false, args);
}

export function setInterval(callback, delay = 0, ...args) {
  return add(callback, delay, true, args);
}

export function setImmediate(callback, ...args) {
  return add(callback, 0, false, args);
}

// `util.promisify(setTimeout)` is what many programs sleep with: its callback comes first, so it needs a form of its own.
const CUSTOM = Symbol.for("nodejs.util.promisify.custom");
setTimeout[CUSTOM] = (delay, value) => new Promise((resolve) => setTimeout(resolve, delay, value));
setImmediate[CUSTOM] = (value) => new Promise((resolve) => setImmediate(resolve, value));

export function clearTimeout(timer) {
  if (timer === undefined || timer === null) return;
  const id = Number(timer);
  timers = timers.filter((other) => other.id !== id);
}

/** Sleep until the next timer is due and call it. False if there is none that is waited for. */
export function fireNext() {
  if (!timers.some((timer) => !timer.unref)) return false;
  const next = timers.reduce((first, timer) => (timer.at < first.at ? timer : first));
  const wait = next.at - now();
  if (wait > 0) sleep(wait);
  if (next.every === undefined) clearTimeout(next.id);
  else next.at = now() + next.every;
  next.callback(...next.args);
  return true;
}

/** Sleep in the host, with the whole call. */
export function sleep(milliseconds) {
  const pollable = monotonicClock.subscribeDuration(Math.ceil(milliseconds * NANOSECONDS));
  pollable.block();
  pollable[Symbol.dispose]();
}

// Promises that the plugin's own loop drives. A component's call is synchronous, and the engine runs the jobs of its own
// promises only after a call is over; so `async` functions are compiled to generators (build/build.mjs), and these
// promises take the place of the engine's.

const PENDING = 0;
const FULFILLED = 1;
const REJECTED = 2;

/** Jobs that wait, in order. */
let jobs = [];
/** Promises that were rejected while nobody listened, until the loop asks. */
let unheard = new Set();

/** Queue a job, as `queueMicrotask` has it. */
export function queueJob(job) {
  if (typeof job !== "function") throw new TypeError("queueMicrotask takes a function");
  jobs.push(job);
}

/** Run jobs until there are none. What a job throws comes out, and the jobs behind it stay. */
export function runJobs() {
  while (jobs.length > 0) {
    const batch = jobs;
    jobs = [];
    let done = 0;
    try {
      while (done < batch.length) batch[done++]();
    } finally {
      if (done < batch.length) jobs = batch.slice(done).concat(jobs);
    }
  }
}

/** The reason of a promise that was rejected and that nobody listens to, as `{ reason }`; undefined if there is none. */
export function takeUnheard() {
  for (const promise of unheard) {
    unheard = new Set();
    return { reason: promise._value };
  }
  return undefined;
}

function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

class OwnPromise {
  constructor(executor) {
    if (typeof executor !== "function") {
      throw new TypeError(`Promise resolver ${String(executor)} is not a function`);
    }
    hidden(this, "_state", PENDING);
    hidden(this, "_value", undefined);
    hidden(this, "_reactions", []);
    const { resolve, reject } = resolvers(this);
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  then(onFulfilled, onRejected) {
    const next = new OwnPromise(() => {});
    const reaction = { next, onFulfilled, onRejected };
    unheard.delete(this);
    if (this._state === PENDING) this._reactions.push(reaction);
    else queueJob(() => react(this, reaction));
    return next;
  }

  catch(onRejected) {
    return this.then(undefined, onRejected);
  }

  finally(onFinally) {
    if (typeof onFinally !== "function") return this.then(onFinally, onFinally);
    return this.then(
      (value) => OwnPromise.resolve(onFinally()).then(() => value),
      (reason) =>
        OwnPromise.resolve(onFinally()).then(() => {
          throw reason;
        }),
    );
  }

  get [Symbol.toStringTag]() {
    return "Promise";
  }

  static resolve(value) {
    return value instanceof OwnPromise ? value : new OwnPromise((resolve) => resolve(value));
  }

  static reject(reason) {
    return new OwnPromise((_, reject) => reject(reason));
  }

  static withResolvers() {
    let resolve, reject;
    const promise = new OwnPromise((yes, no) => ((resolve = yes), (reject = no)));
    return { promise, resolve, reject };
  }

  static try(callback, ...values) {
    return new OwnPromise((resolve) => resolve(callback(...values)));
  }

  static race(values) {
    return new OwnPromise((resolve, reject) => {
      for (const value of values) OwnPromise.resolve(value).then(resolve, reject);
    });
  }

  static all(values) {
    return collect(values, (promise, keep, _, reject) => promise.then(keep, reject));
  }

  static allSettled(values) {
    return collect(values, (promise, keep) =>
      promise.then(
        (value) => keep({ status: "fulfilled", value }),
        (reason) => keep({ status: "rejected", reason }),
      ),
    );
  }

  static any(values) {
    return collect(
      values,
      (promise, keep, resolve) => promise.then(resolve, keep),
      (errors, _, reject) => reject(new AggregateError(errors, "All promises were rejected")),
    );
  }
}

/** A member that neither `console.log` nor a loop over the keys shows. */
function hidden(promise, name, value) {
  Object.defineProperty(promise, name, { value, writable: true });
}

/** What `all`, `allSettled` and `any` share: one result for each value, in the order of the values. */
function collect(values, listen, finish = (results, resolve) => resolve(results)) {
  return new OwnPromise((resolve, reject) => {
    const results = [];
    let count = 0;
    let missing = 1;
    const arrived = () => {
      if (--missing === 0) finish(results, resolve, reject);
    };
    for (const value of values) {
      const index = count++;
      missing++;
      const keep = (result) => {
        results[index] = result;
        arrived();
      };
      listen(OwnPromise.resolve(value), keep, resolve, reject);
    }
    arrived();
  });
}

/** The two functions that settle a promise, of which only the first call counts. */
function resolvers(promise) {
  let called = false;
  const resolve = (value) => {
    if (called) return;
    called = true;
    if (value === promise) return settle(promise, REJECTED, new TypeError("a promise cannot resolve to itself"));
    if (!isObject(value)) return settle(promise, FULFILLED, value);
    let then;
    try {
      then = value.then;
    } catch (error) {
      return settle(promise, REJECTED, error);
    }
    if (typeof then !== "function") return settle(promise, FULFILLED, value);
    queueJob(() => {
      const inner = resolvers(promise);
      try {
        then.call(value, inner.resolve, inner.reject);
      } catch (error) {
        inner.reject(error);
      }
    });
  };
  const reject = (reason) => {
    if (called) return;
    called = true;
    settle(promise, REJECTED, reason);
  };
  return { resolve, reject };
}

function settle(promise, state, value) {
  promise._state = state;
  promise._value = value;
  const reactions = promise._reactions;
  promise._reactions = [];
  if (state === REJECTED && reactions.length === 0) unheard.add(promise);
  for (const reaction of reactions) queueJob(() => react(promise, reaction));
}

function react(promise, { next, onFulfilled, onRejected }) {
  const fulfilled = promise._state === FULFILLED;
  const handler = fulfilled ? onFulfilled : onRejected;
  const { resolve, reject } = resolvers(next);
  if (typeof handler !== "function") return fulfilled ? resolve(promise._value) : reject(promise._value);
  try {
    resolve(handler(promise._value));
  } catch (error) {
    reject(error);
  }
}

Object.defineProperty(OwnPromise, "name", { value: "Promise" });
export { OwnPromise as Promise };

// `assert`: checks that throw an AssertionError.

import { inspect, isDeepStrictEqual } from "./util.js";

export class AssertionError extends Error {
  constructor({ message, actual, expected, operator } = {}) {
    super(message ?? `${inspect(actual)} ${operator} ${inspect(expected)}`);
    this.name = "AssertionError";
    this.code = "ERR_ASSERTION";
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
  }
}

function check(holds, message, actual, expected, operator) {
  if (holds) return;
  if (message instanceof Error) throw message;
  throw new AssertionError({ message, actual, expected, operator });
}

export function ok(value, message) {
  check(value, message ?? `The expression evaluated to a falsy value: ${inspect(value)}`, value, true, "==");
}

export function strictEqual(actual, expected, message) {
  check(Object.is(actual, expected), message, actual, expected, "strictEqual");
}

export function notStrictEqual(actual, expected, message) {
  check(!Object.is(actual, expected), message, actual, expected, "notStrictEqual");
}

export function equal(actual, expected, message) {
  check(actual == expected || (actual !== actual && expected !== expected), message, actual, expected, "==");
}

export function notEqual(actual, expected, message) {
  check(actual != expected, message, actual, expected, "!=");
}

export function deepStrictEqual(actual, expected, message) {
  check(isDeepStrictEqual(actual, expected), message, actual, expected, "deepStrictEqual");
}

export function notDeepStrictEqual(actual, expected, message) {
  check(!isDeepStrictEqual(actual, expected), message, actual, expected, "notDeepStrictEqual");
}

export function fail(message = "Failed") {
  check(false, message, undefined, undefined, "fail");
}

/** Whether an error is as asked for: a class, a regular expression of its text, properties, or a function that says so. */
function fits(error, wanted) {
  if (wanted === undefined) return true;
  if (wanted instanceof RegExp) return wanted.test(String(error));
  if (typeof wanted !== "function") {
    return Object.keys(wanted).every((key) => (wanted[key] instanceof RegExp ? wanted[key].test(error[key]) : isDeepStrictEqual(error[key], wanted[key])));
  }
  return wanted.prototype !== undefined && error instanceof wanted ? true : wanted.prototype instanceof Error ? false : wanted(error) === true;
}

export function throws(work, wanted, message) {
  let error;
  try {
    work();
  } catch (thrown) {
    error = { thrown };
  }
  caught(error, wanted, message, "Missing expected exception.");
}

export async function rejects(work, wanted, message) {
  let error;
  try {
    await (typeof work === "function" ? work() : work);
  } catch (thrown) {
    error = { thrown };
  }
  caught(error, wanted, message, "Missing expected rejection.");
}

function caught(error, wanted, message, missing) {
  check(error !== undefined, message ?? missing, undefined, wanted, "throws");
  if (!fits(error.thrown, wanted)) throw error.thrown;
}

export function match(text, pattern, message) {
  check(pattern.test(text), message, text, pattern, "match");
}

const assert = Object.assign((value, message) => ok(value, message), {
  AssertionError,
  deepEqual: deepStrictEqual,
  deepStrictEqual,
  equal,
  fail,
  match,
  notDeepStrictEqual,
  notEqual,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
});
assert.strict = assert;
export const strict = assert;
export { deepStrictEqual as deepEqual };
export default assert;

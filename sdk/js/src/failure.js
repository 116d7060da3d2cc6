// How a task fails: a name that `Retry` and `Catch` match, and a cause for people.

/** Bytes of an error name that the host keeps. */
const NAME_LIMIT = 256;

/** Throw one to fail with a name of your own: `throw new Failure("Payment.Declined", "card expired")`. */
export class Failure extends Error {
  constructor(error, cause = "") {
    super(cause);
    this.name = "Failure";
    this.error = String(error);
    this.cause = String(cause);
  }
}

/** What the host is told of anything that was thrown, as `{ error, cause }`. */
export function failureOf(thrown) {
  if (thrown instanceof Failure) return { error: thrown.error, cause: thrown.cause };
  if (thrown instanceof Error) return { error: nameOf(thrown), cause: withStack(thrown) };
  return { error: "Error", cause: `thrown: ${textOf(thrown)}` };
}

function nameOf(error) {
  const name = error.name;
  return typeof name === "string" && name !== "" ? name.slice(0, NAME_LIMIT) : "Error";
}

function withStack(error) {
  const stack = typeof error.stack === "string" ? error.stack.trimEnd() : "";
  const head = String(error.message);
  return stack === "" ? head : `${head}\n${stack}`;
}

function textOf(value) {
  try {
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

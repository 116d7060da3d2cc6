// Errors as Lambda's runtime for Node.js reports them: the name is ASL's error, and the cause is a JSON text with
// `errorType`, `errorMessage` and `trace`, so that Retry and Catch written for Lambda still match.

/** An error of the runtime's own, such as `Runtime.HandlerNotFound`. */
export class LambdaError extends Error {
  constructor(name, message, cause) {
    super(message);
    this.name = name;
    if (cause instanceof Error) this.stack = cause.stack;
  }
}

/** What the host is told of anything that a handler threw or called back with. */
export function failureOf(thrown) {
  const { errorType, errorMessage, trace } = report(thrown);
  return { error: errorType, cause: JSON.stringify({ errorType, errorMessage, trace }) };
}

function report(thrown) {
  try {
    if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
    const { name, message } = thrown;
    return { errorType: String(name || "Error"), errorMessage: String(message), trace: traceOf(thrown, `${name}: ${message}`) };
  } catch {
    // A getter or a toString of the value's own threw.
    const errorMessage = "the handler failed with a value of which neither name nor message can be read";
    return { errorType: "handled", errorMessage, trace: [] };
  }
}

/** The lines of `error.stack`. QuickJS has no head there, which Node.js puts first. */
function traceOf(error, head) {
  const stack = typeof error.stack === "string" ? error.stack.trimEnd() : "";
  const lines = stack === "" ? [] : stack.split("\n");
  return stack.startsWith(head) ? lines : [...head.split("\n"), ...lines];
}

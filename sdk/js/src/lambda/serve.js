// From the handler of an AWS Lambda function to the export that the host calls.
//
// Source of the rules: AWS Lambda Developer Guide, "Define Lambda function handler in Node.js", "AWS Lambda context object
// in Node.js" and "Understanding Lambda function errors".

import { beginCall } from "../call.js";
import { UnhandledRejection, drain, settle } from "../loop.js";
import { Exit } from "../node/process.js";
import { contextOf, setEnvironment } from "./context.js";
import { LambdaError, failureOf } from "./errors.js";

/** The export `handler` for the module that `load` answers with: `lambda` has its file, the export, and the function's name. */
export function serve(load, { file, handler: name, functionName }) {
  return {
    run(task, text) {
      try {
        beginCall();
        setEnvironment(task, functionName, `${file.replace(/\.[^.]*$/, "")}.${name}`);
        const handler = find(settle(load()).value, name, file);
        return JSON.stringify(invoke(handler, JSON.parse(text), contextOf(task))) ?? "null";
      } catch (thrown) {
        throw failureOf(reported(thrown));
      }
    },
  };
}

/** What the runtime reports in place of an error: only these two have names of its own. */
function reported(thrown) {
  if (thrown instanceof UnhandledRejection) {
    const { reason } = thrown;
    return new LambdaError("Runtime.UnhandledPromiseRejection", `${reason?.toString?.() ?? reason}`, reason);
  }
  if (thrown instanceof Exit) {
    const how = thrown.code === 0 ? "Runtime exited without providing a reason" : `Runtime exited with error: exit status ${thrown.code}`;
    return new LambdaError("Runtime.ExitError", how);
  }
  return thrown;
}

/** An export of the module, or of what it assigned to `module.exports`; `name` may have dots. */
function find(module, name, file) {
  const at = (from) => name.split(".").reduce((value, part) => value?.[part], from);
  const handler = at(module) ?? at(module.default);
  if (handler === undefined) {
    throw new LambdaError("Runtime.HandlerNotFound", `${file}: ${name} is undefined or not exported`);
  }
  if (typeof handler !== "function") {
    throw new LambdaError("Runtime.HandlerNotFound", `${file}: ${name} is not a function`);
  }
  return handler;
}

/** Call the handler and wait for its result: of a promise, of the callback, or what it returned. */
function invoke(handler, event, context) {
  let answered;
  let tell;
  const callback = (error, value) => {
    // Only the first answer counts.
    if (answered !== undefined) return;
    answered = error === undefined || error === null ? { value } : { error };
    tell?.();
  };
  const answer = () => {
    if ("error" in answered) throw answered.error;
    return answered.value;
  };
  for (const [name, end] of endings(callback)) context[name] = end;

  const returned = handler(event, context, callback);
  if (typeof returned?.then === "function") return settle(returned).value;
  // A function without a callback may return its result; one with a callback answers through it alone.
  if (answered === undefined && returned !== undefined && handler.length < 3) return returned;
  if (answered === undefined) settle(new Promise((resolve) => (tell = resolve)));
  if (answered === undefined) return null;
  if (context.callbackWaitsForEmptyEventLoop) drain();
  return answer();
}

/** `context.succeed`, `fail` and `done`, which functions for the oldest runtimes call. */
function endings(callback) {
  return [
    ["succeed", (value) => callback(null, value)],
    ["fail", (error) => callback(error ?? "handled")],
    ["done", (error, value) => callback(error, value)],
  ];
}


// From the function `run` of a plugin to the export that the host calls.

import { beginCall } from "./call.js";
import { Failure, failureOf } from "./failure.js";
import { Json } from "./json.js";
import { settle } from "./loop.js";

/** The export `handler` of a module that exports `run`. */
export function serve(module) {
  const run = module.run ?? module.default?.run ?? module.default;
  return {
    run(context, text) {
      try {
        if (typeof run !== "function") {
          throw new Failure("Plugin.Broken", "the plugin's module exports no function named `run`");
        }
        beginCall();
        return output(call(run, context, text));
      } catch (thrown) {
        throw failureOf(thrown);
      }
    },
  };
}

function call(run, context, text) {
  context.rawInput = text;
  const { value, idle } = settle(run(context, JSON.parse(text)));
  if (idle) {
    throw new Failure(
      "States.TaskFailed",
      "`run` answered with a promise that nothing can settle any more: no timer is left, and every request has ended",
    );
  }
  return value;
}

function output(value) {
  if (value instanceof Json) return value.text;
  // Like JSON.stringify in an array: what JSON has no word for is null.
  return JSON.stringify(value) ?? "null";
}

// The journal: steps that are done once, whatever happens to the host between them.

import host from "dirigent:task/journal@1.0.0";
import { Failure } from "./failure.js";
import { ask } from "./refusal.js";

function asked(question) {
  return ask(question, ({ error, cause }) => new Failure(error, cause));
}

/**
 * Do a step once: the first time `work` is called and its result recorded; after a crash or in a retry the record is the
 * answer. `work` may be async. The result has to be JSON.
 *
 * Where an earlier call began the step and did not record it, nobody knows whether its effect happened: the task fails with
 * `Plugin.InDoubt`, or `options.inDoubt` (a function that finds out, or does the step again if that is safe) answers.
 */
async function step(name, work, options = {}) {
  const known = asked(() => host.recall(name));
  if (known.tag === "done") return JSON.parse(known.val);
  if (known.tag === "in-doubt") {
    if (options.inDoubt === undefined) {
      throw new Failure("Plugin.InDoubt", `the step "${name}" was begun by an earlier call, which did not record its end`);
    }
    work = options.inDoubt;
  }
  const value = await work();
  const text = JSON.stringify(value) ?? "null";
  asked(() => host.record(name, text));
  // What a replay answers: without what JSON has no word for.
  return JSON.parse(text);
}

export const journal = { step };

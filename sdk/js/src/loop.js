// The loop of one call: jobs of promises first, then the timer that is due next, until the work is settled or nothing is
// left that could settle it.

import { Promise, runJobs, takeUnheard } from "./promise.js";
import { fireNext } from "./timers.js";

/** A promise was rejected and nobody listens: Node.js ends the process then, and here it ends the task. */
export class UnhandledRejection extends Error {
  constructor(reason) {
    super(`a promise was rejected and nothing handles it: ${describe(reason)}`);
    this.name = "UnhandledRejection";
    this.reason = reason;
  }
}

function describe(reason) {
  return reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
}

/**
 * Drive `work` (a value or a thenable) to its end.
 *
 * Answers `{ value }`, or `{ idle: true }` when nothing is left to do and the work is not settled. Throws what the work was
 * rejected with, what a timer's callback threw, or an `UnhandledRejection`.
 */
export function settle(work) {
  let ended;
  Promise.resolve(work).then(
    (value) => (ended = { value }),
    (error) => (ended = { error }),
  );
  for (;;) {
    runJobs();
    if (ended) break;
    const unheard = takeUnheard();
    if (unheard) throw new UnhandledRejection(unheard.reason);
    if (!fireNext()) return { idle: true };
  }
  if ("error" in ended) throw ended.error;
  return ended;
}

/** Go on until no job and no timer is left. */
export function drain() {
  do runJobs();
  while (fireNext());
}

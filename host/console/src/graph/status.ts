// What became of a state in an execution.

/**
 * `caught`: it failed, and a catcher took over. `retried`: it waits for another attempt. `stopped`: the execution
 * was stopped, or timed out, while it was in the state. A state without a status was not reached.
 */
export type StateStatus = "running" | "succeeded" | "failed" | "caught" | "retried" | "stopped";

/** The words of a status, for people and screen readers. */
export const STATUS_WORDS: Readonly<Record<StateStatus, string>> = {
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  caught: "failed and caught",
  retried: "waiting for a retry",
  stopped: "stopped",
};

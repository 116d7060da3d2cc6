// The task's log, which the host shows with the execution.

import host from "dirigent:task/host@1.0.0";
import { format } from "./inspect.js";

function at(level) {
  return (...values) => host.log(level, format(...values));
}

/** Lines of the task's log, by how much they matter. Values are formatted as `console.log` does. */
export const log = {
  trace: at("trace"),
  debug: at("debug"),
  info: at("info"),
  warn: at("warn"),
  error: at("error"),
};

/** Say that the task is alive, for a state with `HeartbeatSeconds`. */
export function heartbeat() {
  host.heartbeat();
}

/** Say how far the task is: `done` of `total` (undefined if that is not known), with a word for people. */
export function progress(done, total, message = "") {
  host.progress(done, total ?? null, message);
}

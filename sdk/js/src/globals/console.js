// `console`: lines of the task's log.

import host from "dirigent:task/host@1.0.0";
import { format, inspect } from "../inspect.js";

let indent = "";
const counts = new Map();
const times = new Map();

function line(level, text) {
  host.log(level, indent === "" ? text : indent + text.replaceAll("\n", `\n${indent}`));
}

function at(level) {
  return (...values) => line(level, format(...values));
}

export const console = {
  log: at("info"),
  info: at("info"),
  debug: at("debug"),
  warn: at("warn"),
  error: at("error"),
  trace: (...values) => line("trace", `${format(...values)}\n${new Error().stack}`),
  dir: (value, options) => line("info", inspect(value, options)),
  table: (value) => line("info", inspect(value, { depth: null })),
  assert(condition, ...values) {
    if (!condition) line("error", values.length === 0 ? "Assertion failed" : `Assertion failed: ${format(...values)}`);
  },
  count(label = "default") {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    line("info", `${label}: ${counts.get(label)}`);
  },
  countReset(label = "default") {
    counts.delete(label);
  },
  group(...values) {
    if (values.length > 0) line("info", format(...values));
    indent += "  ";
  },
  groupEnd() {
    indent = indent.slice(2);
  },
  time(label = "default") {
    times.set(label, Date.now());
  },
  timeLog: took,
  timeEnd(label = "default") {
    took(label);
    times.delete(label);
  },
};

function took(label = "default", ...values) {
  const since = times.get(label);
  if (since === undefined) return line("warn", `No such label '${label}' for console.time()`);
  line("info", format(`${label}: ${Date.now() - since}ms`, ...values));
}

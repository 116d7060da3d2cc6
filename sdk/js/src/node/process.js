// `process`, as far as it has a meaning in a plugin.

import host from "dirigent:task/host@1.0.0";
import monotonicClock from "wasi:clocks/monotonic-clock@0.2.12";
import { environmentVariables } from "../environment.js";
import { format } from "../inspect.js";
import { queueJob } from "../promise.js";

let variables;
let began = 0;

/** A call begins: what was read of the environment when the plugin was built is of no use. */
export function beginCall() {
  variables = environmentVariables();
  began = monotonicClock.now();
}

/** `process.exit` ends the call; nothing may catch it by its class. */
export class Exit extends Error {
  constructor(code) {
    super(`process.exit(${code}) was called`);
    this.name = "ProcessExit";
    this.code = code;
  }
}

function stream(level) {
  return { isTTY: false, write: (text) => (host.log(level, String(text).replace(/\n$/, "")), true) };
}

function hrtime(since = [0, 0]) {
  const now = monotonicClock.now();
  const [seconds, nanoseconds] = [Math.floor(now / 1e9) - since[0], (now % 1e9) - since[1]];
  return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
}
hrtime.bigint = () => BigInt(monotonicClock.now());

export const process = {
  get env() {
    return variables ?? environmentVariables();
  },
  argv: [],
  execArgv: [],
  arch: "wasm32",
  platform: "linux",
  pid: 1,
  // What programs branch on is the language, and that is as new as Node.js 20's.
  version: "v20.0.0",
  versions: { node: "20.0.0" },
  release: { name: "node" },
  stdout: stream("info"),
  stderr: stream("warn"),
  cwd: () => "/var/task",
  exit(code = 0) {
    throw new Exit(code);
  },
  hrtime,
  memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
  nextTick: (callback, ...args) => queueJob(() => callback(...args)),
  uptime: () => (monotonicClock.now() - began) / 1e9,
  emitWarning: (warning) => host.log("warn", format(warning)),
  // Nothing is ever emitted: an error that nobody catches ends the task, and is told as its failure.
  on: () => process,
  once: () => process,
  off: () => process,
  removeListener: () => process,
  removeAllListeners: () => process,
  listenerCount: () => 0,
};
export default process;
export const { nextTick, version, versions, platform, cwd, exit, argv, stdout, stderr } = process;

// Puts what QuickJS lacks where programs look for it. Imported before anything of the plugin's.

import { process } from "../node/process.js";
import { Promise, queueJob } from "../promise.js";
import { clearTimeout, setImmediate, setInterval, setTimeout } from "../timers.js";
import { AbortController, AbortSignal } from "./abort.js";
import { structuredClone } from "./clone.js";
import { console } from "./console.js";
import { TextDecoder, TextEncoder } from "./encoding.js";
import { performance } from "./performance.js";
import { getRandomValues, randomNumber, randomUUID } from "./random.js";
import { URL, URLSearchParams } from "./url.js";

const globals = {
  AbortController,
  AbortSignal,
  Promise,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  clearImmediate: clearTimeout,
  clearInterval: clearTimeout,
  clearTimeout,
  console,
  crypto: { getRandomValues, randomUUID },
  global: globalThis,
  performance,
  process,
  queueMicrotask: queueJob,
  setImmediate,
  setInterval,
  setTimeout,
  structuredClone,
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}
Math.random = randomNumber;

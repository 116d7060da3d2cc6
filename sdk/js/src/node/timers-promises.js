// `timers/promises`.

import { setImmediate as immediately, setTimeout as later } from "../timers.js";

export function setTimeout(delay, value) {
  return new Promise((resolve) => later(resolve, delay, value));
}

export function setImmediate(value) {
  return new Promise((resolve) => immediately(resolve, value));
}

export const scheduler = { wait: setTimeout, yield: setImmediate };
export default { scheduler, setImmediate, setTimeout };

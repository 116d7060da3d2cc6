// What has to happen at the beginning of each call: a plugin is evaluated when it is built, so what was read of the world
// then is old.

import { beginClock } from "./globals/performance.js";
import { beginCall as beginProcess } from "./node/process.js";

export function beginCall() {
  beginClock();
  beginProcess();
}

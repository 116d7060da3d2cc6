// `timers`.

import { clearTimeout, setImmediate, setInterval, setTimeout } from "../timers.js";

const clearInterval = clearTimeout;
const clearImmediate = clearTimeout;
export { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout };
export default { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout };

// Puts `Buffer` where programs for Node.js look for it.

import { Buffer } from "../node/buffer.js";

Object.defineProperty(globalThis, "Buffer", { value: Buffer, writable: true, configurable: true, enumerable: false });

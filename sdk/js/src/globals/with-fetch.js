// Puts `fetch` and its classes where programs look for them: only in plugins that name one of them, since a component that
// has them imports wasi:http.

import { Headers, Request, Response, fetch } from "../fetch.js";

for (const [name, value] of Object.entries({ Headers, Request, Response, fetch })) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

// What a plugin imports from "dirigent-plugin". index.d.ts describes it.

export { Failure } from "./failure.js";
export { json } from "./json.js";
export { log, heartbeat, progress } from "./log.js";
export { keyvalue, KeyValueError } from "./keyvalue.js";
export { config } from "./config.js";
export { journal } from "./journal.js";
export { env } from "./environment.js";
export { fetch, Headers, Request, Response } from "./fetch.js";

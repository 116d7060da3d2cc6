// What a plugin imports from "dirigent-plugin".

/** A value that JSON has. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** What the host tells a task about the work it is part of. None of it is secret, except `taskToken`. */
export interface Context {
  /** ARN of the execution. */
  readonly executionArn: string;
  /** Name of the execution, unique within its state machine. */
  readonly executionName: string;
  /** ARN of the state machine, with its version or alias when the execution was started by one. */
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  /** Name of the state that runs this task. */
  readonly stateName: string;
  /** `Resource` exactly as the definition has it, so that one plugin can serve several. */
  readonly resource: string;
  /** How often this task was retried by the state's `Retry`: 0 for the first attempt. */
  readonly attempt: number;
  /** The same over retries and restarts: hand it to the service you call as an `Idempotency-Key`. */
  readonly idempotencyKey: string;
  /** For a resource that ends in `.waitForTaskToken`. Whoever holds it can end the task. */
  readonly taskToken: string | null;
  /** When the host gives up on this call, in milliseconds since 1970; null if there is no limit that it knows of. */
  readonly deadline: number | null;
  /** Version of the host. For logs and bug reports; do not branch on it. */
  readonly hostVersion: string;
  /** The input's JSON as it came. Integers beyond 2^53 are exact here, and rounded in the `input` of `run`. */
  readonly rawInput: string;
}

/**
 * What a plugin exports: `export async function run(context, input) { … }`. It may also return its output at once.
 *
 * The output has to be JSON (undefined is null). What is thrown fails the task: a `Failure` with its own name, any other error
 * with its `name` (`TypeError`), message and stack.
 */
export type Run<Input = JsonValue, Output = unknown> = (context: Context, input: Input) => Output | Promise<Output>;

/** Throw one to fail with a name that `Retry` and `Catch` match. */
export class Failure extends Error {
  /** Names that begin with `States.` or `Plugin.` have a meaning of their own. The host keeps 256 bytes. */
  constructor(error: string, cause?: string);
  readonly error: string;
  readonly cause: string;
}

/** A JSON text that is handed over as it is. */
export class Json {
  private constructor();
  readonly text: string;
}

/** Return `json(text)` from `run` to answer with exactly this text. Throws SyntaxError if it is no JSON. */
export function json(text: string): Json;

/** Lines of the task's log, formatted as `console.log` does. `console` writes there as well. */
export const log: Record<"trace" | "debug" | "info" | "warn" | "error", (...values: unknown[]) => void>;

/** Say that the task is alive, for a state with `HeartbeatSeconds`. */
export function heartbeat(): void;

/** Say how far the task is: `done` of `total` in any unit, with a word for people. Counts as a heartbeat. */
export function progress(done: number, total?: number, message?: string): void;

/** A bucket of the host's key-value store. */
export interface Bucket {
  /** The value as text; undefined if there is none. */
  get(key: string): string | undefined;
  getBytes(key: string): Uint8Array | undefined;
  getJson<T = JsonValue>(key: string): T | undefined;
  set(key: string, value: string | Uint8Array | ArrayBuffer): void;
  setJson(key: string, value: unknown): void;
  /** Nothing happens if there is no such value. */
  delete(key: string): void;
  exists(key: string): boolean;
  /** All keys, in no order. */
  keys(): Generator<string, void, undefined>;
  /** Add to a number, atomically, and answer with the sum. Exact to 2^53. */
  increment(key: string, delta?: number): number;
}

/** Buckets that plugin.toml asks for under `[asks] keyvalue`. */
export const keyvalue: { open(name: string): Bucket };

/** What a bucket refused. */
export class KeyValueError extends Error {
  constructor(what: string, error: unknown);
  readonly code: "no-such-store" | "access-denied" | "other";
}

/** Values of the host's configuration that plugin.toml asks for under `[asks] config`. */
export const config: {
  get(key: string): string | undefined;
  all(): Record<string, string>;
};

/** The memory of a task across retries and restarts of the host. */
export const journal: {
  /**
   * Do a step once. `name` has at most 128 bytes and is used once a call; the result has to be JSON.
   *
   * A step that an earlier call began and did not record fails with `Plugin.InDoubt`, unless `inDoubt` finds out what came of
   * it, or does it again where that is safe.
   */
  step<T>(name: string, work: () => T | Promise<T>, options?: { inDoubt?: () => T | Promise<T> }): Promise<T>;
};

/** The value of an environment variable that plugin.toml's `[environment]` names. */
export function env(name: string): string | undefined;

/** The global `fetch`, to hosts that plugin.toml asks for under `[asks] http`. Requests of one call run one by one. */
export const fetch: typeof globalThis.fetch;
export const Headers: typeof globalThis.Headers;
export const Request: typeof globalThis.Request;
export const Response: typeof globalThis.Response;

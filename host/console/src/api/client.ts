// Calls of the host: /api, and AWS's actions, which are a POST to the root.
import { hostUrl } from "../app/base";
import { hearProblem } from "../session/signed-out";

/** Longest wait for an answer, in milliseconds. Calls that wait for an execution's end say a longer one. */
const LIMIT = 30_000;

/** An answer that is an error: the host's word for it, and its sentence. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.name = "Problem";
    this.code = code;
    this.status = status;
  }
}

/** What to tell people of anything that was thrown. */
export function told(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (error instanceof Error && error.name === "TimeoutError") {
    return "The host does not answer in time. Is it still running?";
  }
  if (error instanceof TypeError) return "The host cannot be reached. Is it still running?";
  return error instanceof Error ? error.message : String(error);
}

async function answer<T>(url: string, init: RequestInit): Promise<T> {
  const signal = AbortSignal.any([
    AbortSignal.timeout(LIMIT),
    ...(init.signal ? [init.signal] : []),
  ]);
  const response = await fetch(url, { ...init, signal });
  const text = await response.text();
  if (!response.ok) throw problem(response, text);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** The error that an answer tells, in /api's form or in AWS's. */
export function problem(response: Response, text: string): Problem {
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // A proxy's page, most likely; the status says enough.
  }
  const code = String(body.error ?? body.__type ?? response.status);
  hearProblem(response.status, code);
  const message = body.message ?? body.Message;
  const fallback =
    response.status === 401 || response.status === 403
      ? "The host wants you to sign in."
      : `The host answered ${response.status} ${response.statusText}`;
  return new Problem(
    code.split("#").pop() ?? code,
    typeof message === "string" ? message : fallback,
    response.status,
  );
}

/** A query without the names that have no value. */
export function queryOf(values: Record<string, string | number | boolean | undefined | string[]>) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) for (const one of value) query.append(name, one);
    else if (value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Asks /api: `path` begins behind `api/`. */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(hostUrl(`api/${path}`), signal ? { signal } : {});
}

/** Sends a body to /api, given as JSON text so that numbers of any size stay as they are. */
export function post<T>(path: string, json: string): Promise<T> {
  return answer<T>(hostUrl(`api/${path}`), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: json,
  });
}

/** Asks for the session, opens one, or ends it. */
export function session<T>(method: "GET" | "POST" | "DELETE", body?: object): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  return answer<T>(
    hostUrl("session"),
    body ? { method, headers, body: JSON.stringify(body) } : { method },
  );
}

/** Calls one of AWS's actions. */
export function aws<T>(action: string, parameters: object, signal?: AbortSignal): Promise<T> {
  return answer<T>(hostUrl(""), {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.0",
      "X-Amz-Target": `AWSStepFunctions.${action}`,
    },
    body: JSON.stringify(parameters),
    ...(signal ? { signal } : {}),
  });
}

// `fetch` over wasi:http. A request blocks the call until its answer is whole, so requests of one call run one by one.

import { Body, bytesOf } from "./body.js";
import { Headers } from "./headers.js";
import { exchange } from "./http.js";

/** Redirects that are followed, as the Fetch Standard has it. The host checks each of them anew. */
const REDIRECTS = 20;
const NO_BODY = ["GET", "HEAD"];
const KNOWN = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

export { Headers };

export class Request extends Body {
  constructor(input, init = {}) {
    const from = input instanceof Request ? input : undefined;
    const method = methodOf(init.method ?? from?.method ?? "GET");
    const given = init.body === undefined ? { bytes: from?._peek() } : bytesOf(init.body);
    if (given.bytes !== undefined && NO_BODY.includes(method)) throw new TypeError(`a ${method} request has no body`);
    super(given.bytes);
    this.url = from ? from.url : new URL(String(input)).href;
    this.method = method;
    this.headers = new Headers(init.headers ?? from?.headers);
    this.redirect = init.redirect ?? from?.redirect ?? "follow";
    this.signal = init.signal ?? from?.signal;
    if (given.type && !this.headers.has("content-type")) this.headers.set("content-type", given.type);
  }

  clone() {
    return new Request(this);
  }
}

function methodOf(method) {
  const upper = String(method).toUpperCase();
  return KNOWN.includes(upper) ? upper : String(method);
}

export class Response extends Body {
  constructor(body, init = {}) {
    const { bytes, type } = bytesOf(body);
    super(bytes);
    this.status = init.status ?? 200;
    this.statusText = init.statusText ?? "";
    this.headers = new Headers(init.headers);
    this.url = init.url ?? "";
    this.redirected = init.redirected ?? false;
    this.type = "basic";
    if (type && !this.headers.has("content-type")) this.headers.set("content-type", type);
  }

  get ok() {
    return this.status >= 200 && this.status < 300;
  }

  clone() {
    return new Response(this._peek(), this);
  }

  static json(value, init = {}) {
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(JSON.stringify(value), { ...init, headers });
  }

  static error() {
    const response = new Response(null, { status: 0 });
    response.type = "error";
    return response;
  }
}

export async function fetch(input, init) {
  let request = new Request(input, init);
  for (let redirects = 0; ; redirects++) {
    request.signal?.throwIfAborted();
    const url = new URL(request.url);
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      throw new TypeError(`fetch speaks http and https, not ${url.protocol} (${request.url})`);
    }
    const answer = exchange(request, url);
    const location = [301, 302, 303, 307, 308].includes(answer.status) ? answer.headers.get("location") : null;
    if (location === null || request.redirect === "manual") {
      return new Response(NO_BODY.includes(request.method) && answer.bytes.length === 0 ? null : answer.bytes, {
        ...answer,
        url: url.href,
        redirected: redirects > 0,
      });
    }
    if (request.redirect === "error") throw new TypeError(`${url.href} redirects to ${location}, and redirect is "error"`);
    if (redirects >= REDIRECTS) throw new TypeError(`more than ${REDIRECTS} redirects, the last one at ${url.href}`);
    request = redirected(request, answer.status, new URL(location, url));
  }
}

/** The request that follows a redirect (Fetch Standard, HTTP-redirect fetch). */
function redirected(request, status, to) {
  const drop = (status === 303 && !NO_BODY.includes(request.method)) || (status <= 302 && request.method === "POST");
  const headers = new Headers(request.headers);
  if (drop) for (const name of ["content-type", "content-length", "content-encoding", "content-language"]) headers.delete(name);
  if (new URL(request.url).origin !== to.origin) for (const name of ["authorization", "cookie"]) headers.delete(name);
  return new Request(to.href, {
    method: drop ? "GET" : request.method,
    body: drop ? undefined : request._peek(),
    headers,
    redirect: request.redirect,
    signal: request.signal,
  });
}

// `url`: the classes, and the older `parse` and `format` for absolute addresses.

import { parse as parseQuery, stringify } from "./querystring.js";

export const { URL, URLSearchParams } = globalThis;

export function parse(text, withQuery = false) {
  const url = URL.parse(text);
  const empty = (value) => (value === "" || value === undefined ? null : value);
  const [, path, search, hash] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text);
  const query = withQuery ? parseQuery((search ?? "").slice(1)) : search === undefined ? null : search.slice(1);
  const auth = url?.username ? decodeURIComponent(url.username + (url.password ? `:${url.password}` : "")) : null;
  const pathname = url === null ? empty(path) : empty(url.pathname);
  return {
    protocol: url?.protocol ?? null,
    slashes: url === null ? null : true,
    auth,
    host: empty(url?.host),
    port: empty(url?.port),
    hostname: empty(url?.hostname),
    hash: empty(hash),
    search: empty(search),
    query,
    pathname,
    path: empty((pathname ?? "") + (search ?? "")),
    href: url?.href ?? text,
  };
}

export function format(url) {
  if (url instanceof URL) return url.href;
  const { protocol = "", auth, host, hostname = "", port, pathname = "", search, query, hash = "" } = url;
  const scheme = protocol && !protocol.endsWith(":") ? `${protocol}:` : (protocol ?? "");
  const where = host ?? (hostname ? hostname + (port ? `:${port}` : "") : "");
  const asked = search ?? (query && Object.keys(query).length > 0 ? `?${stringify(query)}` : "");
  return `${scheme}${where ? "//" : ""}${auth ? `${auth}@` : ""}${where}${pathname ?? ""}${asked}${hash ?? ""}`;
}

export function resolve(from, to) {
  return new URL(to, from).href;
}

export default { URL, URLSearchParams, format, parse, resolve };

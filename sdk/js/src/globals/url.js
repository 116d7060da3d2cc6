// URL and URLSearchParams: the parts of the URL Standard that programs use. No international host names (a name beyond
// ASCII is an error) and no file: drive letters.

const PORTS = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21" };

/** Percent-encode what is beyond ASCII, controls, and the characters of a set. */
function encode(text, set) {
  let out = "";
  for (const char of text.toWellFormed()) {
    const code = char.codePointAt(0);
    out += code > 0x7e || code < 0x21 || set.includes(char) ? hex(char) : char;
  }
  return out;
}

function hex(char) {
  const code = char.codePointAt(0);
  if (code > 0x7f) return encodeURIComponent(char);
  return `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
}

const IN_FRAGMENT = '"<>`';
const IN_QUERY = '"#<>';
const IN_SPECIAL_QUERY = `${IN_QUERY}'`;
const IN_PATH = '"#<>?^`{}';
const IN_USER = '"#<>?^`{}/:;=@[\\]|';

function invalid(input) {
  const error = new TypeError("Invalid URL");
  error.code = "ERR_INVALID_URL";
  error.input = input;
  return error;
}

/** Its parts as they are written, with the base's where it has none of its own. */
function parse(input, base) {
  const text = input.replace(/^[\0-\x20]+|[\0-\x20]+$/g, "").replace(/[\t\n\r]/g, "");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  const protocol = scheme ? scheme[0].toLowerCase() : undefined;
  if (protocol && (!base || base.protocol !== protocol || !(protocol in PORTS) || /^[\\/]{2}/.test(text.slice(scheme[0].length)))) {
    return absolute(protocol, text.slice(scheme[0].length), input);
  }
  if (!base || (base.opaque && !text.startsWith("#"))) throw invalid(input);
  return relative(base, protocol ? text.slice(scheme[0].length) : text, input);
}

function split(text) {
  const [, path, query, fragment] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text);
  return { path, query, fragment };
}

function absolute(protocol, rest, input) {
  const special = protocol in PORTS;
  const { path, query, fragment } = split(rest);
  const slashes = special ? /^[\\/]*/.exec(path)[0] : path.startsWith("//") ? "//" : "";
  const url = { protocol, username: "", password: "", hostname: "", port: "", opaque: false, hasHost: false };
  url.search = searchOf(query, special);
  url.hash = hashOf(fragment);
  if (!special && protocol !== "file:" && slashes === "") {
    url.opaque = !path.startsWith("/");
    url.pathname = url.opaque ? encode(path, "").replaceAll("%20", " ") : pathOf(path, false);
    return url;
  }
  const behind = path.slice(slashes.length);
  const end = behind.search(special ? /[\\/]/ : /\//);
  authority(url, end < 0 ? behind : behind.slice(0, end), special, input);
  url.pathname = pathOf(end < 0 ? "" : behind.slice(end), special);
  return url;
}

function authority(url, text, special, input) {
  const at = text.lastIndexOf("@");
  if (at >= 0) {
    const [user, ...password] = text.slice(0, at).split(":");
    url.username = encode(user, IN_USER);
    url.password = encode(password.join(":"), IN_USER);
  }
  const [, host, , port] = /^(\[[^\]]*\]|[^:]*)(:(.*))?$/s.exec(text.slice(at + 1)) ?? [];
  if (host === undefined || (port && !/^\d+$/.test(port)) || Number(port ?? 0) > 65535) throw invalid(input);
  url.hostname = hostOf(host, special, input);
  url.hasHost = true;
  if (special && url.hostname === "") throw invalid(input);
  url.port = port ? portOf(url.protocol, port) : "";
}

function portOf(protocol, port) {
  const number = String(Number(port));
  return number === PORTS[protocol] ? "" : number;
}

function hostOf(host, special, input) {
  if (host.startsWith("[")) return host.toLowerCase();
  let name = host;
  if (special) {
    try {
      name = decodeURIComponent(host).toLowerCase();
    } catch {
      throw invalid(input);
    }
  }
  if (/[\0-\x20#%/:<>?@[\\\]^|\x7f-\uffff]/.test(special ? name : "")) throw invalid(input);
  return special ? ipv4(name, input) : encode(name, "");
}

/** A host that ends in a number is an IPv4 address, in any of the forms that browsers take. */
function ipv4(name, input) {
  const parts = name.replace(/\.$/, "").split(".");
  if (!/^(\d+|0x[0-9a-f]*)$/.test(parts.at(-1))) return name;
  const numbers = parts.map((part) => {
    const octal = /^0[0-7]+$/.test(part);
    if (!octal && !/^([1-9]\d*|0|0x[0-9a-f]*)$/.test(part)) throw invalid(input);
    return octal ? parseInt(part, 8) : part === "0x" ? 0 : Number(part);
  });
  const last = numbers.pop();
  if (numbers.length > 3 || numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) throw invalid(input);
  const address = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

function pathOf(path, special) {
  const parts = (special ? path.replaceAll("\\", "/") : path).split("/").slice(path === "" ? 0 : 1);
  const kept = [];
  parts.forEach((part, index) => {
    const plain = part.replace(/%2e/gi, ".");
    const last = index === parts.length - 1;
    if (plain === "..") kept.pop();
    else if (plain !== ".") kept.push(encode(part, IN_PATH));
    if (last && (plain === ".." || plain === ".")) kept.push("");
  });
  if (!special && path === "") return "";
  return `/${kept.join("/")}`;
}

function searchOf(query, special) {
  if (query === undefined) return "";
  return `?${encode(query.slice(1), special ? IN_SPECIAL_QUERY : IN_QUERY)}`;
}

function hashOf(fragment) {
  return fragment === undefined ? "" : `#${encode(fragment.slice(1), IN_FRAGMENT)}`;
}

function relative(base, text, input) {
  const special = base.protocol in PORTS;
  if (/^[\\/]{2}/.test(special ? text : text.replaceAll("\\", "x"))) return absolute(base.protocol, text, input);
  const { path, query, fragment } = split(text);
  const url = { ...base, hash: hashOf(fragment) };
  if (path === "" && query === undefined) return url;
  url.search = searchOf(query, special);
  if (path === "") return url;
  const rooted = path.startsWith("/") || (special && path.startsWith("\\"));
  url.pathname = pathOf(rooted ? path : base.pathname.slice(0, base.pathname.lastIndexOf("/") + 1) + path, special);
  return url;
}

/** A lone `?` or `#` stays in the address, and is no part to those who ask. */
function shown(part) {
  return part.length > 1 ? part : "";
}

export class URL {
  #url;
  #params;

  constructor(input, base) {
    this.#url = parse(String(input), base === undefined ? undefined : new URL(String(base)).#url);
    this.#params = new URLSearchParams(this.#url.search);
    onChange(this.#params, (search) => (this.#url.search = search === "" ? "" : `?${search}`));
  }

  static canParse(input, base) {
    return URL.parse(input, base) !== null;
  }

  static parse(input, base) {
    try {
      return new URL(input, base);
    } catch {
      return null;
    }
  }

  get href() {
    const { protocol, username, password, pathname, search, hash, hasHost } = this.#url;
    const user = username || password ? `${username}${password ? `:${password}` : ""}@` : "";
    return `${protocol}${hasHost ? `//${user}${this.host}` : ""}${pathname}${search}${hash}`;
  }
  set href(value) {
    const other = new URL(value);
    this.#url = other.#url;
    reset(this.#params, this.#url.search);
  }
  get origin() {
    return this.#url.protocol in PORTS ? `${this.#url.protocol}//${this.host}` : "null";
  }
  get protocol() {
    return this.#url.protocol;
  }
  get host() {
    return this.#url.hostname + (this.#url.port === "" ? "" : `:${this.#url.port}`);
  }
  get hostname() {
    return this.#url.hostname;
  }
  get port() {
    return this.#url.port;
  }
  get username() {
    return this.#url.username;
  }
  get password() {
    return this.#url.password;
  }
  get pathname() {
    return this.#url.pathname;
  }
  get search() {
    return shown(this.#url.search);
  }
  get hash() {
    return shown(this.#url.hash);
  }
  get searchParams() {
    return this.#params;
  }

  set hostname(value) {
    this.#url.hostname = hostOf(String(value), this.#url.protocol in PORTS, value);
  }
  set host(value) {
    const [, host, , port] = /^(\[[^\]]*\]|[^:]*)(:(\d*))?$/.exec(String(value)) ?? [];
    if (host === undefined) return;
    this.hostname = host;
    if (port) this.port = port;
  }
  set port(value) {
    this.#url.port = value === "" ? "" : portOf(this.#url.protocol, value);
  }
  set username(value) {
    this.#url.username = encode(String(value), IN_USER);
  }
  set password(value) {
    this.#url.password = encode(String(value), IN_USER);
  }
  set pathname(value) {
    const path = String(value);
    this.#url.pathname = pathOf(path.startsWith("/") ? path : `/${path}`, this.#url.protocol in PORTS);
  }
  set search(value) {
    const text = String(value);
    this.#url.search = text === "" ? "" : searchOf(text.startsWith("?") ? text : `?${text}`, this.#url.protocol in PORTS);
    reset(this.#params, this.#url.search);
  }
  set hash(value) {
    const text = String(value);
    this.#url.hash = text === "" ? "" : hashOf(text.startsWith("#") ? text : `#${text}`);
  }

  toString() {
    return this.href;
  }
  toJSON() {
    return this.href;
  }
}

/** As a form has it: a space is a plus. */
function encodeForm(text) {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, hex)
    .replaceAll("%20", "+");
}

/** Percent-decoded; what is no valid UTF-8 is left as it is written. */
function decodeForm(text) {
  const spaced = text.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  return spaced.replace(/(%[0-9a-f]{2})+/gi, (run) => {
    const bytes = run.match(/[0-9a-f]{2}/gi).map((pair) => parseInt(pair, 16));
    return new TextDecoder().decode(new Uint8Array(bytes));
  });
}

const changes = new WeakMap();

function onChange(params, tell) {
  changes.set(params, tell);
}

function reset(params, search) {
  params._list = new URLSearchParams(search)._list;
}

export class URLSearchParams {
  constructor(init = "") {
    Object.defineProperty(this, "_list", { value: [], writable: true });
    if (typeof init === "object" && init !== null) {
      const pairs = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
      for (const [name, value] of pairs) this._list.push([String(name), String(value)]);
      return;
    }
    for (const pair of String(init).replace(/^\?/, "").split("&")) {
      if (pair === "") continue;
      const at = pair.indexOf("=");
      const [name, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
      this._list.push([decodeForm(name), decodeForm(value)]);
    }
  }

  #changed() {
    changes.get(this)?.(this.toString());
  }

  get size() {
    return this._list.length;
  }
  append(name, value) {
    this._list.push([String(name), String(value)]);
    this.#changed();
  }
  delete(name, value) {
    this._list = this._list.filter(([other, is]) => other !== name || (value !== undefined && is !== String(value)));
    this.#changed();
  }
  get(name) {
    return this._list.find(([other]) => other === name)?.[1] ?? null;
  }
  getAll(name) {
    return this._list.filter(([other]) => other === name).map(([, value]) => value);
  }
  has(name, value) {
    return this._list.some(([other, is]) => other === name && (value === undefined || is === String(value)));
  }
  set(name, value) {
    const at = this._list.findIndex(([other]) => other === name);
    if (at < 0) return this.append(name, value);
    this._list[at][1] = String(value);
    this._list = this._list.filter(([other], index) => other !== name || index === at);
    this.#changed();
  }
  sort() {
    this._list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#changed();
  }
  forEach(callback, self) {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }
  *entries() {
    for (const [name, value] of this._list) yield [name, value];
  }
  *keys() {
    for (const [name] of this._list) yield name;
  }
  *values() {
    for (const [, value] of this._list) yield value;
  }
  [Symbol.iterator]() {
    return this.entries();
  }
  toString() {
    return this._list.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join("&");
  }
}

// `path`, of POSIX.

export const sep = "/";
export const delimiter = ":";

export function normalize(path) {
  if (path === "") return ".";
  const rooted = path.startsWith("/");
  const kept = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push("..");
  }
  const text = kept.join("/");
  const end = path.endsWith("/") && text !== "" ? "/" : "";
  return rooted ? `/${text}${end}` : (text || ".") + (text === "" && path.endsWith("/") ? "/" : end);
}

export function join(...parts) {
  return normalize(parts.filter((part) => part !== "").join("/"));
}

export function resolve(...parts) {
  let path = "";
  for (const part of [...parts].reverse()) {
    if (part === "") continue;
    path = path === "" ? part : `${part}/${path}`;
    if (part.startsWith("/")) break;
  }
  if (!path.startsWith("/")) path = `${process.cwd()}/${path}`;
  const normal = normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, "") : normal;
}

export function isAbsolute(path) {
  return path.startsWith("/");
}

export function dirname(path) {
  const trimmed = path.replace(/(?<=.)\/+$/, "");
  const at = trimmed.lastIndexOf("/");
  if (at < 0) return ".";
  return trimmed.slice(0, at) || "/";
}

export function basename(path, suffix = "") {
  const name = path.replace(/\/+$/, "").split("/").at(-1);
  return suffix !== "" && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

export function extname(path) {
  const name = basename(path);
  const at = name.lastIndexOf(".");
  return at <= 0 || name === ".." ? "" : name.slice(at);
}

export function relative(from, to) {
  const [a, b] = [from, to].map((path) => resolve(path).split("/").filter(Boolean));
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return [...a.slice(shared).map(() => ".."), ...b.slice(shared)].join("/");
}

export function parse(path) {
  const base = basename(path);
  const ext = extname(path);
  const root = isAbsolute(path) ? "/" : "";
  const dir = path.replace(/(?<=.)\/+$/, "").includes("/") ? dirname(path) : "";
  return { root, dir, base, ext, name: base.slice(0, base.length - ext.length) };
}

export function format({ dir, root = "", base, name = "", ext = "" }) {
  const file = base ?? name + ext;
  if (!dir) return root + file;
  return dir === root ? dir + file : `${dir}/${file}`;
}

export const posix = { basename, delimiter, dirname, extname, format, isAbsolute, join, normalize, parse, relative, resolve, sep };
export default Object.assign(posix, { posix });

// Values as text for people, in the manner of Node.js's `util.inspect` and `util.format`.

/** Levels of nested objects that are shown. */
const DEPTH = 2;
/** Elements of an array, a map or a set that are shown. */
const ELEMENTS = 100;
/** Characters that fit on a line; a longer object is shown over several lines. */
const LINE = 72;

/** A value as text. `depth` is how many levels of objects are shown (2 unless told; null is all). */
export function inspect(value, options = {}) {
  const depth = options.depth === null ? Infinity : (options.depth ?? DEPTH);
  return show(value, depth, []);
}

/** `console.log`'s text: `%s %d %i %f %j %o %O %%` in a first string, the rest behind it with spaces. */
export function format(...values) {
  let rest = values;
  let text = "";
  if (typeof values[0] === "string") {
    rest = values.slice(1);
    text = values[0].replace(/%([sdifjoOc%])/g, (whole, kind) => {
      if (kind === "%") return rest.length > 0 || values.length > 1 ? "%" : whole;
      if (rest.length === 0) return whole;
      return directive(kind, rest.shift());
    });
    if (rest.length > 0) text += " ";
  }
  return text + rest.map((value) => (typeof value === "string" ? value : inspect(value))).join(" ");
}

function directive(kind, value) {
  switch (kind) {
    case "s":
      return typeof value === "string" ? value : typeof value === "object" ? inspect(value, { depth: 0 }) : String(value);
    case "d":
      return typeof value === "bigint" ? `${value}n` : String(Number(value));
    case "i":
      return String(parseInt(value, 10));
    case "f":
      return String(parseFloat(value));
    case "j":
      try {
        return JSON.stringify(value);
      } catch {
        return "[Circular]";
      }
    case "c":
      return "";
    default:
      return inspect(value, { depth: kind === "o" ? 4 : DEPTH });
  }
}

function quoted(text) {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes("`") ? "`" : "'";
  const escaped = text.replace(/[\\\n\r\t\b\f\v]/g, (char) => JSON.stringify(char).slice(1, -1).replace("\\u000b", "\\v"));
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

function show(value, depth, parents) {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
      return value.toString();
    case "function": {
      const kind = /^class\b/.test(Function.prototype.toString.call(value)) ? "class" : "Function";
      const name = kind === "class" ? value.name || "(anonymous)" : value.name ? `: ${value.name}` : " (anonymous)";
      return kind === "class" ? `[class ${name}]` : `[Function${name}]`;
    }
    case "object":
      return value === null ? "null" : showObject(value, depth, parents);
    default:
      return Object.is(value, -0) ? "-0" : String(value);
  }
}

function showObject(value, depth, parents) {
  if (parents.includes(value)) return "[Circular *1]";
  if (value instanceof Error) return showError(value, depth, parents);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Promise) return "Promise { … }";
  const name = value.constructor === undefined ? "[Object: null prototype]" : value.constructor.name;
  const list = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  const prefix = prefixOf(value, name);
  if (depth < 0) return list ? "[Array]" : `[${name || "Object"}]`;
  const below = [...parents, value];
  const inner = (other) => show(other, depth - 1, below);
  const parts = elements(value, list, inner);
  for (const key of Object.keys(value)) {
    if (list && /^\d+$/.test(key)) continue;
    const shown = /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
    const getter = Object.getOwnPropertyDescriptor(value, key)?.get;
    parts.push(`${shown}: ${getter ? "[Getter]" : inner(value[key])}`);
  }
  const [open, close] = list ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return `${prefix}${open}${close}`;
  const line = `${prefix}${open} ${parts.join(", ")} ${close}`;
  if (line.length <= LINE && !line.includes("\n")) return line;
  return `${prefix}${open}\n${parts.map((part) => `  ${part.replaceAll("\n", "\n  ")}`).join(",\n")}\n${close}`;
}

function prefixOf(value, name) {
  if (value instanceof Map || value instanceof Set) return `${name}(${value.size}) `;
  if (ArrayBuffer.isView(value) && "length" in value) return `${name}(${value.length}) `;
  return name === "Object" || name === "Array" ? "" : `${name} `;
}

function elements(value, list, inner) {
  let all = [];
  if (list) all = Array.from({ length: Math.min(value.length, ELEMENTS + 1) }, (_, index) => value[index]);
  else if (value instanceof Set) all = [...value];
  else if (value instanceof Map) return [...value].slice(0, ELEMENTS).map(([key, item]) => `${inner(key)} => ${inner(item)}`);
  const shown = all.slice(0, ELEMENTS).map(inner);
  const size = list ? value.length : all.length;
  if (size > ELEMENTS) shown.push(`... ${size - ELEMENTS} more items`);
  return shown;
}

function showError(error, depth, parents) {
  const head = `${error.name}${error.message ? `: ${error.message}` : ""}`;
  const stack = typeof error.stack === "string" ? error.stack.trimEnd() : "";
  // QuickJS has only the places in `stack`, and others the head as well.
  const text = stack === "" ? `[${head}]` : stack.startsWith(error.name) ? stack : `${head}\n${stack}`;
  const keys = Object.keys(error).filter((key) => !["name", "message", "stack"].includes(key));
  if (keys.length === 0 || depth < 0) return text;
  const below = [...parents, error];
  return `${text} {\n${keys.map((key) => `  ${key}: ${show(error[key], depth - 1, below)}`).join(",\n")}\n}`;
}

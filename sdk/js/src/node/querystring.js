// `querystring`, the older way to take queries apart.

export function escape(text) {
  return encodeURIComponent(text);
}

export function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function parse(text, separator = "&", equals = "=") {
  const values = Object.create(null);
  for (const pair of String(text).split(separator)) {
    if (pair === "") continue;
    const at = pair.indexOf(equals);
    const [name, value] = (at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + equals.length)]).map((part) =>
      unescape(part.replaceAll("+", " ")),
    );
    values[name] = name in values ? [values[name], value].flat() : value;
  }
  return values;
}

export function stringify(values, separator = "&", equals = "=") {
  const plain = (value) => (["string", "number", "bigint", "boolean"].includes(typeof value) ? String(value) : "");
  const pairs = Object.entries(values ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => `${escape(name)}${equals}${escape(plain(each))}`),
  );
  return pairs.join(separator);
}

export { parse as decode, stringify as encode };
export default { decode: parse, encode: stringify, escape, parse, stringify, unescape };

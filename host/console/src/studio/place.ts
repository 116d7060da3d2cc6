// Where in a definition the cursor of the code editor stands, and what of the text a suggestion replaces there.
import { getLocation } from "jsonc-parser";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Place } from "./completion";

/** A place with the stretch of text to replace, and what stands around it. */
export interface Spot extends Place {
  readonly from: number;
  readonly to: number;
  /** What must be written around the word. */
  readonly before: string;
  readonly after: string;
}

/** The place in JSON, which need not be whole. */
export function jsonSpot(text: string, offset: number): Spot | undefined {
  const location = getLocation(text, offset);
  const key = location.isAtPropertyKey;
  const path = key ? location.path.slice(0, -1) : location.path;
  const node = location.previousNode;
  const inside =
    node?.type === "string" && node.offset < offset && offset <= node.offset + node.length;
  if (inside && node) {
    const closed = node.length > 1 && text[node.offset + node.length - 1] === '"';
    const to = node.offset + node.length - (closed ? 1 : 0);
    if (offset > to) return undefined;
    // The end of a text that is not closed is anywhere.
    const end = closed ? to : offset;
    const colon = key && !/^\s*:/.test(text.slice(end + (closed ? 1 : 0)));
    const from = node.offset + 1;
    return {
      path,
      key,
      from,
      to: end,
      before: "",
      after: (closed ? "" : '"') + (colon && !closed ? ": " : ""),
    };
  }
  const word = /[\w.:$-]*$/.exec(text.slice(0, offset))?.[0] ?? "";
  return {
    path,
    key,
    from: offset - word.length,
    to: offset,
    before: '"',
    after: key ? '": ' : '"',
  };
}

/** Stands where the cursor is, for the parser to find. */
const MARK = "\u{E000}cursor";

/** The place in YAML of blocks. In comments and in quotes there is none. */
export function yamlSpot(text: string, offset: number): Spot | undefined {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const behind = /^[^\n]*/.exec(text.slice(offset))?.[0] ?? "";
  const [, word = ""] = /(?:^|[\s])([\w.:$-]*)$/.exec(line) ?? [];
  const first = /^\s*(?:- +)*[\w.$-]*$/.test(line);
  if (/["'#{[]/.test(line) || (!first && !/:\s+[\w.:$-]*$/.test(line))) return undefined;
  const named = first && /^[\w.$-]*\s*:/.test(behind);
  const from = offset - word.length;
  const rest = /^[\w.:$-]*/.exec(first && !named ? "" : behind)?.[0] ?? "";
  const marked = `${text.slice(0, from)}${MARK}${first && !named ? ":" : ""}${text.slice(offset + (named ? 0 : rest.length))}`;
  const found =
    marked.length > MAX_YAML ? undefined : pathOfMark(parseDocument(marked).contents, []);
  if (!found) return undefined;
  // An element is a text where there are texts, and else the first member of an object.
  const element = found.key && found.path.at(-2) === "ErrorEquals";
  const key = found.key && !element;
  const to = offset + (named ? 0 : rest.length);
  return { path: found.path, key, from, to, before: "", after: key && !named ? ": " : "" };
}

/** Longest YAML in which a place is looked for. */
const MAX_YAML = 256 * 1024;

function pathOfMark(node: unknown, path: Place["path"]): Place | undefined {
  if (isScalar(node)) return hasMark(node) ? { path, key: false } : undefined;
  if (isSeq(node)) {
    return first(node.items.entries(), ([index, item]) => pathOfMark(item, [...path, index]));
  }
  if (!isMap(node)) return undefined;
  return first(node.items.values(), ({ key, value }) =>
    hasMark(key) ? { path, key: true } : pathOfMark(value, [...path, nameOf(key)]),
  );
}

const nameOf = (node: unknown) => String(isScalar(node) ? node.value : node);
const hasMark = (node: unknown) => isScalar(node) && String(node.value).includes(MARK);

function first<T, R>(all: Iterable<T>, find: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

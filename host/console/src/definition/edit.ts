// Edits of a JSON text that change what is edited and leave every other byte as it is.
//
// (`jsonc-parser`'s own `modify` formats the lines that it touches, which in a text of one line is all of it. So only its
// parser is used, and the edits are here.)
import { type JsonDocument, member, type Node, type TextEdit } from "./document";
import type { Path } from "./pointer";
import { hasLines, lineIndent, RawJson, render, styleOf } from "./style";

/** The document with a value at a path: in place of what is there, or at the end of the object or array around it. */
export function set(document: JsonDocument, path: Path, value: unknown): JsonDocument {
  const node = document.node(path);
  if (node) return document.apply(replacement(document, node, value));
  const root = document.root;
  const last = path[path.length - 1];
  if (root === undefined || last === undefined) {
    const text = render(value, styleOf(document), "");
    return document.apply([{ from: 0, to: document.text.length, text }]);
  }
  const parent = path.slice(0, -1);
  const container = document.node(parent);
  if (container?.type !== "object" && container?.type !== "array") {
    return set(document, parent, typeof last === "number" ? [value] : { [last]: value });
  }
  return insert(document, parent, container.children?.length ?? 0, value, String(last));
}

/** The document with one more member (with its name) or element, at an index among those that are there. */
export function insert(
  document: JsonDocument,
  parent: Path,
  index: number,
  value: unknown,
  name?: string,
): JsonDocument {
  const container = document.node(parent);
  if (container?.type !== "object" && container?.type !== "array") return document;
  const style = styleOf(document);
  const colon = colonGap(document, container) ?? style.afterColon;
  const named = (text: string) =>
    container.type === "object" ? `${JSON.stringify(name ?? "")}:${colon}${text}` : text;
  const children = container.children ?? [];
  const first = children[0];
  if (first === undefined) {
    const indent =
      style.unit === undefined ? undefined : lineIndent(document.text, container.offset);
    const inner = indent === undefined ? undefined : indent + style.unit;
    const text = named(render(value, style, inner));
    const lead = inner === undefined ? "" : style.eol + inner;
    const trail = inner === undefined ? "" : style.eol + indent;
    const from = container.offset + 1;
    return document.apply([
      { from, to: container.offset + container.length - 1, text: lead + text + trail },
    ]);
  }
  const gap = separator(document, container, style.afterComma);
  const indent = hasLines(document, container)
    ? lineIndent(document.text, first.offset)
    : undefined;
  const text = named(render(value, style, indent));
  const before = children[index];
  if (before) return document.apply([{ from: before.offset, to: before.offset, text: text + gap }]);
  const end = endOf(children[children.length - 1] as Node);
  return document.apply([{ from: end, to: end, text: gap + text }]);
}

/** The document without a member or an element. */
export function remove(document: JsonDocument, path: Path): JsonDocument {
  const child = childAt(document, path);
  const container = child?.parent;
  if (!child || !container?.children) return document;
  const index = container.children.indexOf(child);
  const [previous, next] = [container.children[index - 1], container.children[index + 1]];
  if (previous) return document.apply([{ from: endOf(previous), to: endOf(child), text: "" }]);
  if (next) return document.apply([{ from: child.offset, to: next.offset, text: "" }]);
  return document.apply([{ from: container.offset + 1, to: endOf(container) - 1, text: "" }]);
}

/** The document with another name for a member, which stays at its place. */
export function rename(document: JsonDocument, path: Path, name: string): JsonDocument {
  const key = childAt(document, path)?.children?.[0];
  if (key?.parent?.type !== "property") return document;
  return document.apply([{ from: key.offset, to: endOf(key), text: JSON.stringify(name) }]);
}

/** The document with an element or a member at another index among its siblings; what lies between moves by one. */
export function move(document: JsonDocument, parent: Path, from: number, to: number): JsonDocument {
  const children = document.node(parent)?.children ?? [];
  const order = children.map((_, index) => index);
  const [moved] = order.splice(from, 1);
  if (moved === undefined || to < 0 || to >= children.length) return document;
  order.splice(to, 0, moved);
  const edits = order.flatMap((source, place): TextEdit[] => {
    const [old, fresh] = [children[place], children[source]];
    if (source === place || !old || !fresh) return [];
    return [
      { from: old.offset, to: endOf(old), text: document.text.slice(fresh.offset, endOf(fresh)) },
    ];
  });
  return document.apply(edits);
}

/**
 * The document with a path's value made to be another one, by the edits that are needed and no others: what is the same
 * in both stays as it is written.
 */
export function become(document: JsonDocument, path: Path, value: unknown): JsonDocument {
  const old = document.value(path);
  if (document.node(path) && same(old, value)) return document;
  if (isObject(old) && isObject(value)) return becomeObject(document, path, old, value);
  if (Array.isArray(old) && Array.isArray(value)) return becomeArray(document, path, old, value);
  return set(document, path, value);
}

function becomeObject(
  document: JsonDocument,
  path: Path,
  old: Fields,
  value: Fields,
): JsonDocument {
  let result = document;
  for (const name of Object.keys(old))
    if (value[name] === undefined) result = remove(result, [...path, name]);
  let index = 0;
  for (const [name, content] of Object.entries(value)) {
    if (content === undefined) continue;
    const names =
      result.node(path)?.children?.map((property) => property.children?.[0]?.value) ?? [];
    const place = names.lastIndexOf(name);
    result =
      place < 0
        ? insert(result, path, index, content, name)
        : become(result, [...path, name], content);
    index = (place < 0 ? index : place) + 1;
  }
  return result;
}

function becomeArray(
  document: JsonDocument,
  path: Path,
  old: unknown[],
  value: unknown[],
): JsonDocument {
  let result = document;
  let start = 0;
  while (start < old.length && start < value.length && same(old[start], value[start])) start++;
  let end = 0;
  const most = Math.min(old.length, value.length) - start;
  while (end < most && same(old[old.length - 1 - end], value[value.length - 1 - end])) end++;
  const [oldEnd, newEnd] = [old.length - end, value.length - end];
  for (let i = start; i < Math.min(oldEnd, newEnd); i++)
    result = become(result, [...path, i], value[i]);
  for (let i = oldEnd - 1; i >= newEnd; i--) result = remove(result, [...path, i]);
  for (let i = oldEnd; i < newEnd; i++) result = insert(result, path, i, value[i]);
  return result;
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof RawJson)
  );
}

/** Whether two JSON values are equal, whatever the order of their members. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a).filter((name) => a[name] !== undefined);
  const count = Object.keys(b).filter((name) => b[name] !== undefined).length;
  return (
    names.length === count &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  );
}

function replacement(document: JsonDocument, node: Node, value: unknown): TextEdit[] {
  const style = styleOf(document);
  const old = document.text.slice(node.offset, endOf(node));
  const container = node.parent?.type === "property" ? node.parent.parent : node.parent;
  const lines = container === undefined || hasLines(document, container);
  const text = render(value, style, lines ? lineIndent(document.text, node.offset) : undefined);
  return text === old ? [] : [{ from: node.offset, to: endOf(node), text }];
}

/** What stands between two children of a container. */
function separator(document: JsonDocument, container: Node, afterComma: string): string {
  const children = container.children ?? [];
  const [first, second] = children;
  if (first && second) return document.text.slice(endOf(first), second.offset);
  const lead = first ? document.text.slice(container.offset + 1, first.offset) : "";
  return `,${lead.includes("\n") ? lead : afterComma}`;
}

/** What stands between a colon and a value in an object, if it says. */
function colonGap(document: JsonDocument, container: Node): string | undefined {
  const property = container.children?.[0];
  const value = property?.children?.[1];
  if (property?.colonOffset === undefined || value === undefined) return undefined;
  const gap = document.text.slice(property.colonOffset + 1, value.offset);
  return gap.includes("\n") ? undefined : gap;
}

/** The property node of a member, or the node of an element. */
function childAt(document: JsonDocument, path: Path): Node | undefined {
  const last = path[path.length - 1];
  const container = last === undefined ? undefined : document.node(path.slice(0, -1));
  if (container?.type === "array") return container.children?.[Number(last)];
  return container?.type === "object" ? member(container, String(last)) : undefined;
}

function endOf(node: Node): number {
  return node.offset + node.length;
}

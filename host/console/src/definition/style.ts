// How a JSON text is laid out, and how a value is written so that it fits in.
import type { JsonDocument, Node } from "./document";

/** A JSON text that is written as it is: a number's own form, or a value that was copied. */
export class RawJson {
  constructor(readonly text: string) {}
}

/** The habits of a text. */
export interface Style {
  /** What a level is indented by; `undefined` when the text has no lines. */
  readonly unit: string | undefined;
  readonly eol: string;
  /** What stands between a name's colon and its value. */
  readonly afterColon: string;
  /** What stands after a comma within a line. */
  readonly afterComma: string;
}

const DEFAULT_UNIT = "  ";

/** The habits of a text, from the first places that show them. */
export function styleOf(document: JsonDocument): Style {
  const { text, root } = document;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const first = root?.children?.[0];
  const property = root && find(root, (node) => node.type === "property");
  const colon = property?.colonOffset;
  const value = property?.children?.[1];
  const afterColon = colon !== undefined && value ? text.slice(colon + 1, value.offset) : " ";
  const inline =
    root &&
    find(
      root,
      (node) => isContainer(node) && (node.children?.length ?? 0) > 1 && !hasLines(document, node),
    );
  const [one, two] = inline?.children ?? [];
  const gap =
    one && two ? text.slice(one.offset + one.length, two.offset) : afterColon === "" ? "," : ", ";
  let unit: string | undefined = DEFAULT_UNIT;
  if (root && first) {
    const lead = text.slice(root.offset + 1, first.offset);
    const indent = lead.slice(lead.lastIndexOf("\n") + 1);
    unit = lead.includes("\n")
      ? indent.slice(lineIndent(text, root.offset).length) || DEFAULT_UNIT
      : undefined;
  }
  return {
    unit,
    eol,
    afterColon: afterColon.includes("\n") ? " " : afterColon,
    afterComma: gap.includes("\n") ? " " : gap.slice(gap.indexOf(",") + 1),
  };
}

/** Whether an object's or array's members stand on lines of their own. */
export function hasLines(document: JsonDocument, container: Node): boolean {
  const first = container.children?.[0];
  return first !== undefined && document.text.slice(container.offset, first.offset).includes("\n");
}

/** The white space that the line of a position begins with. */
export function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** A value's text. `indent` is that of the line it begins on; without one it is written on one line. */
export function render(value: unknown, style: Style, indent: string | undefined): string {
  if (value instanceof RawJson) return reindent(value.text, style, indent);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const isArray = Array.isArray(value);
  const [open, close] = isArray ? "[]" : "{}";
  const inner = indent === undefined || style.unit === undefined ? undefined : indent + style.unit;
  const parts = isArray
    ? value.map((element) => render(element, style, inner))
    : Object.entries(value)
        .filter(([, content]) => content !== undefined)
        .map(
          ([name, content]) =>
            `${JSON.stringify(name)}:${style.afterColon}${render(content, style, inner)}`,
        );
  if (parts.length === 0) return `${open}${close}`;
  if (inner === undefined) return `${open}${parts.join(`,${style.afterComma}`)}${close}`;
  const line = style.eol + inner;
  return `${open}${line}${parts.join(`,${line}`)}${style.eol}${indent}${close}`;
}

/** A copied text, with the white space before its lines as it must be at its new place. Strings of JSON have no lines. */
function reindent(text: string, style: Style, indent: string | undefined): string {
  const lines = text.split(/\r?\n/);
  if (lines.length === 1) return text;
  if (indent === undefined || style.unit === undefined)
    return lines.map((line) => line.trim()).join(" ");
  const last = /^[ \t]*/.exec(lines[lines.length - 1] ?? "")?.[0] ?? "";
  const moved = lines
    .slice(1)
    .map((line) => indent + (line.startsWith(last) ? line.slice(last.length) : line.trimStart()));
  return [lines[0], ...moved].join(style.eol);
}

function find(node: Node, wanted: (node: Node) => boolean): Node | undefined {
  const queue = [node];
  for (let i = 0; i < queue.length; i++) {
    const here = queue[i] as Node;
    if (wanted(here)) return here;
    queue.push(...(here.children ?? []));
  }
  return undefined;
}

function isContainer(node: Node): boolean {
  return node.type === "object" || node.type === "array";
}

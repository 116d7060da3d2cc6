// YAML as somebody wrote it, with its comments, beside the JSON that is edited and saved: what is edited elsewhere is put into it.
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import type { JsonDocument } from "../definition";
import { fromYaml, toYaml } from "./yaml";

export class YamlText {
  #text: string | undefined;
  /** The JSON that the text says. */
  #json = "";

  /** The text as it was written; none where nothing was written in YAML. */
  get written(): string | undefined {
    return this.#text;
  }

  /** Keeps a text that says the same as the document. */
  keep(text: string, document: JsonDocument): void {
    this.#text = text;
    this.#json = document.text;
  }

  forget(): void {
    this.#text = undefined;
  }

  /** The document in YAML, with the comments that there are. */
  of(document: JsonDocument): string {
    if (this.#text === undefined) return toYaml(document);
    if (this.#json !== document.text) this.keep(withEdits(this.#text, document), document);
    return this.#text;
  }
}

/** Whether a YAML text has comments. */
export function hasComments(text: string | undefined): boolean {
  if (text === undefined || !text.includes("#")) return false;
  const document = parseDocument(text);
  let found = Boolean(document.commentBefore || document.comment);
  visit(document, {
    Node: (_, node) => {
      found ||= Boolean(node.commentBefore || node.comment);
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

/** A YAML text that says what the document says, and what is the same in both stays as it was written. */
function withEdits(text: string, document: JsonDocument): string {
  const parsed = parseDocument(text);
  if (parsed.errors.length > 0) return toYaml(document);
  parsed.contents = edited(parsed, parsed.contents, document.value()) as typeof parsed.contents;
  const made = parsed.toString({ lineWidth: 0 });
  // With anchors an edit may change more than it is about: then the comments are lost rather than the edit.
  const read = fromYaml(document, made);
  return "document" in read && read.document.text === document.text ? made : toYaml(document);
}

function edited(document: Document, node: unknown, value: unknown): unknown {
  if (isMap(node) && isObject(value)) {
    commentToFirst(node, node.items[0]?.key);
    for (const { key } of [...node.items]) if (!(nameOf(key) in value)) node.delete(key);
    for (const [name, inner] of Object.entries(value)) {
      const pair = node.items.find(({ key }) => nameOf(key) === name);
      if (pair) pair.value = edited(document, pair.value, inner);
      else node.add(document.createPair(name, inner));
    }
    return node;
  }
  if (isSeq(node) && Array.isArray(value)) {
    commentToFirst(node, node.items[0]);
    node.items = elements(document, node.items, value);
    return node;
  }
  if (isScalar(node) && node.value === value) return node;
  if (isAlias(node) && same(node.toJS(document), value)) return node;
  const made = document.createNode(value);
  return isNode(node) ? withComments(made, node) : made;
}

/** Elements that are the same go with their comments wherever they are; of the rest, those at the same place are edited. */
function elements(document: Document, items: readonly unknown[], values: unknown[]): unknown[] {
  const left = new Map([...items.entries()].map(([index, item]) => [index, item]));
  const texts = items.map((item) => JSON.stringify(isNode(item) ? item.toJS(document) : item));
  const found = values.map((value) => {
    const index = texts.findIndex((text, at) => left.has(at) && text === JSON.stringify(value));
    const item = left.get(index);
    left.delete(index);
    return item;
  });
  return values.map((value, index) => {
    if (found[index] !== undefined) return found[index];
    const item = left.get(index);
    left.delete(index);
    return item === undefined ? document.createNode(value) : edited(document, item, value);
  });
}

/** The parser gives the whole the comment before its first part. It goes with that part. */
function commentToFirst(whole: Node, first: unknown): void {
  if (!whole.commentBefore || !isNode(first) || first.commentBefore) return;
  first.commentBefore = whole.commentBefore;
  whole.commentBefore = null;
}

function withComments(made: Node, before: Node): Node {
  made.comment = before.comment ?? null;
  made.commentBefore = before.commentBefore ?? null;
  if (before.spaceBefore !== undefined) made.spaceBefore = before.spaceBefore;
  return made;
}

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

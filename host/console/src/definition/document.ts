// A JSON text and what stands where in it.
import {
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { Path } from "./pointer";

export type { Node };

/** A stretch of a text, in UTF-16 units. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A part of a text that is replaced by another. */
export interface TextEdit extends Range {
  readonly text: string;
}

/** Why a text is not JSON, and where. */
export interface SyntaxProblem extends Range {
  readonly message: string;
}

/**
 * A JSON text with its tree. It never changes; an edit (`edit.ts`) gives a new one. The text is kept as it is, so what
 * was not edited stays as it was, byte for byte.
 */
export class JsonDocument {
  readonly text: string;
  /** The tree, of which a part may be missing where the text is not JSON. */
  readonly root: Node | undefined;
  /** What keeps the text from being JSON. Empty when it is JSON. */
  readonly problems: readonly SyntaxProblem[];
  #value: { readonly of: unknown } | undefined;

  constructor(text: string) {
    this.text = text;
    const errors: ParseError[] = [];
    this.root = parseTree(text, errors, { disallowComments: true });
    this.problems = problems(text, errors);
  }

  /** Whether the text is JSON. Only then can it be edited as a tree. */
  get valid(): boolean {
    return this.problems.length === 0;
  }

  /** The value at a path, or `undefined` where there is none. Of members with the same name the last counts. */
  value(path: Path = []): unknown {
    this.#value ??= { of: this.root === undefined ? undefined : getNodeValue(this.root) };
    let here = this.#value.of;
    for (const step of path) {
      if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
      here = (here as Record<string | number, unknown>)[step];
    }
    return here;
  }

  /** The tree's node at a path. */
  node(path: Path): Node | undefined {
    let here = this.root;
    for (const step of path) {
      if (here === undefined) return undefined;
      here =
        here.type === "array"
          ? here.children?.[Number(step)]
          : member(here, String(step))?.children?.[1];
    }
    return here;
  }

  /** Where a path's value stands in the text, or its nearest ancestor that is there. */
  range(path: Path): Range {
    for (let length = path.length; length >= 0; length--) {
      const node = this.node(path.slice(0, length));
      if (node) return { from: node.offset, to: node.offset + node.length };
    }
    return { from: 0, to: this.text.length };
  }

  /** Where a path's member stands with its name; for an element, where its value stands. */
  memberRange(path: Path): Range {
    const node = this.node(path);
    const at = node?.parent?.type === "property" ? node.parent : node;
    return at ? { from: at.offset, to: at.offset + at.length } : this.range(path);
  }

  /** The text of a path's value, or `undefined` where there is none. */
  textAt(path: Path): string | undefined {
    const node = this.node(path);
    return node && this.text.slice(node.offset, node.offset + node.length);
  }

  /** The path of the innermost value that holds a position of the text. */
  pathAt(offset: number): Path {
    const path: (string | number)[] = [];
    let here = this.root;
    while (here) {
      const inside: Node[] = here.children ?? [];
      const index = inside.findIndex(
        (child) => child.offset <= offset && offset <= child.offset + child.length,
      );
      const child = inside[index];
      if (child === undefined) return path;
      if (child.type === "property") {
        path.push(String(child.children?.[0]?.value));
        here = child.children?.[1];
      } else {
        path.push(index);
        here = child;
      }
    }
    return path;
  }

  /** This text with some parts replaced. The parts do not overlap. */
  apply(edits: readonly TextEdit[]): JsonDocument {
    if (edits.length === 0) return this;
    let text = this.text;
    for (const edit of [...edits].sort((a, b) => b.from - a.from || b.to - a.to)) {
      text = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
    }
    return new JsonDocument(text);
  }
}

/** The property node of an object's member; of several with one name the last, as it is the one that counts. */
export function member(object: Node, name: string): Node | undefined {
  return object.children?.findLast((property) => property.children?.[0]?.value === name);
}

/** What is wrong with a text. The engine's own parser decides whether it is JSON; the tree's parser says where. */
function problems(text: string, errors: readonly ParseError[]): SyntaxProblem[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    if (errors.length === 0) {
      return [
        {
          from: 0,
          to: text.length,
          message: error instanceof Error ? error.message : String(error),
        },
      ];
    }
    return errors.map(({ error: code, offset, length }) => ({
      from: offset,
      to: offset + length,
      message: words(printParseErrorCode(code)),
    }));
  }
}

/** `CommaExpected` → `comma expected`. */
function words(code: string): string {
  return code.replace(/(?!^)([A-Z])/g, " $1").toLowerCase();
}

// Colours and folds of JSON that is only read, by its lines: `indented` has one member or one bracket on each. A parser goes through
// the whole text, which for the input of a large Map takes the page's thread for longer than a frame; this looks at what is in sight.
import { foldService } from "@codemirror/language";
import { type Extension, RangeSetBuilder, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin } from "@codemirror/view";

/** Most lines that are looked through for the end of a fold. */
const MAX_FOLD = 100_000;

const TOKEN = /("(?:[^"\\\n]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b/g;

export type Kind = "name" | "string" | "value";

const MARKS: Readonly<Record<Kind, Decoration>> = {
  name: Decoration.mark({ class: "json-name" }),
  string: Decoration.mark({ class: "json-string" }),
  value: Decoration.mark({ class: "json-value" }),
};

/** The names, strings and other values of a piece of JSON, in order. */
export function* tokensOf(text: string): Generator<{ from: number; to: number; kind: Kind }> {
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon] = match;
    const to = match.index + (string ?? whole).length;
    yield {
      from: match.index,
      to,
      kind: string === undefined ? "value" : colon === undefined ? "string" : "name",
    };
  }
}

function coloured(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (const token of tokensOf(view.state.sliceDoc(from, to))) {
      builder.add(from + token.from, from + token.to, MARKS[token.kind]);
    }
  }
  return builder.finish();
}

const colours = ViewPlugin.define(
  (view) => ({
    decorations: coloured(view),
    update(update) {
      if (update.docChanged || update.viewportChanged) this.decorations = coloured(update.view);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

const indentOf = (text: string) => text.length - text.trimStart().length;

/** What a line that ends with a bracket folds: up to the line before the next one that is as far to the left. */
export function foldAt(document: Text, from: number): { from: number; to: number } | null {
  const first = document.lineAt(from);
  if (first.number === document.lines || !/[[{]$/.test(first.text)) return null;
  const indent = indentOf(first.text);
  let to = first.to;
  let left = MAX_FOLD;
  for (const text of document.iterLines(first.number + 1)) {
    if (indentOf(text) <= indent) return to > first.to ? { from: first.to, to } : null;
    to += 1 + text.length;
    left -= 1;
    if (left === 0) return null;
  }
  return null;
}

/** For texts that `indented` made. */
export function jsonLines(): Extension {
  return [
    colours,
    foldService.of((state, from) => foldAt(state.doc, from)),
    EditorView.baseTheme({
      ".json-name": { color: "var(--code-name)" },
      ".json-string": { color: "var(--code-string)" },
      ".json-value": { color: "var(--code-value)" },
    }),
  ];
}

// CodeMirror for a definition: JSON or YAML, with what the compiler says of it.
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorSelection, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import type { Range } from "../definition";
import type { Option, Place } from "./completion";
import { jsonSpot, yamlSpot } from "./place";

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-name)" },
  { tag: [tags.string, tags.content], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-value)" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "12.5px", lineHeight: "1.55" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-3)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    {
      backgroundColor: "var(--selected)",
    },
  ".cm-panels, .cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    borderColor: "var(--line)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--selected)",
    color: "var(--text)",
  },
  ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal" },
  ".cm-foldPlaceholder": { background: "var(--idle-soft)", border: "none", color: "var(--text-2)" },
});

interface Props {
  readonly text: string;
  readonly language: "json" | "yaml";
  readonly problems: readonly (Range & { severity: "ERROR" | "WARNING"; message: string })[];
  /** The stretch that is to be in sight, as another one is selected elsewhere. */
  readonly reveal: Range | undefined;
  readonly onChange: (text: string) => void;
  /** What may stand at a place. */
  readonly options: (place: Place) => readonly Option[];
  /** The cursor stands elsewhere, moved by its user. */
  readonly onCursor: (offset: number) => void;
}

export default function CodeEditor(props: Props) {
  const { text, language, problems, reveal } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const calls = useRef(props);
  calls.current = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: later texts are dispatched below
  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: text, extensions: extensions(language, calls) }),
    });
    view.current = made;
    return () => made.destroy();
  }, [language]);

  useEffect(() => {
    const editor = view.current;
    const old = editor?.state.doc.toString();
    if (!editor || old === undefined || old === text) return;
    editor.dispatch({ changes: difference(old, text) });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const length = editor.state.doc.length;
    const found = problems.map(
      ({ from, to, severity, message }): Diagnostic => ({
        from: Math.min(from, length),
        to: Math.min(Math.max(to, from), length),
        severity: severity === "ERROR" ? "error" : "warning",
        message,
      }),
    );
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [problems]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !reveal || reveal.from > editor.state.doc.length || editor.hasFocus) return;
    const cursor = EditorSelection.cursor(reveal.from);
    editor.dispatch({
      selection: cursor,
      effects: EditorView.scrollIntoView(cursor, { y: "center" }),
    });
  }, [reveal]);

  return <div className="code-editor" ref={place} />;
}

/** Suggestions as something is typed, or when they are asked for (Ctrl+Space). */
function completions(
  context: CompletionContext,
  language: Props["language"],
  { options }: Props,
): CompletionResult | null {
  const { state, pos, explicit } = context;
  const text = state.doc.toString();
  const spot = language === "json" ? jsonSpot(text, pos) : yamlSpot(text, pos);
  if (!spot || (!explicit && spot.from === pos && !/["\s]/.test(text[pos - 1] ?? ""))) return null;
  const found = options(spot).map(({ label, detail, bare }) => ({
    label,
    type: spot.key ? "property" : "enum",
    apply: bare || language === "yaml" ? label + spot.after : spot.before + label + spot.after,
    ...(detail ? { detail } : {}),
  }));
  if (found.length === 0) return null;
  return { from: spot.from, to: spot.to, options: found, validFor: /^[\w.:$@ -]*$/ };
}

/** The one stretch in which two texts differ, so that cursor and folds stay where they are. */
function difference(old: string, text: string) {
  let from = 0;
  const most = Math.min(old.length, text.length);
  while (from < most && old[from] === text[from]) from++;
  let end = 0;
  while (end < most - from && old.at(-1 - end) === text.at(-1 - end)) end++;
  return { from, to: old.length - end, insert: text.slice(from, text.length - end) };
}

function extensions(language: Props["language"], calls: { readonly current: Props }): Extension[] {
  return [
    LOOK,
    language === "json" ? json() : yaml(),
    syntaxHighlighting(COLOURS),
    lineNumbers(),
    codeFolding(),
    foldGutter(),
    lintGutter(),
    drawSelection(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({
      icons: false,
      override: [(context) => completions(context, language, calls.current)],
    }),
    EditorState.tabSize.of(2),
    // Undo and redo are the Studio's own, which are one for all modes.
    keymap.of([
      ...completionKeymap,
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...foldKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
    EditorView.contentAttributes.of({
      "aria-label": `Definition in ${language.toUpperCase()}`,
      tabindex: "0",
    }),
    EditorView.updateListener.of((update) => {
      const typed = update.transactions.some(
        (transaction) =>
          transaction.isUserEvent("input") ||
          transaction.isUserEvent("delete") ||
          transaction.isUserEvent("move"),
      );
      if (update.docChanged && update.state.doc.toString() !== calls.current.text) {
        calls.current.onChange(update.state.doc.toString());
      }
      const moved =
        typed || update.transactions.some((transaction) => transaction.isUserEvent("select"));
      if (moved) calls.current.onCursor(update.state.selection.main.head);
    }),
  ];
}

// CodeMirror for JSON, in the console's colours. A module of its own, since it is loaded when it is wanted.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  syntaxHighlighting,
} from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-name)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-value)" },
]);

const LOOK = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--text)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--text-3)", border: "none" },
  ".cm-content": { caretColor: "var(--text)", padding: "6px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selected) !important",
  },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--text)" },
  ".cm-foldPlaceholder": { background: "var(--idle-soft)", border: "none", color: "var(--text-2)" },
});

interface Props {
  label: string;
  text: string;
  /** Without it the text is to be read only. */
  onChange?: (text: string) => void;
}

export default function Editor({ label, text, onChange }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  const editable = onChange !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the text that follows is given below.
  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: text, extensions: extensions(label, editable, changed) }),
    });
    view.current = made;
    return () => made.destroy();
  }, [label, editable]);

  useEffect(() => {
    const now = view.current;
    if (!now || now.state.doc.toString() === text) return;
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: text } });
  }, [text]);

  return <div ref={place} />;
}

function extensions(
  label: string,
  editable: boolean,
  changed: { current: ((text: string) => void) | undefined },
): Extension[] {
  const both = [
    LOOK,
    json(),
    syntaxHighlighting(COLOURS),
    codeFolding(),
    foldGutter(),
    highlightSelectionMatches(),
    keymap.of([...searchKeymap, ...foldKeymap]),
    EditorView.contentAttributes.of({ "aria-label": label }),
  ];
  if (!editable) {
    const still = [EditorState.readOnly.of(true), EditorView.editable.of(false)];
    return [...both, ...still, EditorView.contentAttributes.of({ tabindex: "0" })];
  }
  return [
    ...both,
    lineNumbers(),
    history(),
    bracketMatching(),
    keymap.of([...defaultKeymap, ...historyKeymap]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed.current?.(update.state.doc.toString());
    }),
  ];
}

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
import { useEffect, useRef, useState } from "react";
import { inTurn } from "./in-turn";
import { jsonLines } from "./json-lines";

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

/** How much of the text is there as it is, until the editor is made: what can be in sight. */
const PREVIEW = 4_000;

export default function Editor({ label, text, onChange }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  const editable = onChange !== undefined;

  const latest = useRef(text);
  latest.current = text;
  const [made, setMade] = useState(false);

  useEffect(() => {
    const takeBack = inTurn(() => {
      if (!place.current) return;
      view.current = new EditorView({
        parent: place.current,
        state: EditorState.create({
          doc: latest.current,
          extensions: extensions(label, editable, changed),
        }),
      });
      setMade(true);
    });
    return () => {
      takeBack();
      view.current?.destroy();
      view.current = null;
    };
  }, [label, editable]);

  useEffect(() => {
    const now = view.current;
    if (!now || now.state.doc.toString() === text) return;
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: text } });
  }, [text]);

  return (
    <>
      {!made && <pre>{text.slice(0, PREVIEW)}</pre>}
      <div ref={place} />
    </>
  );
}

function extensions(
  label: string,
  editable: boolean,
  changed: { current: ((text: string) => void) | undefined },
): Extension[] {
  const both = [
    LOOK,
    codeFolding(),
    foldGutter(),
    highlightSelectionMatches(),
    keymap.of([...searchKeymap, ...foldKeymap]),
    EditorView.contentAttributes.of({ "aria-label": label }),
  ];
  if (!editable) {
    const still = [EditorState.readOnly.of(true), EditorView.editable.of(false)];
    return [jsonLines(), ...both, ...still, EditorView.contentAttributes.of({ tabindex: "0" })];
  }
  return [
    json(),
    syntaxHighlighting(COLOURS),
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

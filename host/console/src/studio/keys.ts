// The Studio's keyboard, wherever the focus is in it.
import { useEffect } from "react";
import { COMMANDS, type Command, paste } from "./commands";
import { useStudio } from "./context";
import { NAME_FIELD } from "./inspector/inspector";
import { PALETTE_SEARCH } from "./palette";

const ON_STATE: Readonly<Record<string, Command>> = {
  Delete: "delete",
  Backspace: "delete",
  "Ctrl+d": "duplicate",
  "Ctrl+c": "copy",
  "Ctrl+x": "cut",
  "Alt+ArrowUp": "earlier",
  "Alt+ArrowDown": "later",
};

/** The keys, for the page that lists them. */
export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["Arrow keys", "Go from state to state"],
  ["A or Insert", "Add something behind the selected state"],
  ["F2", "Rename"],
  ["Delete", "Delete the state"],
  ["Ctrl+C, X, V", "Copy, cut, paste"],
  ["Ctrl+D", "Duplicate"],
  ["Alt+↑, Alt+↓", "Move the state earlier, later"],
  ["Ctrl+Z, Ctrl+Shift+Z", "Undo, do again"],
  ["Ctrl+S", "Save"],
  ["Escape", "Select nothing"],
];

export function useKeys(onSave: () => void, active: boolean): void {
  const { session, target, setTarget } = useStudio();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = nameOf(event);
      const typing = isTyping(event.target);
      if (isCovered() || event.defaultPrevented) return;
      const done = (act: () => void) => {
        event.preventDefault();
        act();
      };
      if (key === "Ctrl+s") return done(onSave);
      // In a field too: the forms have no undo of their own that would know of the rest.
      if (key === "Ctrl+z") return done(() => session.undo());
      if (key === "Ctrl+Shift+z" || key === "Ctrl+y") return done(() => session.redo());
      if (typing || !active) return;
      const { selected } = session.get();
      if (key === "a" || key === "Insert")
        return done(() => document.getElementById(PALETTE_SEARCH)?.focus());
      if (key === "Escape") {
        session.select(undefined);
        return setTarget(undefined);
      }
      if (selected === undefined) return;
      if (key === "F2") return done(() => document.getElementById(NAME_FIELD)?.focus());
      const command = ON_STATE[key];
      if (command && isAtGraph(event.target)) done(() => COMMANDS[command](session, selected));
    };
    const onPaste = (event: ClipboardEvent) => {
      if (!active || isTyping(event.target) || isCovered()) return;
      event.preventDefault();
      paste(session, event.clipboardData?.getData("text/plain") ?? "", target);
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("paste", onPaste);
    };
  }, [session, target, setTarget, onSave, active]);
}

/** `Ctrl+Shift+z`; Ctrl is Command on a Mac. */
function nameOf(event: KeyboardEvent): string {
  const held = [
    event.ctrlKey || event.metaKey ? "Ctrl" : "",
    event.altKey ? "Alt" : "",
    event.shiftKey ? "Shift" : "",
  ];
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return [...held.filter(Boolean), key].join("+");
}

/** Whether a key is about the graph: not one for a button of the forms, nor for a text that is selected to be copied. */
function isAtGraph(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  const inGraph = element === document.body || !!element?.closest?.(".g-canvas");
  return inGraph && window.getSelection()?.isCollapsed !== false;
}

/** Whether a dialog or a menu is open, which has keys of its own. */
function isCovered(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"]') !== null;
}

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.("input, textarea, select, [contenteditable]");
}

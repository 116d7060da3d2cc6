// Keeps what is edited as a draft, a moment after each change and when the page is left.
import { useEffect, useRef, useState } from "react";
import { basePath } from "../app/base";
import { type Draft, Drafts } from "./drafts";
import { baseOfOpened, isModified, type Opened } from "./opened";

/** How long the typing must rest, in milliseconds. */
const REST_MS = 400;

let made: Drafts | undefined;

/** The drafts of this browser. */
export function drafts(): Drafts {
  made ??= new Drafts(window.localStorage, basePath());
  return made;
}

/** The draft of what is opened, if it is other than what is saved. */
export function draftFor(key: string, opened: Opened): Draft | undefined {
  const draft = drafts().get(key);
  if (!draft) return undefined;
  const same = draft.definition === opened.session.get().document.text;
  return same && JSON.stringify(draft.config) === JSON.stringify(opened.config) ? undefined : draft;
}

/** Keeps drafts of what is opened, but for as long as there is one that waits for an answer. Answers whether it has no room. */
export function useDrafts(key: string, opened: Opened | undefined): boolean {
  const [unkept, setUnkept] = useState(false);
  const latest = useRef(opened);
  latest.current = opened;
  useEffect(() => {
    if (!opened || opened.draft) return;
    const { session } = opened;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = () => {
      clearTimeout(timer);
      timer = undefined;
      // Saving makes another value of what is opened, and a state machine of a new workflow.
      const now = latest.current;
      if (!now || (now.saved?.arn ?? "") !== key) return;
      if (!isModified(now)) {
        drafts().forget(key);
        return setUnkept(false);
      }
      const { config } = now;
      const definition = session.get().document.text;
      const base = baseOfOpened(now);
      const { written } = session.yaml;
      const yaml = written === undefined ? {} : { yaml: session.yaml.of(session.get().document) };
      setUnkept(!drafts().keep(key, { definition, ...yaml, config, base, at: Date.now() }));
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, REST_MS);
    };
    const now = () => {
      if (timer !== undefined) keep();
    };
    // The configuration is another value when it changes, which brings us here.
    soon();
    const stop = session.subscribe(soon);
    window.addEventListener("pagehide", now);
    return () => {
      stop();
      window.removeEventListener("pagehide", now);
      now();
    };
  }, [key, opened]);
  return unkept;
}

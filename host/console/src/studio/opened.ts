// What is open in the Studio: the session, what is saved of it, and a draft of an earlier time.
import { baseOf, type Draft } from "./drafts";
import { type Config, EMPTY, NEW, type Saved, sameConfig } from "./machine";
import type { Session } from "./session";

export interface Opened {
  readonly session: Session;
  readonly config: Config;
  readonly saved: Saved | undefined;
  /** Edits of an earlier time, which wait to be restored or discarded. */
  readonly draft?: Draft | undefined;
}

/** Whether there is something that is not saved. */
export function isModified({ session, config, saved }: Opened): boolean {
  const { text } = session.get().document;
  return text !== (saved?.definition ?? EMPTY) || !sameConfig(config, saved?.config ?? NEW);
}

/** What drafts of it are made of. */
export function baseOfOpened({ saved }: Opened): string {
  return baseOf(saved?.definition ?? EMPTY, saved?.config ?? NEW);
}

/** With the draft as what is edited. A state machine's name and type stay what they are. */
export function restored(opened: Opened, draft: Draft): Opened {
  const { session, saved } = opened;
  session.write(draft.definition);
  session.seal();
  if (typeof draft.yaml === "string") session.yaml.keep(draft.yaml, session.get().document);
  const fixed = saved ? { name: saved.config.name, type: saved.config.type } : {};
  return { session, saved, config: { ...draft.config, ...fixed } };
}

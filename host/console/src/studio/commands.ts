// What people do to the state that is selected.
import { alone, type Fragment } from "./edit/fragments";
import { insertAt, type Place } from "./edit/insert";
import { find, successor } from "./edit/links";
import { behind, copyState, deleteState, duplicateState, moveState } from "./edit/states";
import type { Language, Template } from "./edit/templates";
import type { Session } from "./session";

let clipboard: Fragment | undefined;

/** Puts something of the palette at a place, or behind what is selected, or at the end. */
export function put(
  session: Session,
  template: Template,
  language: Language,
  target: Place | undefined,
): void {
  const place = target ?? defaultPlace(session);
  session.edit((document) => insertAt(document, place, template.make(language)));
}

/** Behind the state that is selected; without one at the end of the whole. */
function defaultPlace(session: Session): Place {
  const { sound, selected } = session.get();
  const found = selected === undefined ? undefined : find(sound, selected);
  if (found) return behind(found);
  const whole: Place = { on: "region", id: "", path: [] };
  const names = Object.keys((sound.value(["States"]) as object | undefined) ?? {});
  const last = names
    .map((name) => find(sound, `/States/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`))
    .findLast((state) =>
      state?.region.edges.some((e) => e.from === state.state.id && e.path.at(-1) === "End"),
    );
  if (last) return behind(last);
  const start = names.length > 0 && sound.value(["StartAt"]) !== undefined;
  return start ? { on: "edge", id: "/StartAt" } : whole;
}

export function drop(session: Session, id: string, place: Place): void {
  session.edit((document) => moveState(document, id, place));
}

/** What is done to a selected state, by name. */
export const COMMANDS = {
  delete: (session: Session, id: string) => session.edit((d) => deleteState(d, id)),
  duplicate: (session: Session, id: string) => session.edit((d) => duplicateState(d, id)),
  copy: (session: Session, id: string) => copy(session, id),
  cut: (session: Session, id: string) => {
    copy(session, id);
    session.edit((d) => deleteState(d, id));
  },
  earlier: (session: Session, id: string) => step(session, id, -1),
  later: (session: Session, id: string) => step(session, id, 1),
} as const;

export type Command = keyof typeof COMMANDS;

function copy(session: Session, id: string): void {
  const { sound } = session.get();
  clipboard = copyState(sound, id);
  const found = find(sound, id);
  const text = found && sound.textAt(found.state.path);
  // Others may refuse the clipboard; the Studio's own works without it.
  if (text)
    navigator.clipboard
      ?.writeText(`{${JSON.stringify(found.state.name)}: ${text}}`)
      .catch(() => undefined);
}

/**
 * Puts a state behind the selected one, or at a place: that of the clipboard's text, `{"Name": {"Type": …}}`, which may
 * come from elsewhere; or else what was copied here, for browsers that give no clipboard.
 */
export function paste(session: Session, text: string, target: Place | undefined): void {
  const fragment = fragmentOf(text) ?? clipboard;
  if (fragment) session.edit((d) => insertAt(d, target ?? defaultPlace(session), fragment));
}

/** The state that a text has, without its transitions to states that are not in the text. */
export function fragmentOf(text: string): Fragment | undefined {
  try {
    const value = JSON.parse(text) as Record<string, Record<string, unknown>>;
    const [entry, more] = Object.entries(value);
    if (!entry || more || typeof entry[1]?.Type !== "string") return undefined;
    return alone(entry[0], entry[1]);
  } catch {
    return undefined;
  }
}

/** Moves a state a place forward or back in its machine. */
function step(session: Session, id: string, by: 1 | -1): void {
  const found = find(session.get().sound, id);
  if (!found) return;
  const { state, region } = found;
  if (by === -1) {
    const before = region.edges.find((edge) => edge.to === id && edge.kind === "next")?.from;
    const into = region.edges.find((edge) => edge.to === before);
    if (into) drop(session, id, { on: "edge", id: into.id });
    return;
  }
  const next = region.states.find((other) => other.name === successor({ state, region }));
  const out = region.edges.find(
    (edge) => edge.from === next?.id && ["next", "end"].includes(edge.kind),
  );
  if (out && out.path.at(-1) !== "Type") drop(session, id, { on: "edge", id: out.id });
}

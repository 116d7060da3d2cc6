// What is open in the Studio: a definition, what is selected, and what was before and after.
import { JsonDocument } from "../definition";
import type { Change } from "./edit/insert";
import { find } from "./edit/links";
import { YamlText } from "./yaml-text";

/** How many steps can be undone, and the most characters that they may keep. */
const MAX_STEPS = 300;
const MAX_KEPT = 32 * 1024 * 1024;
/** Edits of one field that come within this many milliseconds are one step. */
const ONE_STEP_MS = 1_500;

/** What is shown at a moment. It never changes; the session has a new one after each change. */
export interface Snapshot {
  readonly document: JsonDocument;
  /** The newest document that is JSON and an object: what the graph and the forms show. */
  readonly sound: JsonDocument;
  readonly selected: string | undefined;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

interface Step {
  readonly text: string;
  readonly selected: string | undefined;
}

export class Session {
  /** The definition in YAML, as far as it was written so. */
  readonly yaml = new YamlText();
  #snapshot: Snapshot;
  #past: Step[] = [];
  #future: Step[] = [];
  #last: { readonly field: string; readonly at: number } | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(text: string) {
    const document = new JsonDocument(text);
    const sound = isSound(document) ? document : new JsonDocument("{}");
    this.#snapshot = { document, sound, selected: undefined, canUndo: false, canRedo: false };
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** For `useSyncExternalStore`. */
  readonly get = (): Snapshot => this.#snapshot;

  /** Makes an edit of the definition. Edits with the same `field` that follow one another soon are undone together. */
  edit(make: (document: JsonDocument) => JsonDocument | Change, field?: string): void {
    if (this.#snapshot.document !== this.#snapshot.sound) return;
    const made = make(this.#snapshot.document);
    if (made instanceof JsonDocument) this.#put(made, this.#snapshot.selected, field);
    else this.#put(made.document, made.select, field);
  }

  /** Replaces the text, which need not be JSON at the moment. What is typed at one place (`field`) is undone together. */
  write(text: string, field?: string): void {
    this.#put(new JsonDocument(text), this.#snapshot.selected, field);
  }

  /** What comes now is a step of its own, whatever came before. */
  seal(): void {
    this.#last = undefined;
  }

  select(id: string | undefined): void {
    if (id !== this.#snapshot.selected) this.#set({ ...this.#snapshot, selected: id });
  }

  undo(): void {
    this.#travel(this.#past, this.#future);
  }

  redo(): void {
    this.#travel(this.#future, this.#past);
  }

  #put(document: JsonDocument, selected: string | undefined, field: string | undefined): void {
    const before = this.#snapshot;
    if (document.text !== before.document.text) {
      const now = Date.now();
      const goesOn =
        field !== undefined && this.#last?.field === field && now - this.#last.at < ONE_STEP_MS;
      if (!goesOn) this.#past.push({ text: before.document.text, selected: before.selected });
      this.#last = field === undefined ? undefined : { field, at: now };
      this.#future = [];
      trim(this.#past);
    }
    this.#show(document, selected);
  }

  #travel(from: Step[], to: Step[]): void {
    const step = from.pop();
    if (!step) return;
    to.push({ text: this.#snapshot.document.text, selected: this.#snapshot.selected });
    this.#last = undefined;
    this.#show(new JsonDocument(step.text), step.selected);
  }

  #show(document: JsonDocument, selected: string | undefined): void {
    const sound = isSound(document) ? document : this.#snapshot.sound;
    const still = selected !== undefined && find(sound, selected) ? selected : undefined;
    const [canUndo, canRedo] = [this.#past.length > 0, this.#future.length > 0];
    this.#set({ document, sound, selected: still, canUndo, canRedo });
  }

  #set(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }
}

function isSound(document: JsonDocument): boolean {
  return document.valid && document.root?.type === "object";
}

function trim(steps: Step[]): void {
  let kept = 0;
  for (let i = steps.length - 1; i >= 0; i--) {
    kept += steps[i]?.text.length ?? 0;
    if (kept > MAX_KEPT || steps.length - i > MAX_STEPS) {
      steps.splice(0, i + 1);
      return;
    }
  }
}

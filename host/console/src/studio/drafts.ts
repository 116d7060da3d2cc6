// What was edited and not saved, kept in this browser: for each state machine the newest edits, with what they were made of.
import { type Config, NEW } from "./machine";

/** Drafts that are kept, at most, and the characters that each may have. Browsers keep some five million in all. */
export const MAX_DRAFTS = 8;
export const MAX_DRAFT = 500_000;

const PREFIX = "dirigent.draft.";

/** Unsaved edits of a state machine, or of a new workflow. */
export interface Draft {
  readonly definition: string;
  readonly config: Config;
  /** The same in YAML with its comments, if it was written so. */
  readonly yaml?: string;
  /** Which definition and configuration they are edits of (`baseOf`). */
  readonly base: string;
  /** When they were last changed, in milliseconds since 1970. */
  readonly at: number;
}

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export class Drafts {
  readonly #shelf: Shelf;
  readonly #prefix: string;

  /** `root` tells hosts apart that are served at one address, below different paths. */
  constructor(shelf: Shelf, root = "/") {
    this.#shelf = shelf;
    this.#prefix = `${PREFIX}${root}|`;
  }

  /** The draft of a state machine; `""` is the workflow that is not saved yet. */
  get(key: string): Draft | undefined {
    try {
      return read(this.#shelf.getItem(this.#prefix + key));
    } catch {
      return undefined;
    }
  }

  /** Keeps a draft in place of the one before. Where it has no room, answers false, and the one before is gone. */
  keep(key: string, draft: Draft): boolean {
    const text = JSON.stringify(draft);
    this.forget(key);
    if (text.length > MAX_DRAFT) return false;
    for (const oldest of this.#keys().slice(0, -(MAX_DRAFTS - 1))) this.#shelf.removeItem(oldest);
    for (let tries = 0; tries < MAX_DRAFTS; tries += 1) {
      try {
        this.#shelf.setItem(this.#prefix + key, text);
        return true;
      } catch {
        // The browser's storage is full. An older draft makes room.
        const [oldest] = this.#keys();
        if (oldest === undefined) return false;
        this.#shelf.removeItem(oldest);
      }
    }
    return false;
  }

  forget(key: string): void {
    try {
      this.#shelf.removeItem(this.#prefix + key);
    } catch {
      // What cannot be reached keeps nothing.
    }
  }

  /** The keys of all drafts, of all hosts at this address, the oldest first. */
  #keys(): string[] {
    const keys: { key: string; at: number }[] = [];
    for (let index = 0; index < this.#shelf.length; index += 1) {
      const key = this.#shelf.key(index);
      if (key?.startsWith(PREFIX)) keys.push({ key, at: read(this.#shelf.getItem(key))?.at ?? 0 });
    }
    return keys.sort((a, b) => a.at - b.at).map(({ key }) => key);
  }
}

/** A sign of what edits are made of: another one when the definition or the configuration is another. */
export function baseOf(definition: string, config: Config): string {
  const text = `${definition}\n${JSON.stringify(config)}`;
  // Two hashes of 32 bits by FNV-1a's steps: it tells versions of one state machine apart, and guards nothing.
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  return `${text.length}-${(a >>> 0).toString(36)}-${(b >>> 0).toString(36)}`;
}

function read(text: string | null): Draft | undefined {
  try {
    const draft = JSON.parse(text ?? "null") as Partial<Draft> | null;
    if (typeof draft?.definition !== "string" || typeof draft.base !== "string") return undefined;
    if (typeof draft.at !== "number" || typeof draft.config !== "object") return undefined;
    return { ...(draft as Draft), config: { ...NEW, ...draft.config } };
  } catch {
    return undefined;
  }
}

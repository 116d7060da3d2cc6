// Who is signed in, for all of the page. A host without access keys and tokens asks nobody.
import { useSyncExternalStore } from "react";
import { session as ask } from "../api/client";
import type { Session } from "../api/shapes";
import { onSignedOut } from "./signed-out";

/** `known` is the session; `out` whether the host wants to know who asks; neither, while it has not answered. */
export interface State {
  known?: Session;
  out: boolean;
}

let state: State = { out: false };
const listeners = new Set<() => void>();

function become(next: State): void {
  state = next;
  for (const listener of listeners) listener();
}

onSignedOut(() => {
  if (!state.out) become({ ...state, out: true });
});

/** Asks the host who this is. What goes wrong besides a 401 shows on the page itself. */
export async function lookUp(): Promise<void> {
  try {
    become({ known: await ask<Session>("GET"), out: false });
  } catch {
    // A 401 has been heard of.
  }
}

/** Changes a token for a session. */
export async function signIn(token: string): Promise<void> {
  become({ known: await ask<Session>("POST", { token }), out: false });
}

export async function signOut(): Promise<void> {
  await ask("DELETE");
  become({ out: true });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSession(): State {
  return useSyncExternalStore(subscribe, () => state);
}

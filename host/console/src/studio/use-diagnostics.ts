// What the host's compiler says of the definition, a moment after each change.
import { useEffect, useState } from "react";
import { told } from "../api/client";
import type { JsonDocument } from "../definition";
import { type Diagnostic, diagnose, type MachineType } from "./host";

/** How long the typing must rest before the host is asked, in milliseconds. */
const REST_MS = 250;

export interface Diagnosed {
  readonly diagnostics: readonly Diagnostic[];
  /** Why the host could not be asked. */
  readonly error: string | undefined;
  /** Whether this is about the newest text. */
  readonly current: boolean;
}

const NOTHING: Diagnosed = { diagnostics: [], error: undefined, current: false };

export function useDiagnostics(document: JsonDocument, type: MachineType): Diagnosed {
  const [found, setFound] = useState<Diagnosed & { of?: JsonDocument }>(NOTHING);
  useEffect(() => {
    const aborter = new AbortController();
    const ask = async () => {
      try {
        const diagnostics = document.valid
          ? await diagnose(document, type, aborter.signal)
          : syntax(document);
        setFound({ diagnostics, error: undefined, current: true, of: document });
      } catch (error) {
        if (aborter.signal.aborted) return;
        setFound({ diagnostics: [], error: told(error), current: true, of: document });
      }
    };
    const timer = setTimeout(ask, REST_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [document, type]);
  return { ...found, current: found.of === document };
}

function syntax(document: JsonDocument): Diagnostic[] {
  return document.problems.map((problem) => ({
    ...problem,
    severity: "ERROR",
    path: document.pathAt(problem.from),
    state: undefined,
  }));
}

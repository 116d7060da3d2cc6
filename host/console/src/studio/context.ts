// What every part of the Studio works on.
import { createContext, useContext, useSyncExternalStore } from "react";
import type { PluginEntry } from "../api/shapes";
import type { Region } from "../graph";
import type { Place } from "./edit/insert";
import type { Language } from "./edit/templates";
import type { Diagnostic, MachineType } from "./host";
import type { Session, Snapshot } from "./session";

export interface Studio {
  readonly session: Session;
  /** The graph of the newest sound definition. */
  readonly graph: Region;
  readonly diagnostics: readonly Diagnostic[];
  readonly plugins: readonly PluginEntry[];
  /** The query language of states that say none. */
  readonly language: Language;
  readonly type: MachineType;
  /** Where the palette puts what is chosen; without it behind the state that is selected. */
  readonly target: Place | undefined;
  readonly setTarget: (place: Place | undefined) => void;
}

export const StudioContext = createContext<Studio | undefined>(undefined);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error("This is a part of the Studio, and stands outside of it");
  return studio;
}

export function useSnapshot(session: Session): Snapshot {
  return useSyncExternalStore(session.subscribe, session.get);
}

// What an execution's page shows: its description, its definition and its history, which goes on.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { aws, get } from "../api/client";
import type { Description, MachineDescription, Status } from "../api/shapes";
import { graphOf, idsByName, type Region } from "../graph";
import { HistoryStore, type Reading } from "./model/store";

export interface Execution {
  arn: string;
  description: Description | undefined;
  /** How it stands, by its history, which is newer than its description. */
  status: Status | undefined;
  definition: string | undefined;
  graph: Region | undefined;
  ids: Map<string, string>;
  reading: Reading;
  error: unknown;
  /** After something was done to it: reads on. */
  again: () => void;
}

export function useExecution(arn: string): Execution {
  const store = useStore(arn);
  const reading = useSyncExternalStore(store.subscribe, store.reading);
  const ended = reading.history.end?.id ?? 0;
  const { redrives } = reading.history;
  // An end, or a redrive, changes what the description says.
  const described = useQuery({
    queryKey: ["execution", arn, ended, redrives],
    queryFn: ({ signal }) => get<Description>(`executions/${encodeURIComponent(arn)}`, signal),
    placeholderData: (before) => before,
  });
  const defined = useQuery({
    queryKey: ["definition-of", arn, redrives],
    queryFn: ({ signal }) =>
      aws<MachineDescription>(
        "DescribeStateMachineForExecution",
        { executionArn: arn, includedData: "ALL_DATA" },
        signal,
      ),
    placeholderData: (before) => before,
  });
  const definition = defined.data?.definition;
  const graph = useMemo(() => graphFrom(definition), [definition]);
  const ids = useMemo(() => (graph ? idsByName(graph) : new Map<string, string>()), [graph]);
  const status =
    reading.history.end?.status ?? (reading.whole ? "RUNNING" : described.data?.status);
  return {
    arn,
    description: described.data,
    status,
    definition,
    graph,
    ids,
    reading,
    error: described.error ?? defined.error ?? reading.error,
    again: () => store.start(),
  };
}

function useStore(arn: string): HistoryStore {
  const [store, setStore] = useState(() => new HistoryStore(arn));
  useEffect(() => {
    const made = new HistoryStore(arn);
    setStore(made);
    made.start();
    // A page that nobody sees needs no stream, and a browser has few connections for one host.
    const visible = () => (document.hidden ? made.stop() : made.start());
    document.addEventListener("visibilitychange", visible);
    return () => {
      document.removeEventListener("visibilitychange", visible);
      made.stop();
    };
  }, [arn]);
  return store;
}

/** The graph of a definition's text; none while there is no text, or of a text that is no JSON. */
export function graphFrom(definition: string | undefined): Region | undefined {
  if (definition === undefined) return undefined;
  try {
    return graphOf(JSON.parse(definition));
  } catch {
    return undefined;
  }
}

// What is selected on an execution's page, in its address: so a link shows the same, in every view.
import { useMemo } from "react";
import { useQuery } from "../app/location";
import type { Visit } from "./model/visit";
import type { Execution } from "./use-execution";

/** Says that nothing is to be selected, where something would be by itself. */
const NOTHING = "-";

export interface Selection {
  state: string | undefined;
  visit: Visit | undefined;
  event: number | undefined;
  selectState: (name: string | undefined) => void;
  selectVisit: (visit: Visit) => void;
  selectEvent: (id: number) => void;
}

export function useSelection(execution: Execution): Selection {
  const [query, change] = useQuery();
  const { history } = execution.reading;
  const asked = query.get("state");
  const atEvent = Number(query.get("event") ?? 0) || undefined;
  const atVisit = Number(query.get("visit") ?? 0) || undefined;
  const event = atEvent !== undefined && history.event(atEvent) ? atEvent : undefined;
  let visit = event === undefined ? undefined : history.visitAt(event);
  visit ??= atVisit === undefined ? undefined : history.visitAt(atVisit);
  if (!visit && asked !== null && asked !== NOTHING) visit = chosen(history.byState.get(asked));
  // A failed execution opens at the step that failed.
  if (!visit && asked === null && event === undefined) visit = history.culprit();
  const state = visit?.state ?? (asked === NOTHING ? undefined : (asked ?? undefined));
  return useMemo(
    () => ({
      state,
      visit,
      event,
      selectState: (name) => change({ state: name ?? NOTHING, visit: null, event: null }),
      selectVisit: (one) => change({ state: one.state, visit: String(one.id), event: null }),
      selectEvent: (id) => {
        const of = history.visitAt(id);
        change({ state: of?.state ?? NOTHING, visit: null, event: String(id) });
      },
    }),
    [state, visit, event, change, history],
  );
}

/** Of a state's visits the one to look at first: that which failed, or else the latest. */
function chosen(visits: Visit[] | undefined): Visit | undefined {
  return visits?.find((visit) => visit.fatal) ?? visits?.at(-1);
}

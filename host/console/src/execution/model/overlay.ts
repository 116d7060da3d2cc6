// What an execution did, for the graph of its definition: how each state stands, how often each transition was taken.
import { endOf, type Region, regionsOf, type StateStatus, startOf } from "../../graph";
import { count } from "../../ui/format";
import type { History } from "./history";
import { statusOf, type Visit, type VisitStatus } from "./visit";

const WORSE: VisitStatus[] = ["succeeded", "aborted", "caught", "retrying", "running", "failed"];
const SHOWN: Record<VisitStatus, StateStatus> = {
  succeeded: "succeeded",
  aborted: "stopped",
  caught: "caught",
  retrying: "retried",
  running: "running",
  failed: "failed",
};

export interface Overlay {
  status: Map<string, StateStatus>;
  counts: Map<string, number>;
  badges: Map<string, string>;
}

/** Of many visits the status that matters most: a failure, then what runs. */
export function worst(visits: Visit[], ended: boolean): VisitStatus {
  let found = 0;
  for (const visit of visits) {
    if (!visit.superseded) found = Math.max(found, WORSE.indexOf(statusOf(visit, ended)));
  }
  return WORSE[found] ?? "succeeded";
}

export function overlayOf(history: History, graph: Region, ids: Map<string, string>): Overlay {
  const ended = history.end !== undefined;
  const overlay: Overlay = { status: new Map(), counts: new Map(), badges: new Map() };
  for (const [name, visits] of history.byState) {
    const id = ids.get(name);
    if (id === undefined) continue;
    overlay.status.set(id, SHOWN[worst(visits, ended)]);
    const badge = badgeOf(visits);
    if (badge !== "") overlay.badges.set(id, badge);
  }
  countEdges(history, graph, ids, overlay.counts);
  return overlay;
}

function badgeOf(all: Visit[]): string {
  const visits = all.filter((visit) => !visit.superseded);
  let items: { total: number; done: number } | undefined;
  let retries = 0;
  for (const visit of visits) {
    retries += Math.max(0, visit.attempts.length - 1);
    if (!visit.items || visit.mapRunArn) continue;
    items ??= { total: 0, done: 0 };
    items.total += visit.items.total;
    items.done += visit.items.succeeded + visit.items.failed;
  }
  const parts: string[] = [];
  if (items) parts.push(`${count(items.done)} / ${count(items.total)}`);
  else if (visits.length > 1) parts.push(`× ${count(visits.length)}`);
  if (retries > 0) parts.push(`↻ ${count(retries)}`);
  return parts.join("  ");
}

function countEdges(
  history: History,
  graph: Region,
  ids: Map<string, string>,
  counts: Map<string, number>,
): void {
  const edges = new Map<string, { id: string; caught: boolean }[]>();
  const regions = new Map<string, string>();
  for (const region of regionsOf(graph)) {
    for (const state of region.states) regions.set(state.id, region.id);
    for (const edge of region.edges) {
      const key = `${edge.from}\n${edge.to}`;
      const same = edges.get(key) ?? [];
      same.push({ id: edge.id, caught: edge.kind === "catch" });
      edges.set(key, same);
    }
  }
  // Of several transitions between the same two states a history does not say which it was, except that one caught.
  const taken = (from: string, to: string, caught: boolean) => {
    const same = edges.get(`${from}\n${to}`);
    const edge = same?.find((one) => one.caught === caught) ?? same?.[0];
    if (edge) counts.set(edge.id, (counts.get(edge.id) ?? 0) + 1);
  };
  for (const visit of history.visits) {
    if (visit.superseded) continue;
    const id = ids.get(visit.state);
    const region = id === undefined ? undefined : regions.get(id);
    if (id === undefined || region === undefined) continue;
    const previous = visit.previous && ids.get(visit.previous.state);
    if (visit.previous) {
      if (previous !== undefined) taken(previous, id, visit.previous.failed !== undefined);
    } else taken(startOf(region), id, false);
    if (visit.exitedId !== undefined && !visit.followed) taken(id, endOf(region), false);
  }
}

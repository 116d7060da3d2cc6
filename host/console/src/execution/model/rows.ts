// The table's rows: visits as a tree, a Map's iterations as rows of their own, what is folded left out.
import type { History } from "./history";
import { statusOf, type Visit, type VisitStatus } from "./visit";

/** A Map with more iterations than this is folded until it is opened. */
const FOLDED_FROM = 8;

export type Row =
  | { kind: "visit"; key: string; depth: number; visit: Visit; folds: boolean; open: boolean }
  | {
      kind: "iteration";
      key: string;
      depth: number;
      of: Visit;
      index: number;
      visits: Visit[];
      open: boolean;
    };

/** Whether what is in a row is shown: as it was chosen, or else unless it is much. */
export function isOpen(
  key: string,
  chosen: ReadonlyMap<string, boolean>,
  otherwise: boolean,
): boolean {
  return chosen.get(key) ?? otherwise;
}

/** The rows to show. `chosen` are rows that were opened or folded by hand. */
export function rowsOf(history: History, chosen: ReadonlyMap<string, boolean>): Row[] {
  const rows: Row[] = [];
  for (const visit of history.visits) if (!visit.parent) addVisit(rows, visit, 0, chosen);
  return rows;
}

function addVisit(rows: Row[], visit: Visit, depth: number, chosen: ReadonlyMap<string, boolean>) {
  const key = `v${visit.id}`;
  const folds = visit.children.length > 0;
  const total = visit.items?.total ?? 0;
  const open = folds && isOpen(key, chosen, total <= FOLDED_FROM);
  rows.push({ kind: "visit", key, depth, visit, folds, open });
  if (!open) return;
  if (!visit.items) {
    for (const child of visit.children) addVisit(rows, child, depth + 1, chosen);
    return;
  }
  const iterations = new Map<number, Visit[]>();
  for (const child of visit.children) {
    const index = child.iteration ?? 0;
    const same = iterations.get(index);
    if (same) same.push(child);
    else iterations.set(index, [child]);
  }
  for (const [index, visits] of [...iterations].sort(([a], [b]) => a - b)) {
    const of = `i${visit.id}.${index}`;
    const shown = isOpen(of, chosen, iterations.size <= FOLDED_FROM);
    rows.push({
      kind: "iteration",
      key: of,
      depth: depth + 1,
      of: visit,
      index,
      visits,
      open: shown,
    });
    if (shown) for (const child of visits) addVisit(rows, child, depth + 2, chosen);
  }
}

/** The rows that must be open for a visit to be seen. */
export function keysAround(visit: Visit): string[] {
  const keys: string[] = [];
  for (let at: Visit | undefined = visit; at?.parent; at = at.parent) {
    keys.push(`v${at.parent.id}`);
    if (at.iteration !== undefined) keys.push(`i${at.parent.id}.${at.iteration}`);
  }
  return keys;
}

/** How an iteration stands. */
export function iterationStatus(visits: Visit[], ended: boolean): VisitStatus {
  const last = visits.at(-1);
  return last ? statusOf(last, ended) : "running";
}

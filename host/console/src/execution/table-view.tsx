// An execution's visits as a table, with a timeline beside it: when each was, its attempts, and the waits between them.
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { between, clock, count } from "../ui/format";
import { useNow } from "../ui/now";
import { StatusMark } from "../ui/status";
import { Cell, VirtualRows } from "../ui/virtual";
import { iterationStatus, keysAround, type Row, rowsOf } from "./model/rows";
import { statusOf, type Visit } from "./model/visit";
import type { Selection } from "./selection";
import { Timeline } from "./timeline";
import type { Execution } from "./use-execution";

const ROW = 32;
const COLUMNS = "minmax(170px, 2.2fr) 124px 76px 66px 76px 96px minmax(150px, 2.4fr)";

export function TableView({
  execution,
  selection,
}: {
  execution: Execution;
  selection: Selection;
}) {
  const { reading } = execution;
  const { history } = reading;
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  // A Map may unfold to many thousand rows, which are made in slices between frames.
  const unfolded = useDeferredValue(chosen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the reading changes with each news, the history does not.
  const rows = useMemo(() => rowsOf(history, unfolded), [reading, unfolded]);
  const { visit } = selection;
  useOpened(visit, setChosen);
  const selected = visit && rows.findIndex((row) => row.key === `v${visit.id}`);
  const running = history.end === undefined && reading.whole;
  const now = useNow(running);
  const span = { from: history.startedMs, to: history.end?.ms ?? Math.max(now, history.lastMs) };
  const fold = (key: string, open: boolean) =>
    setChosen((before) => new Map(before).set(key, open));
  if (rows.length === 0) return <p className="empty">No state has been entered yet.</p>;
  return (
    <VirtualRows
      label="States that were visited"
      count={rows.length}
      rowHeight={ROW}
      columns={COLUMNS}
      minWidth={860}
      selected={selected}
      onSelect={(index) => {
        const row = rows[index];
        if (row?.kind === "visit") selection.selectVisit(row.visit);
        else if (row?.visits[0]) selection.selectVisit(row.visits.at(-1) ?? row.visits[0]);
      }}
      onFold={(index, open) => {
        const row = rows[index];
        if (row) fold(row.key, open);
      }}
      level={(index) => {
        const row = rows[index];
        const folds = row?.kind === "iteration" || row?.folds;
        return { level: (row?.depth ?? 0) + 1, open: folds ? row?.open : undefined };
      }}
      head={
        <>
          <Cell head>State</Cell>
          <Cell head>Status</Cell>
          <Cell head>Type</Cell>
          <Cell head className="end">
            Attempts
          </Cell>
          <Cell head className="end">
            Took
          </Cell>
          <Cell head>Entered</Cell>
          <Cell head>Timeline</Cell>
        </>
      }
      row={(index) => {
        const row = rows[index];
        return row && <Cells row={row} ended={!running} span={span} onFold={fold} />;
      }}
    />
  );
}

/** What lies around a visit is opened when it is selected. */
function useOpened(
  visit: Visit | undefined,
  setChosen: (
    change: (before: ReadonlyMap<string, boolean>) => ReadonlyMap<string, boolean>,
  ) => void,
) {
  useEffect(() => {
    if (!visit?.parent) return;
    setChosen((before) => {
      const after = new Map(before);
      for (const key of keysAround(visit)) after.set(key, true);
      return after;
    });
  }, [visit, setChosen]);
}

interface CellsProps {
  row: Row;
  ended: boolean;
  span: { from: number; to: number };
  onFold: (key: string, open: boolean) => void;
}

function Cells({ row, ended, span, onFold }: CellsProps) {
  const iteration = row.kind === "iteration";
  const visits = iteration ? row.visits : [row.visit];
  const first = visits[0];
  const last = visits.at(-1);
  if (!first || !last) return null;
  const status = iteration ? iterationStatus(visits, ended) : statusOf(first, ended);
  const endMs =
    last.endedMs ??
    (status === "running" || status === "retrying" ? span.to : lastOf(last, span.to));
  const attempts = iteration ? 0 : first.attempts.length;
  const folds = iteration || row.folds;
  const items = iteration ? undefined : first.items;
  return (
    <>
      <Cell className="tree" title={iteration ? `Item ${row.index}` : first.state}>
        <span style={{ width: row.depth * 16, flex: "none" }} />
        {folds ? (
          <button
            type="button"
            className="fold"
            tabIndex={-1}
            aria-label={row.open ? "Fold" : "Open"}
            onClick={(event) => {
              event.stopPropagation();
              onFold(row.key, !row.open);
            }}
          >
            <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" data-open={row.open}>
              <path d="M3.5 2 6.5 5 3.5 8" fill="none" stroke="currentColor" strokeWidth="1.5" />
            </svg>
          </button>
        ) : (
          <span className="fold" />
        )}
        <span className={iteration ? "cut quiet" : "cut strong"}>
          {iteration ? `Item ${row.index}` : first.state}
        </span>
        {items && (
          <span className="tag">{`${count(items.succeeded + items.failed)} / ${count(items.total)}`}</span>
        )}
      </Cell>
      <Cell>
        <StatusMark status={status} />
      </Cell>
      <Cell className="quiet">{iteration ? "" : first.type}</Cell>
      <Cell className="end number">{attempts > 1 ? attempts : ""}</Cell>
      <Cell className="end number">{between(endMs - first.enteredMs)}</Cell>
      <Cell className="number quiet">{clock(first.enteredMs)}</Cell>
      <Cell>
        <Timeline span={span} visits={visits} endMs={endMs} status={status} />
      </Cell>
    </>
  );
}

/** When a visit that was never left did its last thing. */
function lastOf(visit: Visit, otherwise: number): number {
  return visit.attempts.at(-1)?.endedMs ?? otherwise;
}

import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../../api/shapes";
import { History } from "./history";
import { statusOf } from "./visit";

type Row = [id: number, previous: number, type: string, details?: object];

/** A history of rows, each event a second after the one before. */
function historyOf(rows: Row[]): History {
  const history = new History();
  history.push(
    rows.map(
      ([id, previousEventId, type, details]): HistoryEvent => ({
        id,
        previousEventId,
        type,
        timestamp: new Date(Date.UTC(2026, 0, 1) + id * 1_000).toISOString(),
        ...(details ? { anyEventDetails: details } : {}),
      }),
    ),
  );
  return history;
}

function shown(history: History): string[] {
  const ended = history.end !== undefined;
  return history.visits.map((visit) => {
    const at = visit.iteration === undefined ? "" : `#${visit.iteration}`;
    const inside = visit.parent ? `${visit.parent.state}${at}/` : "";
    const attempts = visit.attempts.length > 1 ? ` x${visit.attempts.length}` : "";
    const error = visit.failed?.error ? ` ${visit.failed.error}` : "";
    return `${inside}${visit.state} ${statusOf(visit, ended)}${attempts}${error}`;
  });
}

const RETRIED: Row[] = [
  [1, 0, "ExecutionStarted"],
  [2, 0, "TaskStateEntered", { name: "Charge" }],
  [3, 2, "TaskScheduled"],
  [4, 3, "TaskStarted"],
  [5, 4, "TaskFailed", { error: "Busy", cause: "try again" }],
  [6, 5, "TaskScheduled"],
  [7, 6, "TaskStarted"],
  [8, 7, "TaskFailed", { error: "Busy", cause: "try again" }],
];
const FAILED: Row[] = [
  ...RETRIED,
  [9, 8, "ExecutionFailed", { error: "Busy", cause: "try again" }],
];

const PARALLEL: Row[] = [
  [1, 0, "ExecutionStarted"],
  [2, 0, "ParallelStateEntered", { name: "Both" }],
  [3, 2, "ParallelStateStarted"],
  [4, 3, "TaskStateEntered", { name: "Pay" }],
  [5, 4, "TaskScheduled"],
  [6, 3, "WaitStateEntered", { name: "Pack" }],
  [7, 5, "TaskStarted"],
  [8, 7, "TaskFailed", { error: "Declined" }],
  [9, 6, "WaitStateAborted"],
  [10, 8, "ParallelStateFailed"],
  [11, 10, "ParallelStateExited", { name: "Both" }],
  [12, 11, "PassStateEntered", { name: "Sorry" }],
];

const MAP: Row[] = [
  [1, 0, "ExecutionStarted"],
  [2, 0, "MapStateEntered", { name: "Each" }],
  [3, 2, "MapStateStarted", { length: 3 }],
  [4, 3, "MapIterationStarted", { name: "Each", index: 0 }],
  [5, 3, "MapIterationStarted", { name: "Each", index: 1 }],
  [6, 4, "PassStateEntered", { name: "A" }],
  [7, 6, "PassStateExited", { name: "A" }],
  [8, 7, "PassStateEntered", { name: "B" }],
  [9, 8, "PassStateExited", { name: "B" }],
  [10, 9, "MapIterationSucceeded", { name: "Each", index: 0 }],
  [11, 5, "TaskStateEntered", { name: "A" }],
];

describe("a history", () => {
  it.each<[string, Row[], string[]]>([
    ["waits to retry", RETRIED, ["Charge retrying x2 Busy"]],
    ["fails", FAILED, ["Charge failed x2 Busy"]],
    [
      "is redriven",
      [...FAILED, [10, 9, "ExecutionRedriven", { redriveCount: 1 }], [11, 8, "TaskScheduled"]],
      ["Charge running x3"],
    ],
    [
      "is redriven with another input",
      [
        ...FAILED,
        [10, 9, "ExecutionRedriven", { redriveCount: 1 }],
        [11, 8, "TaskStateEntered", { name: "Charge" }],
        [12, 11, "TaskScheduled"],
      ],
      ["Charge failed x2 Busy", "Charge running"],
    ],
    [
      "catches what fails in a branch",
      PARALLEL,
      ["Both caught Declined", "Both/Pay failed Declined", "Both/Pack aborted", "Sorry running"],
    ],
    [
      "iterates",
      MAP,
      ["Each running", "Each#0/A succeeded", "Each#0/B succeeded", "Each#1/A running"],
    ],
    [
      "is stopped",
      [...MAP, [12, 0, "ExecutionAborted", { error: "Enough" }]],
      ["Each aborted", "Each#0/A succeeded", "Each#0/B succeeded", "Each#1/A aborted"],
    ],
  ])("%s", (_, rows, expected) => {
    expect(shown(historyOf(rows))).toEqual(expected);
  });

  it("counts a Map's items", () => {
    const each = historyOf(MAP).byState.get("Each")?.[0];
    expect(each?.items).toEqual({ total: 3, started: 2, succeeded: 1, failed: 0 });
  });

  it("knows where a failure began, however deep", () => {
    const uncaught = historyOf([
      ...PARALLEL.slice(0, 10),
      [11, 8, "ExecutionFailed", { error: "Declined" }],
    ]);
    expect(uncaught.culprit()?.state).toBe("Pay");
    expect(shown(uncaught)).toEqual([
      "Both failed Declined",
      "Both/Pay failed Declined",
      "Both/Pack aborted",
    ]);
    expect(historyOf(MAP).culprit()).toBeUndefined();
  });

  it("passes over events that it has", () => {
    const history = historyOf(MAP);
    history.push(history.events.slice(3));
    expect(history.lastId).toBe(MAP.length);
  });

  it("takes a long history whole", () => {
    const rows: Row[] = [[1, 0, "ExecutionStarted"]];
    for (let id = 2; id < 50_000; id += 2) {
      rows.push([id, id - 1, "PassStateEntered", { name: "Loop" }]);
      rows.push([id + 1, id, "PassStateExited", { name: "Loop" }]);
    }
    const history = historyOf(rows);
    expect(history.byState.get("Loop")?.length).toBe((rows.length - 1) / 2);
  });
});

import { describe, expect, it } from "vitest";
import { graphOf, idsByName } from "../../graph";
import { History } from "./history";
import { overlayOf } from "./overlay";
import { keysAround, rowsOf } from "./rows";

const DEFINITION = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemProcessor: {
        StartAt: "Try",
        States: {
          Try: {
            Type: "Task",
            Resource: "plugin:echo",
            Catch: [{ ErrorEquals: ["States.ALL"], Next: "Mend" }],
            Next: "Mend",
          },
          Mend: { Type: "Pass", End: true },
        },
      },
      Next: "Done",
    },
    Done: { Type: "Succeed" },
  },
};

/** An execution of it with so many items, of which the first fails and is caught. */
function ran(items: number): History {
  const events: [number, string, object?][] = [
    [0, "ExecutionStarted"],
    [0, "MapStateEntered", { name: "Each" }],
    [2, "MapStateStarted", { length: items }],
  ];
  for (let index = 0; index < items; index += 1) {
    const at = events.length;
    events.push(
      [3, "MapIterationStarted", { name: "Each", index }],
      [at + 1, "TaskStateEntered", { name: "Try" }],
      [at + 2, "TaskScheduled"],
      [at + 3, index === 0 ? "TaskFailed" : "TaskSucceeded", index === 0 ? { error: "E" } : {}],
      [at + 4, "TaskStateExited", { name: "Try" }],
      [at + 5, "PassStateEntered", { name: "Mend" }],
      [at + 6, "PassStateExited", { name: "Mend" }],
      [at + 7, "MapIterationSucceeded", { name: "Each", index }],
    );
  }
  const last = events.length;
  events.push(
    [last, "MapStateSucceeded"],
    [last, "MapStateExited", { name: "Each" }],
    [last + 2, "SucceedStateEntered", { name: "Done" }],
    [last + 3, "SucceedStateExited", { name: "Done" }],
    [last + 4, "ExecutionSucceeded"],
  );
  const history = new History();
  history.push(
    events.map(([previousEventId, type, details], at) => ({
      id: at + 1,
      previousEventId,
      type,
      timestamp: "2026-01-01T00:00:00Z",
      ...(details ? { xEventDetails: details } : {}),
    })),
  );
  return history;
}

const shown = (history: History, chosen = new Map<string, boolean>()) =>
  rowsOf(history, chosen).map((row) =>
    row.kind === "visit" ? `${row.depth} ${row.visit.state}` : `${row.depth} #${row.index}`,
  );

describe("rows", () => {
  it("are a tree with iterations", () => {
    expect(shown(ran(2))).toEqual([
      "0 Each",
      "1 #0",
      "2 Try",
      "2 Mend",
      "1 #1",
      "2 Try",
      "2 Mend",
      "0 Done",
    ]);
  });

  it("of many iterations are folded until they are opened", () => {
    const history = ran(10_000);
    expect(shown(history)).toEqual(["0 Each", "0 Done"]);
    const open = new Map([["v2", true]]);
    expect(shown(history, open).length).toBe(10_002);
    const inner = history.visits.findLast((visit) => visit.state === "Try");
    for (const key of inner ? keysAround(inner) : []) open.set(key, true);
    expect(shown(history, open).length).toBe(10_004);
  });
});

it("an overlay counts transitions, and tells what was caught", () => {
  const graph = graphOf(DEFINITION);
  const overlay = overlayOf(ran(3), graph, idsByName(graph));
  const inner = "/States/Each/ItemProcessor";
  expect(Object.fromEntries(overlay.status)).toEqual({
    "/States/Each": "succeeded",
    [`${inner}/States/Try`]: "caught",
    [`${inner}/States/Mend`]: "succeeded",
    "/States/Done": "succeeded",
  });
  expect(overlay.badges.get("/States/Each")).toBe("3 / 3");
  const counts = Object.fromEntries(overlay.counts);
  expect(counts[`${inner}/States/Try/Catch/0/Next`]).toBe(1);
  expect(counts[`${inner}/States/Try/Next`]).toBe(2);
  expect(counts[`${inner}/StartAt`]).toBe(3);
  expect(counts["/States/Each/Next"]).toBe(1);
  expect(counts["/StartAt"]).toBe(1);
});

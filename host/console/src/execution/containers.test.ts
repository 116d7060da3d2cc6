import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../api/shapes";
import { containerAt, itemsOf, partsIn } from "./containers";
import { History } from "./model/history";

const BRANCH = (name: string) => ({
  StartAt: name,
  States: { [name]: { Type: "Pass", End: true } },
});
const only = (state: object, more = {}) =>
  JSON.stringify({ StartAt: "S", ...more, States: { S: { End: true, ...state } } });

describe("a container's stand-in", () => {
  it.each([
    [
      "a Map in JSONPath",
      only({
        Type: "Map",
        InputPath: "$.in",
        ItemsPath: "$.a",
        ItemSelector: {},
        ResultPath: "$.r",
      }),
      {
        QueryLanguage: "JSONPath",
        Parameters: { "items.$": "$.a" },
        InputPath: "$.in",
        ResultPath: "$.r",
      },
      { work: "ItemsPath", selects: true },
    ],
    [
      "a Map in the machine's JSONata",
      only({ Type: "Map", Items: "{% $a %}", Output: 1 }, { QueryLanguage: "JSONata" }),
      { QueryLanguage: "JSONata", Arguments: { items: "{% $a %}" }, Output: 1 },
      { work: "Items", selects: false },
    ],
    [
      "a Parallel",
      only({
        Type: "Parallel",
        Parameters: { "x.$": "$" },
        Branches: [BRANCH("A")],
        OutputPath: null,
      }),
      { QueryLanguage: "JSONPath", Parameters: { "x.$": "$" }, OutputPath: null },
      { work: "Parameters", branches: 1 },
    ],
    [
      "a Distributed Map with an older field",
      only({
        Type: "Map",
        Parameters: {},
        ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" } },
      }),
      { QueryLanguage: "JSONPath" },
      { work: undefined, selects: true, distributed: true },
    ],
  ])("%s", (_, definition, fields, rest) => {
    const container = containerAt(definition, "/States/S");
    expect(JSON.parse(container?.task ?? "")).toEqual({
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      End: true,
      ...fields,
    });
    expect(container).toMatchObject(rest);
  });

  it("is none of another state", () => {
    expect(containerAt(only({ Type: "Pass" }), "/States/S")).toBeUndefined();
    expect(containerAt(only({ Type: "Map" }), "/States/None")).toBeUndefined();
  });

  it("keeps numbers as they are written", () => {
    expect(itemsOf('{"items":[12345678901234567890,1.0]}')).toBe("[12345678901234567890,1.0]");
    const task = containerAt(
      '{"States":{"S":{"Type":"Parallel","Parameters":{"n":1e400}}}}',
      "/States/S",
    );
    expect(task?.before).toContain('"Parameters":{"n":1e400}');
  });
});

/** Events as `previous type state index`, numbered from 1. */
function historyOf(rows: string[]): History {
  const history = new History();
  history.push(
    rows.map((row, at): HistoryEvent => {
      const [previous, type = "", name, index] = row.split(" ");
      const details = { name, index: Number(index ?? 0), length: Number(index ?? 0) };
      const timestamp = new Date(Date.UTC(2026, 0, 1)).toISOString();
      return {
        id: at + 1,
        previousEventId: Number(previous),
        type,
        timestamp,
        xEventDetails: details,
      } as never;
    }),
  );
  return history;
}

const MAP = ["0 ExecutionStarted", "0 MapStateEntered M", "2 MapStateStarted M 2"];
const ROUND = (at: number, from = 3) => [
  `${from} MapIterationStarted M 0`,
  `${from} MapIterationStarted M 1`,
  `${at + 1} PassStateEntered B`,
  `${at + 2} PassStateExited B`,
  `${at} PassStateEntered A`,
  `${at + 4} PassStateExited A`,
  `${at + 5} PassStateEntered C`,
  `${at + 6} PassStateExited C`,
];
const ids = new Map([
  ["M", "/States/M"],
  ["P", "/States/P"],
  ["X", "/States/P/Branches/0/States/X"],
  ["Y", "/States/P/Branches/1/States/Y"],
]);
const map = only({ Type: "Map" });
const parallel = only({ Type: "Parallel", Branches: [BRANCH("X"), BRANCH("Y")] });

describe("the parts of a container", () => {
  it.each([
    ["of a Map, in the order of its items", [...MAP, ...ROUND(4)], "M", map, ["A>C", "B>B"]],
    ["of a Map of nothing", [...MAP.slice(0, 2), "2 MapStateStarted M 0"], "M", map, []],
    ["of a Map of which one has not ended", [...MAP, ...ROUND(4).slice(0, 5)], "M", map, undefined],
    [
      "of a Map that was tried again",
      [...MAP, ...ROUND(4), "11 MapStateStarted M 2", ...ROUND(13, 12)],
      "M",
      map,
      ["A>C", "B>B"],
    ],
    [
      "of a Parallel, in the order of its branches",
      [
        "0 ExecutionStarted",
        "0 ParallelStateEntered P",
        "2 ParallelStateStarted",
        "3 PassStateEntered Y",
        "4 PassStateExited Y",
        "3 PassStateEntered X",
        "6 PassStateExited X",
      ],
      "P",
      parallel,
      ["X>X", "Y>Y"],
    ],
  ])("%s", (_, rows, state, definition, expected) => {
    const visit = historyOf(rows).byState.get(state)?.[0];
    const container = containerAt(definition, "/States/S");
    const parts = visit && container && partsIn(visit, container, ids);
    expect(parts?.map(({ first, last }) => `${first.state}>${last.state}`)).toEqual(expected);
    if (rows.length > 15) expect(parts?.[0]?.first.id).toBeGreaterThan(12);
  });
});

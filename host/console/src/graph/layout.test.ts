import Elk from "elkjs/lib/elk.bundled.js";
import { describe, expect, it } from "vitest";
import { condition } from "./labels";
import { type Box, layoutOf } from "./layout";
import { graphOf, idsByName, regionsOf, statesOf } from "./model";

const elk = new Elk();
const end = { Type: "Pass", End: true };
const machine = (states: object, start = Object.keys(states)[0]) => ({
  StartAt: start,
  States: states,
});

const everything = machine({
  Check: {
    Type: "Choice",
    Choices: [
      { Variable: "$.n", NumericGreaterThan: 3, Next: "Many" },
      { Condition: "{% $states.input.ok %}", Next: "Work" },
    ],
    Default: "Work",
  },
  Work: {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Retry: [{ ErrorEquals: ["States.ALL"] }],
    Catch: [{ ErrorEquals: ["A", "B"], Next: "Check" }],
    Next: "Both",
  },
  Many: {
    Type: "Map",
    ItemProcessor: { ...machine({ "a/b": end }), ProcessorConfig: { Mode: "DISTRIBUTED" } },
    Next: "Both",
  },
  Both: {
    Type: "Parallel",
    Branches: [
      machine({ L: end }),
      machine({ R: { Type: "Map", Iterator: machine({ In: end }), End: true } }),
      { States: {} },
    ],
    End: true,
  },
  Alone: { Type: "Fail", Error: "Never" },
});

describe("the graph of a definition", () => {
  const graph = graphOf(everything);

  it("has each transition with its place", () => {
    expect(graph.edges.map(({ id, kind, from, to, label }) => [kind, id, from, to, label])).toEqual(
      [
        ["start", "/StartAt", "#start", "/States/Check", ""],
        ["choice", "/States/Check/Choices/0/Next", "/States/Check", "/States/Many", "$.n > 3"],
        [
          "choice",
          "/States/Check/Choices/1/Next",
          "/States/Check",
          "/States/Work",
          "$states.input.ok",
        ],
        ["default", "/States/Check/Default", "/States/Check", "/States/Work", "otherwise"],
        ["next", "/States/Many/Next", "/States/Many", "/States/Both", ""],
        ["end", "/States/Both/End", "/States/Both", "#end", ""],
        ["next", "/States/Work/Next", "/States/Work", "/States/Both", ""],
        ["catch", "/States/Work/Catch/0/Next", "/States/Work", "/States/Check", "A, B"],
      ],
    );
  });

  it("has the machines inside of states", () => {
    expect(regionsOf(graph).map((region) => region.id)).toEqual([
      "",
      "/States/Many/ItemProcessor",
      "/States/Both/Branches/0",
      "/States/Both/Branches/1",
      "/States/Both/Branches/1/States/R/Iterator",
      "/States/Both/Branches/2",
    ]);
    expect(idsByName(graph).get("a/b")).toBe("/States/Many/ItemProcessor/States/a~1b");
  });

  it.each([[null], [[]], ["x"], [{}], [{ States: { A: null, B: { Type: 7, Choices: {} } } }]])(
    "is there for %j, which is no definition",
    (value) => expect(() => graphOf(value)).not.toThrow(),
  );

  it("has the layout of everything in it", async () => {
    const layout = await layoutOf(graph, elk);
    for (const { id } of statesOf(graph)) expect(layout.boxes.get(id)).toBeDefined();
    for (const region of regionsOf(graph)) {
      for (const { id } of region.edges) {
        expect(layout.routes.get(id)?.points.length, id).toBeGreaterThan(1);
      }
    }
    const both = layout.boxes.get("/States/Both") as Box;
    expect(within(layout.boxes.get("/States/Both/Branches/0/States/L") as Box, both)).toBe(true);
    const [check, work] = ["Check", "Work"].map(
      (name) => layout.boxes.get(`/States/${name}`) as Box,
    );
    expect((check as Box).y).toBeLessThan((work as Box).y);
  });
});

/** Many states, each with a way to the last one and some with a way far off. */
function tangle(count: number) {
  const last = `s${count - 1}`;
  const states = Array.from({ length: count - 1 }, (_, i) => [
    `s${i}`,
    i % 5 === 0
      ? {
          Type: "Choice",
          Choices: [{ Condition: "x", Next: `s${(i * 7) % count}` }],
          Default: `s${i + 1}`,
        }
      : { Type: "Task", Catch: [{ ErrorEquals: ["x"], Next: last }], Next: `s${i + 1}` },
  ]);
  return machine({ ...Object.fromEntries(states), [last]: { Type: "Succeed" } });
}

describe("a tangle", () => {
  it("is laid out without elk, and nothing stands on anything else", async () => {
    const refusing = { layout: () => Promise.reject(new Error("too much for elk")) };
    const graph = graphOf(tangle(400));
    const layout = await layoutOf(graph, refusing);
    const boxes = statesOf(graph).map(({ id }) => layout.boxes.get(id) as Box);
    expect(boxes.every((box) => box !== undefined)).toBe(true);
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) expect(apart(a, b)).toBe(true);
    }
    for (const { id } of graph.edges)
      expect(layout.routes.get(id)?.points.length, id).toBeGreaterThan(1);
    const reach = Math.max(...[...layout.routes.values()].flatMap((r) => r.points.map((p) => p.x)));
    expect(reach).toBeLessThanOrEqual(layout.width);
  });
});

function apart(a: Box, b: Box): boolean {
  return (
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
  );
}

function within(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

describe("a rule in words", () => {
  it.each([
    [{ Variable: "$.a", StringEquals: "x" }, '$.a = "x"'],
    [{ Variable: "$.a", NumericLessThanEqualsPath: "$.b" }, "$.a ≤ $.b"],
    [{ Variable: "$.a", IsPresent: false }, "$.a is not present"],
    [{ Not: { Variable: "$.a", StringMatches: "x*" } }, 'not ($.a matches "x*")'],
    [
      {
        And: [
          { Or: [{ Variable: "$.a", IsNull: true }] },
          { Variable: "$.b", BooleanEquals: true },
        ],
      },
      "($.a is null) and $.b = true",
    ],
  ])("%j is %s", (rule, words) => {
    expect(condition(rule)).toBe(words);
  });
});

import { describe, expect, it } from "vitest";
import { JsonDocument } from "../../definition";
import { removeField, setField } from "./fields";
import { single } from "./fragments";
import { addBranch, insertAt } from "./insert";
import { changeType, deleteState, duplicateState, moveState, renameState } from "./states";
import { AWS, FLOW, PATTERNS } from "./templates";

const doc = (value: unknown) => new JsonDocument(JSON.stringify(value));
const pass = single("New", { Type: "Pass" });
const ab = {
  StartAt: "A",
  States: { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", End: true } },
};
const choice = {
  StartAt: "C",
  States: {
    C: { Type: "Choice", Choices: [{ Condition: "x", Next: "A" }], Default: "B" },
    A: { Type: "Task", Catch: [{ ErrorEquals: ["E"], Next: "B" }], Next: "B" },
    B: { Type: "Succeed" },
  },
};
const nested = {
  StartAt: "P",
  States: {
    P: {
      Type: "Parallel",
      Branches: [
        { StartAt: "X", States: { X: { Type: "Pass", End: true } } },
        { StartAt: "", States: {} },
      ],
      Next: "Z",
    },
    Z: { Type: "Pass", End: true },
  },
};

type Case = [
  name: string,
  before: unknown,
  edit: (d: JsonDocument) => { document: JsonDocument },
  after: unknown,
];

const flows: Case[] = [
  [
    "between two",
    ab,
    (d) => insertAt(d, { on: "edge", id: "/States/A/Next" }, pass),
    {
      StartAt: "A",
      States: {
        A: { Type: "Pass", Next: "New" },
        New: { Type: "Pass", Next: "B" },
        B: { Type: "Pass", End: true },
      },
    },
  ],
  [
    "at the start",
    ab,
    (d) => insertAt(d, { on: "edge", id: "/StartAt" }, pass),
    { StartAt: "New", States: { New: { Type: "Pass", Next: "A" }, ...ab.States } },
  ],
  [
    "at the end",
    ab,
    (d) => insertAt(d, { on: "edge", id: "/States/B/End" }, pass),
    {
      StartAt: "A",
      States: {
        A: { Type: "Pass", Next: "B" },
        B: { Type: "Pass", Next: "New" },
        New: { Type: "Pass", End: true },
      },
    },
  ],
  [
    "not behind a success",
    choice,
    (d) => insertAt(d, { on: "edge", id: "/States/B/Type" }, pass),
    choice,
  ],
  [
    "into nothing",
    {},
    (d) => insertAt(d, { on: "region", id: "", path: [] }, pass),
    { StartAt: "New", States: { New: { Type: "Pass", End: true } } },
  ],
  [
    "a choice at the end needs a state to end in",
    ab,
    (d) => insertAt(d, { on: "edge", id: "/States/B/End" }, FLOW[0]?.make("JSONPath") ?? pass),
    {
      StartAt: "A",
      States: {
        A: { Type: "Pass", Next: "B" },
        B: { Type: "Pass", Next: "Choice" },
        Choice: { Type: "Choice", Choices: [], Default: "Done" },
        Done: { Type: "Succeed" },
      },
    },
  ],
  [
    "a rule of a choice",
    choice,
    (d) => insertAt(d, { on: "edge", id: "/States/C/Choices/0/Next" }, pass),
    {
      StartAt: "C",
      States: {
        C: { ...choice.States.C, Choices: [{ Condition: "x", Next: "New" }] },
        New: { Type: "Pass", Next: "A" },
        A: choice.States.A,
        B: choice.States.B,
      },
    },
  ],
  [
    "onto a choice",
    choice,
    (d) => insertAt(d, { on: "state", id: "/States/C" }, pass),
    {
      StartAt: "C",
      States: {
        C: {
          ...choice.States.C,
          Choices: [
            { Condition: "x", Next: "A" },
            { Variable: "$.done", BooleanEquals: true, Next: "New" },
          ],
        },
        New: { Type: "Pass", Next: "B" },
        A: choice.States.A,
        B: choice.States.B,
      },
    },
  ],
  [
    "onto a task",
    ab,
    (d) => insertAt(setType(d, "A"), { on: "state", id: "/States/A" }, pass),
    {
      StartAt: "A",
      States: {
        A: { Type: "Task", Catch: [{ ErrorEquals: ["States.ALL"], Next: "New" }], Next: "B" },
        New: { Type: "Pass", Next: "B" },
        B: { Type: "Pass", End: true },
      },
    },
  ],
  [
    "into an empty branch",
    nested,
    (d) => insertAt(d, { on: "state", id: "/States/P" }, pass),
    {
      StartAt: "P",
      States: {
        P: {
          ...nested.States.P,
          Branches: [
            nested.States.P.Branches[0],
            { StartAt: "New", States: { New: { Type: "Pass", End: true } } },
          ],
        },
        Z: nested.States.Z,
      },
    },
  ],
  [
    "a branch",
    nested,
    (d) => ({ document: addBranch(d, ["States", "P"]) }),
    {
      ...nested,
      States: {
        ...nested.States,
        P: {
          ...nested.States.P,
          Branches: [...nested.States.P.Branches, { StartAt: "", States: {} }],
        },
      },
    },
  ],
  [
    "a name that is taken, inside as well",
    nested,
    (d) =>
      insertAt(
        d,
        { on: "edge", id: "/States/Z/End" },
        single("Z", {
          Type: "Map",
          ItemProcessor: { StartAt: "X", States: { X: { Type: "Pass", End: true } } },
        }),
      ),
    {
      StartAt: "P",
      States: {
        P: nested.States.P,
        Z: { Type: "Pass", Next: "Z 2" },
        "Z 2": {
          Type: "Map",
          ItemProcessor: { StartAt: "X 2", States: { "X 2": { Type: "Pass", End: true } } },
          End: true,
        },
      },
    },
  ],
  [
    "delete in the middle",
    choice,
    (d) => deleteState(d, "/States/A"),
    {
      StartAt: "C",
      States: {
        C: { Type: "Choice", Choices: [{ Condition: "x", Next: "B" }], Default: "B" },
        B: { Type: "Succeed" },
      },
    },
  ],
  [
    "delete at the end",
    choice,
    (d) => deleteState(d, "/States/B"),
    {
      StartAt: "C",
      States: {
        C: { Type: "Choice", Choices: [{ Condition: "x", Next: "A" }] },
        A: { Type: "Task", End: true },
      },
    },
  ],
  [
    "delete the last one",
    ab,
    (d) => deleteState(d, "/States/B"),
    { StartAt: "A", States: { A: { Type: "Pass", End: true } } },
  ],
  [
    "delete the first one",
    ab,
    (d) => deleteState(d, "/States/A"),
    { StartAt: "B", States: { B: { Type: "Pass", End: true } } },
  ],
  [
    "delete the only one",
    { StartAt: "A", States: { A: { Type: "Pass", End: true } } },
    (d) => deleteState(d, "/States/A"),
    { States: {} },
  ],
  [
    "rename",
    choice,
    (d) => renameState(d, "/States/B", "b/~"),
    JSON.parse(JSON.stringify(choice).replaceAll('"B"', '"b/~"')),
  ],
  [
    "duplicate",
    ab,
    (d) => duplicateState(d, "/States/B"),
    {
      StartAt: "A",
      States: {
        A: { Type: "Pass", Next: "B" },
        B: { Type: "Pass", Next: "B 2" },
        "B 2": { Type: "Pass", End: true },
      },
    },
  ],
  [
    "move forward",
    ab,
    (d) => moveState(d, "/States/A", { on: "edge", id: "/States/B/End" }),
    { StartAt: "B", States: { A: { Type: "Pass", End: true }, B: { Type: "Pass", Next: "A" } } },
  ],
  [
    "move back",
    ab,
    (d) => moveState(d, "/States/B", { on: "edge", id: "/StartAt" }),
    { StartAt: "B", States: { A: { Type: "Pass", End: true }, B: { Type: "Pass", Next: "A" } } },
  ],
  [
    "move to where it is",
    ab,
    (d) => moveState(d, "/States/B", { on: "edge", id: "/States/A/Next" }),
    ab,
  ],
  [
    "move into a branch",
    nested,
    (d) =>
      moveState(d, "/States/Z", {
        on: "region",
        id: "/States/P/Branches/1",
        path: ["States", "P", "Branches", 1],
      }),
    {
      StartAt: "P",
      States: {
        P: {
          Type: "Parallel",
          Branches: [
            nested.States.P.Branches[0],
            { StartAt: "Z", States: { Z: { Type: "Pass", End: true } } },
          ],
          End: true,
        },
      },
    },
  ],
  [
    "not into itself",
    nested,
    (d) =>
      moveState(d, "/States/P", {
        on: "region",
        id: "/States/P/Branches/1",
        path: ["States", "P", "Branches", 1],
      }),
    nested,
  ],
];

const types: [type: string, before: object, after: object][] = [
  ["Fail", { Type: "Pass", Next: "B" }, { Type: "Fail" }],
  ["Pass", { Type: "Succeed" }, { Type: "Pass", End: true }],
  ["Choice", { Type: "Pass", Next: "B" }, { Type: "Choice", Choices: [], Default: "B" }],
  [
    "Wait",
    { Type: "Choice", Choices: [{ Condition: "x", Next: "B" }], Default: "B" },
    { Type: "Wait", Seconds: 5, Next: "B" },
  ],
  ["Pass", { Type: "Wait", Seconds: 1, Next: "B" }, { Type: "Pass", Next: "B" }],
  [
    "Map",
    { Type: "Pass", End: true },
    { Type: "Map", ItemProcessor: { StartAt: "", States: {} }, End: true },
  ],
];

describe("another type", () => {
  it.each(types)("%s in place of %j", (type, before, after) => {
    const document = doc({ StartAt: "A", States: { A: before, B: { Type: "Pass", End: true } } });
    expect(changeType(document, "/States/A", type).document.value(["States", "A"])).toEqual(after);
  });
});

function setType(document: JsonDocument, name: string): JsonDocument {
  return setField(document, ["States", name, "Type"], "Task");
}

describe("the flow", () => {
  it.each(flows)("%s", (_, before, edit, after) => {
    expect(JSON.stringify(edit(doc(before)).document.value())).toBe(JSON.stringify(after));
  });
});

describe("a field", () => {
  it.each([
    [{ Type: "Task", Next: "B" }, "Resource", "r", '{"Type":"Task","Resource":"r","Next":"B"}'],
    [
      { Type: "Task", Next: "B" },
      "TimeoutSeconds",
      5,
      '{"Type":"Task","TimeoutSeconds":5,"Next":"B"}',
    ],
    [{ Type: "Pass", Comment: "x" }, "Comment", undefined, '{"Type":"Pass"}'],
  ])("of %j: %s becomes %j", (before, name, value, after) => {
    expect(setField(doc(before), [name], value).text).toBe(after);
  });

  it("takes the array with it that it leaves empty", () => {
    expect(removeField(doc({ Catch: [{}] }), ["Catch", 0]).text).toBe("{}");
  });
});

describe("everything in the palette", () => {
  it.each(
    [...FLOW, ...PATTERNS, ...AWS].flatMap((t) =>
      (["JSONPath", "JSONata"] as const).map((l) => [t.id, l, t] as const),
    ),
  )("%s in %s can be put on a way, with no transition to nowhere", (_id, language, template) => {
    const { document, select } = insertAt(
      doc(ab),
      { on: "edge", id: "/States/B/End" },
      template.make(language),
    );
    expect(document.valid).toBe(true);
    expect(select).toBeDefined();
    const states = document.value(["States"]) as Record<string, Record<string, unknown>>;
    const targets = JSON.stringify(states).matchAll(/"(?:Next|Default)":"([^"]*)"/g);
    for (const [, target] of targets) expect(states).toHaveProperty([target ?? ""]);
  });
});

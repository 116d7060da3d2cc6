import { describe, expect, it } from "vitest";
import { JsonDocument } from "./document";
import { become, insert, move, remove, rename, set } from "./edit";
import { fromLocation, fromPointer, toPointer } from "./pointer";
import { RawJson } from "./style";

const lines = (...text: string[]) => text.join("\n");

type Edit = (document: JsonDocument) => JsonDocument;

const cases: [name: string, before: string, edit: Edit, after: string][] = [
  ["a value in place", '{"a": 1.50, "b":2}', (d) => set(d, ["b"], "x"), '{"a": 1.50, "b":"x"}'],
  ["the same value", '{"a": 1.50e0}', (d) => become(d, ["a"], 1.5), '{"a": 1.50e0}'],
  ["a number in its own form", '{"a":1}', (d) => set(d, ["a"], new RawJson("1e2")), '{"a":1e2}'],
  [
    "a new member of a compact object",
    '{"a":1}',
    (d) => set(d, ["b"], { c: [1, 2] }),
    '{"a":1,"b":{"c":[1,2]}}',
  ],
  [
    "a new member with the gaps of its object",
    '{"a" : 1 ,  "b": 2}',
    (d) => set(d, ["c"], 3),
    '{"a" : 1 ,  "b": 2 ,  "c": 3}',
  ],
  [
    "a new member on lines",
    lines("{", '    "a": {', '        "b": 1', "    }", "}"),
    (d) => set(d, ["a", "c"], { d: [true], e: {} }),
    lines(
      "{",
      '    "a": {',
      '        "b": 1,',
      '        "c": {',
      '            "d": [',
      "                true",
      "            ],",
      '            "e": {}',
      "        }",
      "    }",
      "}",
    ),
  ],
  [
    "windows' line ends",
    '{\r\n\t"a": 1\r\n}\r\n',
    (d) => set(d, ["b"], [1]),
    '{\r\n\t"a": 1,\r\n\t"b": [\r\n\t\t1\r\n\t]\r\n}\r\n',
  ],
  [
    "a member before another",
    '{"a":1,"c":3}',
    (d) => insert(d, [], 1, 2, "b"),
    '{"a":1,"b":2,"c":3}',
  ],
  [
    "a member first, on lines",
    '{\n  "b": 1\n}',
    (d) => insert(d, [], 0, 0, "a"),
    '{\n  "a": 0,\n  "b": 1\n}',
  ],
  [
    "into an empty object on lines",
    '{\n  "a": {}\n}',
    (d) => set(d, ["a", "b"], 1),
    '{\n  "a": {\n    "b": 1\n  }\n}',
  ],
  [
    "into an empty object of a compact text",
    '{"a":{}}',
    (d) => set(d, ["a", "b"], 1),
    '{"a":{"b":1}}',
  ],
  [
    "into an inline object of a text on lines",
    '{\n  "a": { "b": 1 }\n}',
    (d) => set(d, ["a", "c"], { d: 1 }),
    '{\n  "a": { "b": 1, "c": {"d": 1} }\n}',
  ],
  ["what is missing on the way", '{"a":1}', (d) => set(d, ["b", "c"], 1), '{"a":1,"b":{"c":1}}'],
  ["an empty text", "", (d) => set(d, [], { a: 1 }), '{\n  "a": 1\n}'],
  ["the last member out", '{ "a": 1, "b": 2 }', (d) => remove(d, ["b"]), '{ "a": 1 }'],
  ["the first member out", '{ "a": 1, "b": 2 }', (d) => remove(d, ["a"]), '{ "b": 2 }'],
  ["the only member out", '{\n  "a": 1\n}', (d) => remove(d, ["a"]), "{}"],
  ["an element out", "[1, 2,3]", (d) => remove(d, [1]), "[1,3]"],
  ["what is not there stays away", '{"a":1}', (d) => remove(d, ["b"]), '{"a":1}'],
  [
    "a name, with what must be escaped",
    '{"a" :1}',
    (d) => rename(d, ["a"], 'x"/~'),
    '{"x\\"/~" :1}',
  ],
  ["elements in another order", "[1,  2, 3]", (d) => move(d, [], 0, 2), "[2,  3, 1]"],
  ["members in another order", '{"a":1, "b":2}', (d) => move(d, [], 1, 0), '{"b":2, "a":1}'],
  [
    "an object that becomes another",
    '{"a":1.0, "x":0, "c": 3}',
    (d) => become(d, [], { a: 1, b: 2, c: 4 }),
    '{"a":1.0, "b":2, "c": 4}',
  ],
  [
    "an array that becomes another",
    '[1.0, {"a": 1}, 5.0]',
    (d) => become(d, [], [1, { a: 2 }, 3, 5]),
    '[1.0, {"a": 2}, 3, 5.0]',
  ],
  ["the last of two with one name", '{"a":1,"a":2}', (d) => set(d, ["a"], 3), '{"a":1,"a":3}'],
  [
    "a copied value at another depth",
    '{\n  "a": {\n    "b": {\n      "c": 1\n    }\n  }\n}',
    (d) => set(d, ["x"], new RawJson(d.textAt(["a", "b"]) ?? "")),
    '{\n  "a": {\n    "b": {\n      "c": 1\n    }\n  },\n  "x": {\n    "c": 1\n  }\n}',
  ],
];

describe("an edit changes what it is about and nothing else", () => {
  it.each(cases)("%s", (_, before, edit, after) => {
    expect(edit(new JsonDocument(before)).text).toBe(after);
  });
});

describe("places", () => {
  it.each([
    [["States", "a/b~c", 0], "/States/a~1b~0c/0"],
    [[], ""],
  ])("%j has the pointer %s", (path, pointer) => {
    expect(toPointer(path)).toBe(pointer);
    expect(fromPointer(pointer)).toEqual(path.map(String));
  });

  const value = { States: { "A[0]": { Retry: [{ ErrorEquals: [] }] }, B: { Type: "Task" } } };
  it.each([
    ["/", []],
    ["/States/A[0]/Retry[0]/ErrorEquals", ["States", "A[0]", "Retry", 0, "ErrorEquals"]],
    ["/States/B/Next", ["States", "B"]],
    ["/States/A[0]/Retry[7]", ["States", "A[0]", "Retry"]],
  ])("the location %s is the path %j", (location, path) => {
    expect(fromLocation(value, location)).toEqual(path);
  });

  it("knows the value that holds a position", () => {
    const text = '{"a":[1,{"b":2}]}';
    expect(new JsonDocument(text).pathAt(text.indexOf("2"))).toEqual(["a", 1, "b"]);
  });
});

describe("what is not JSON", () => {
  it.each([['{"a":1,}'], ['{"a" 1}'], ["{'a':1}"], ['{"a":1} x'], ["01"], ["// c\n{}"]])(
    "%s is told",
    (text) => {
      const document = new JsonDocument(text);
      expect(document.valid).toBe(false);
      expect(document.problems[0]?.to).toBeLessThanOrEqual(text.length);
    },
  );
});

import { describe, expect, it } from "vitest";
import { type Form, reform } from "./conditions";
import { OPERATORS, operandFor, operatorOf } from "./operators";

const a = { Variable: "$.a", StringEquals: "x" };
const b = { Variable: "$.b", IsNull: true };

describe("a condition in another form keeps what it can", () => {
  it.each<[object, Form, object]>([
    [{ ...a, Next: "N" }, "And", { And: [a], Next: "N" }],
    [{ ...a, Next: "N" }, "Not", { Not: a, Next: "N" }],
    [
      { And: [a, b], Assign: { k: 1 }, Next: "N" },
      "Or",
      { Or: [a, b], Assign: { k: 1 }, Next: "N" },
    ],
    [{ And: [a, b], Next: "N" }, "compare", { ...a, Next: "N" }],
    [{ Not: a, Comment: "c" }, "compare", { ...a, Comment: "c" }],
    [{ Not: a }, "And", { And: [a] }],
  ])("%j as %s is %j", (rule, form, expected) => {
    expect(reform(rule as Record<string, unknown>, form)).toEqual(expected);
  });
});

describe("operators", () => {
  it("are the 39 of the specification, each once", () => {
    expect(new Set(OPERATORS.map(({ name }) => name)).size).toBe(39);
  });

  it.each([
    [{ Variable: "$.a", NumericLessThanPath: "$.b", Next: "N" }, "NumericLessThanPath"],
    [{ Variable: "$.a", IsPresent: false }, "IsPresent"],
    [{ And: [] }, undefined],
  ])("%j has %s", (rule, name) => {
    expect(operatorOf(rule)?.name).toBe(name);
  });

  it.each([
    ["number", "12", 12],
    ["number", "twelve", 0],
    ["boolean", "false", false],
    ["path", "x", "$."],
    ["path", "$.x", "$.x"],
    ["text", 5, "5"],
    ["check", undefined, true],
  ] as const)("a %s is made of %j: %j", (operand, value, expected) => {
    expect(operandFor(operand, value)).toBe(expected);
  });
});

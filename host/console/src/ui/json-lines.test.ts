import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { foldAt, tokensOf } from "./json-lines";
import { indented } from "./json-text";

describe("JSON that is read", () => {
  it.each([
    ['"a": 1', ["name a", "value 1"]],
    ['"a" : "b: 2"', ["name a", "string b: 2"]],
    ['"q\\": true": "\\\\",', ['name q\\": true', "string \\\\"]],
    ["[-1.5e+3, true, null]", ["value -1.5e+3", "value true", "value null"]],
    ['{"', []],
  ])("%s", (text, expected) => {
    const tokens = [...tokensOf(text)].map(
      ({ from, to, kind }) => `${kind} ${text.slice(from, to).replace(/^"|"$/g, "")}`,
    );
    expect(tokens).toEqual(expected);
  });

  it.each([
    [1, '{"a":{"b":[1,2]},"c":3}', '"a": {"b": [1,2]},"c": 3'],
    [2, '{"a":{"b":[1,2]},"c":3}', '"b": [1,2]'],
    [3, '{"a":{"b":[1,2]},"c":3}', "1,2"],
    [4, '{"a":{"b":[1,2]},"c":3}', undefined],
    [1, "{}", undefined],
    [1, "[[", undefined],
  ])("line %i of %s folds %s", (line, text, expected) => {
    const document = Text.of(indented(text).split("\n"));
    const fold = foldAt(document, document.line(line).from);
    const inside = fold && document.sliceString(fold.from, fold.to).replace(/\n\s*/g, "");
    expect(inside ?? undefined).toBe(expected);
  });
});

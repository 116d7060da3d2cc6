import { expect, it } from "vitest";
import { indented } from "./json-text";

it.each([
  ["{}", "{}"],
  ["[]", "[]"],
  ['{"a":{}}', '{\n  "a": {}\n}'],
  ['{"n":12345678901234567890,"e":1.0e400}', '{\n  "n": 12345678901234567890,\n  "e": 1.0e400\n}'],
  ['{"b":1,"a":[1,"x, {y}"]}', '{\n  "b": 1,\n  "a": [\n    1,\n    "x, {y}"\n  ]\n}'],
  ['{\n"q":"\\"\\\\"}', '{\n  "q": "\\"\\\\"\n}'],
  [" null ", "null"],
  ["not json", "not json"],
  ["", ""],
])("%s", (text, expected) => {
  expect(indented(text)).toBe(expected);
});

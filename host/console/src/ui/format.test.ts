import { expect, it } from "vitest";
import { ago, bytes, duration } from "./format";

it.each([
  [0.0004, "0 µs"],
  [0.25, "250 µs"],
  [3.14, "3.1 ms"],
  [999, "999 ms"],
  [1_234, "1.23 s"],
  [59_960, "60 s"],
  [61_000, "1 min 1 s"],
  [3_661_000, "1 h 1 min"],
  [200_000_000, "2 d 7 h"],
  [Number.NaN, "–"],
])("a duration of %d ms", (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

it.each([
  [0, "0 B"],
  [1_536, "1.5 KiB"],
  [73_000, "71 KiB"],
  [5 * 1024 ** 3, "5 GiB"],
])("%d bytes", (size, expected) => {
  expect(bytes(size)).toBe(expected);
});

it.each([
  [5_000, "5 s ago"],
  [-5_000, "0 s ago"],
  [600_000, "10 min ago"],
  [7_200_000, "2 h ago"],
])("%d ms before", (before, expected) => {
  expect(ago(1_000_000_000 - before, 1_000_000_000)).toBe(expected);
});

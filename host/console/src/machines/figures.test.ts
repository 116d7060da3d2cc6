import { expect, it } from "vitest";
import type { Summary } from "../api/shapes";
import { figuresOf } from "./figures";

const START = Date.UTC(2026, 0, 1);

function took(ms: number | undefined, status: Summary["status"]): Summary {
  return {
    executionArn: `arn:${ms}`,
    stateMachineArn: "arn:m",
    name: `${ms}`,
    status,
    startDate: new Date(START).toISOString(),
    redriveCount: 0,
    ...(ms === undefined ? {} : { stopDate: new Date(START + ms).toISOString() }),
  };
}

it.each<[string, Summary[], [number | undefined, number, number, number]]>([
  ["none", [], [undefined, Number.NaN, Number.NaN, 0]],
  ["one that runs", [took(undefined, "RUNNING")], [undefined, Number.NaN, Number.NaN, 500]],
  [
    "some",
    [took(10, "SUCCEEDED"), took(30, "FAILED"), took(20, "SUCCEEDED"), took(undefined, "RUNNING")],
    [2 / 3, 20, 30, 500],
  ],
])("figures of %s", (_, executions, expected) => {
  const { succeeded, median, p95, longest } = figuresOf(executions, START + 500);
  expect([succeeded, median, p95, longest]).toEqual(expected);
});

import { describe, expect, it } from "vitest";
import { routingOf, sharesOf, shifted } from "./routing";

const shown = (routing: ReturnType<typeof routingOf>) =>
  "problem" in routing
    ? routing.problem
    : routing.map((one) => `${one.stateMachineVersionArn}: ${one.weight}`).join(", ");
const route = (stateMachineVersionArn: string, weight: number) => ({
  stateMachineVersionArn,
  weight,
});

describe("an alias's routing", () => {
  it.each([
    ["m:1", "", "", "m:1: 100"],
    ["m:1", "", "30", "m:1: 100"],
    ["m:1", "m:2", "30", "m:1: 30, m:2: 70"],
    ["m:1", "m:2", "0", "m:1: 0, m:2: 100"],
    ["m:1", "m:2", "101", "The share is a whole number from 0 to 100"],
    ["m:1", "m:2", "1.5", "The share is a whole number from 0 to 100"],
    ["m:1", "m:2", " ", "The share is a whole number from 0 to 100"],
    ["m:1", "m:1", "30", "Choose two versions, or none as the second"],
    ["", "m:1", "30", "Choose a version"],
  ])("%s and %s at %s", (first, second, share, expected) => {
    expect(shown(routingOf({ first, second, share }))).toBe(expected);
  });

  it("is edited as it is", () => {
    const routes = [route("m:3", 80), route("m:2", 20)];
    expect(routingOf(sharesOf(routes))).toEqual(routes);
    expect(routingOf(sharesOf([route("m:3", 100)]))).toEqual([route("m:3", 100)]);
  });

  it.each([
    [[route("m:1", 100)], 100, "m:9: 100"],
    [[route("m:1", 100)], 10, "m:9: 10, m:1: 90"],
    [[route("m:1", 20), route("m:2", 80)], 10, "m:9: 10, m:2: 90"],
    [[], 10, "m:9: 100"],
    [[route("m:9", 50), route("m:2", 50)], 10, "m:9: 10, m:2: 90"],
  ])("%j gives a new version %i percent", (before, share, expected) => {
    expect(shown(shifted(before, "m:9", share))).toBe(expected);
  });
});

import { describe, expect, it } from "vitest";
import { paths, routeOf } from "./routes";

const ARN = "arn:aws:states:us-east-1:000000000000:execution:order/Charge:42%";

describe("routes", () => {
  it.each([
    ["", { page: "executions" }],
    ["executions/", { page: "executions" }],
    [paths.execution(ARN), { page: "execution", arn: ARN }],
    [paths.machine(ARN), { page: "machine", arn: ARN }],
    [paths.mapRun(ARN), { page: "mapRun", arn: ARN }],
    [paths.plugin("echo@0.1.0"), { page: "plugin", name: "echo@0.1.0" }],
    [paths.studio(), { page: "studio" }],
    [paths.studio(ARN), { page: "studio", arn: ARN }],
    ["executions/a/b", { page: "unknown" }],
    ["executions/%E0%A4%A", { page: "execution", arn: "%E0%A4%A" }],
    ["nowhere", { page: "unknown" }],
  ])("%s", (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });
});

// The console's addresses: one place that makes them, and one that takes them apart.

export type Route =
  | { page: "executions" }
  | { page: "execution"; arn: string }
  | { page: "machines" }
  | { page: "machine"; arn: string }
  | { page: "mapRun"; arn: string }
  | { page: "plugins" }
  | { page: "plugin"; name: string }
  | { page: "studio"; arn?: string }
  | { page: "unknown" };

/** The path of a page, below the console's root and without a slash in front. */
export const paths = {
  executions: () => "executions",
  execution: (arn: string) => `executions/${encodeURIComponent(arn)}`,
  machines: () => "machines",
  machine: (arn: string) => `machines/${encodeURIComponent(arn)}`,
  mapRun: (arn: string) => `map-runs/${encodeURIComponent(arn)}`,
  plugins: () => "plugins",
  plugin: (name: string) => `plugins/${encodeURIComponent(name)}`,
  studio: (arn?: string) => (arn ? `studio/${encodeURIComponent(arn)}` : "studio"),
};

/** What a path below the console's root shows. */
export function routeOf(path: string): Route {
  const [first = "", second, ...rest] = path.split("/").filter((part) => part !== "");
  if (rest.length > 0) return { page: "unknown" };
  const id = second === undefined ? undefined : decode(second);
  switch (first) {
    case "":
      return id === undefined ? { page: "executions" } : { page: "unknown" };
    case "executions":
      return id === undefined ? { page: "executions" } : { page: "execution", arn: id };
    case "machines":
      return id === undefined ? { page: "machines" } : { page: "machine", arn: id };
    case "map-runs":
      return id === undefined ? { page: "unknown" } : { page: "mapRun", arn: id };
    case "plugins":
      return id === undefined ? { page: "plugins" } : { page: "plugin", name: id };
    case "studio":
      return id === undefined ? { page: "studio" } : { page: "studio", arn: id };
    default:
      return { page: "unknown" };
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

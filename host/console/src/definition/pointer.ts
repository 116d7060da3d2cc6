// Places in a JSON text: paths, JSON pointers (RFC 6901), and the locations that the host's compiler prints.

/** The way from the root to a value: names of members and indices of elements. */
export type Path = readonly (string | number)[];

/** The JSON pointer of a path. It names a place in a text, so it is the id of what stands there. */
export function toPointer(path: Path): string {
  return path.map((step) => `/${String(step).replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
}

/** The steps of a JSON pointer, all as texts: whether `0` is a name or an index depends on the value. */
export function fromPointer(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replace(/~1/g, "/").replace(/~0/g, "~"));
}

/** Whether two paths are the same. */
export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, i) => String(step) === String(b[i]));
}

/** Whether `inner` is `outer`, or lies below it. Both are JSON pointers. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}

/**
 * The path of a diagnostic's location in a value.
 *
 * A location is a JSON pointer with `[0]` for elements, and `/` for the whole (`host/asl/src/diagnostic.rs`). A name
 * may itself end in `[0]`, so the value decides. What is not there (a field that is missing) ends the path before it.
 */
export function fromLocation(value: unknown, location: string): Path {
  const path: (string | number)[] = [];
  let here = value;
  const enter = (step: string | number): boolean => {
    const holder = here as Record<string | number, unknown> | null;
    if (typeof here !== "object" || holder === null || !Object.hasOwn(holder, step)) return false;
    path.push(step);
    here = holder[step];
    return true;
  };
  for (const step of fromPointer(location === "/" ? "" : location)) {
    if (enter(step)) continue;
    const [, name, indices] = /^(.*?)((?:\[\d+\])+)$/.exec(step) ?? [];
    if (name === undefined || indices === undefined) return path;
    if (name !== "" && !enter(name)) return path;
    for (const [, index] of indices.matchAll(/\[(\d+)\]/g)) if (!enter(Number(index))) return path;
  }
  return path;
}

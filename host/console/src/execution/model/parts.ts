// What a Parallel or an inline Map is made of in a history: of each branch or iteration the first visit and the last. Its result is
// in no event, but it is what the last visits gave; and what ItemSelector made is what the first ones got.
import type { Visit } from "./visit";

/** A branch or an iteration that ended well. */
export interface Part {
  readonly first: Visit;
  readonly last: Visit;
}

/**
 * The parts of a visit in their order, or none if one did not end well or is missing. After a Retry each part's newest run counts; a
 * redrive leaves those as they are that had ended.
 */
export function partsOf(
  visit: Visit,
  count: number,
  indexOf: (child: Visit) => number | undefined,
): readonly Part[] | undefined {
  const lasts = new Map<number, Visit>();
  for (const child of visit.children) {
    const index = indexOf(child);
    if (index !== undefined && child.exitedId !== undefined && !child.followed)
      lasts.set(index, child);
  }
  const parts: Part[] = [];
  for (let index = 0; index < count; index += 1) {
    const last = lasts.get(index);
    if (!last) return undefined;
    let first = last;
    while (first.previous) first = first.previous;
    parts.push({ first, last });
  }
  return parts;
}

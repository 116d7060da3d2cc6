// Rows of choices that are longer than their place scroll to the side: the one that is chosen is kept in sight.
import { type RefObject, useEffect, useRef } from "react";

/** For the row. `chosen` is a selector of the chosen one in it, and `value` says when that is another. */
export function useInSight<E extends HTMLElement>(
  chosen: string,
  value: string,
): RefObject<E | null> {
  const row = useRef<E>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the value says when to look.
  useEffect(() => {
    const place = row.current;
    const one = place?.querySelector(chosen);
    if (!place || !one) return;
    // Only to the side: `scrollIntoView` would move the page too.
    const [outer, inner] = [place.getBoundingClientRect(), one.getBoundingClientRect()];
    if (inner.left < outer.left) place.scrollLeft -= outer.left - inner.left;
    else if (inner.right > outer.right) place.scrollLeft += inner.right - outer.right;
  }, [chosen, value]);
  return row;
}

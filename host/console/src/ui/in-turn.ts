// Work that can wait a moment, a piece at a time: the browser paints, and takes clicks and keys, between one and the next.

const waiting = new Set<() => void>();
let begun = false;

/** Does a piece of work soon, after what was asked for before. What it returns takes it back, if it is not done yet. */
export function inTurn(work: () => void): () => void {
  waiting.add(work);
  if (!begun) {
    begun = true;
    setTimeout(next);
  }
  return () => waiting.delete(work);
}

function next(): void {
  const [work] = waiting;
  if (!work) {
    begun = false;
    return;
  }
  waiting.delete(work);
  setTimeout(next);
  work();
}

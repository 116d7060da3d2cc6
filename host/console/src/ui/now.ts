// The clock, as React state.
import { useEffect, useState } from "react";

/** How often it ticks, in milliseconds. */
const TICK = 500;

/** The moment, in Unix milliseconds; it stands still while nobody needs it. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

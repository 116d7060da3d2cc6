// Figures of some executions: how many succeeded, and how long they took.
import type { Summary } from "../api/shapes";

export interface Figures {
  /** The share of those that have ended; undefined while none has. */
  succeeded: number | undefined;
  /** Milliseconds, of those that have ended; NaN while none has. */
  median: number;
  p95: number;
  longest: number;
  took: { arn: string; name: string; status: string; ms: number }[];
}

export function figuresOf(executions: Summary[], now = Date.now()): Figures {
  const took = executions.map((one) => ({
    arn: one.executionArn,
    name: one.name,
    status: one.status,
    ms: (one.stopDate ? Date.parse(one.stopDate) : now) - Date.parse(one.startDate),
    ended: one.stopDate !== undefined && one.stopDate !== null,
  }));
  const ended = took.filter((one) => one.ended);
  const times = ended.map((one) => one.ms).sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
  const succeeded = ended.filter((one) => one.status === "SUCCEEDED").length;
  return {
    succeeded: ended.length > 0 ? succeeded / ended.length : undefined,
    median: at(0.5),
    p95: at(0.95),
    longest: Math.max(0, ...took.map((one) => one.ms)),
    took,
  };
}

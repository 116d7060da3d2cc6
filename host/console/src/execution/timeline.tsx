// A row's bar in the timeline: from when to when, with each attempt of a task and the waits before the next one.
import { duration } from "../ui/format";
import { lookOf } from "../ui/status";
import type { Visit, VisitStatus } from "./model/visit";

interface Props {
  span: { from: number; to: number };
  visits: Visit[];
  endMs: number;
  status: VisitStatus;
}

export function Timeline({ span, visits, endMs, status }: Props) {
  const first = visits[0];
  const whole = Math.max(1, span.to - span.from);
  if (!first) return null;
  const at = (ms: number) => `min(${(100 * (ms - span.from)) / whole}%, 100% - 2px)`;
  const width = (from: number, to: number) =>
    `max(2px, ${(100 * Math.max(0, to - from)) / whole}%)`;
  const attempts = visits.length === 1 && first.attempts.length > 1 ? first.attempts : [];
  return (
    <span className="timeline">
      <span
        className="bar"
        data-tone={lookOf(status).tone}
        data-waits={attempts.length > 0 || undefined}
        style={{ left: at(first.enteredMs), width: width(first.enteredMs, endMs) }}
      />
      {attempts.map((attempt, index) => {
        const to = attempt.endedMs ?? endMs;
        const before = attempts[index - 1]?.endedMs;
        const waited =
          before === undefined ? "" : `, after a wait of ${duration(attempt.scheduledMs - before)}`;
        return (
          <span
            key={attempt.id}
            className="bar attempt"
            data-tone={
              attempt.status === "failed" ? "bad" : attempt.status === "succeeded" ? "ok" : "run"
            }
            title={`Attempt ${index + 1}: ${duration(to - attempt.scheduledMs)}${waited}`}
            style={{ left: at(attempt.scheduledMs), width: width(attempt.scheduledMs, to) }}
          />
        );
      })}
    </span>
  );
}

// The attempts of a task: how each ended, what it used, and the wait before the next.
import type { TaskUsage } from "../api/shapes";
import { bytes, clock, count, duration } from "../ui/format";
import { StatusMark } from "../ui/status";
import type { Attempt, Visit } from "./model/visit";

const STATUS: Record<Attempt["status"], string> = {
  running: "running",
  submitted: "running",
  succeeded: "succeeded",
  failed: "failed",
};

export function AttemptsPanel({ visit, usages }: { visit: Visit; usages: TaskUsage[] }) {
  return (
    <ol className="attempts">
      {visit.attempts.map((attempt, index) => {
        const before = visit.attempts[index - 1]?.endedMs;
        const usage = usages.find((one) => one.eventId === attempt.endedId);
        return (
          <li key={attempt.id}>
            {before !== undefined && (
              <p className="quiet back-off">waited {duration(attempt.scheduledMs - before)}</p>
            )}
            <div className="attempt-head">
              <strong>Attempt {index + 1}</strong>
              <StatusMark status={STATUS[attempt.status]} />
              <span className="quiet number">
                {clock(attempt.scheduledMs)}
                {attempt.endedMs !== undefined &&
                  ` · ${duration(attempt.endedMs - attempt.scheduledMs)}`}
              </span>
            </div>
            {attempt.error && (
              <div className="why">
                <code>{attempt.error}</code>
                {attempt.cause && <p>{attempt.cause}</p>}
              </div>
            )}
            {usage && <UsageFacts usage={usage} />}
          </li>
        );
      })}
    </ol>
  );
}

function UsageFacts({ usage }: { usage: TaskUsage }) {
  const facts: [string, string][] = [
    ["Plugin", usage.plugin ?? "none: the host itself"],
    ["Resource", usage.resource],
    ["Fuel", count(usage.fuel)],
    ["Peak memory", bytes(usage.peakMemory)],
    ["Time", duration(usage.wallMicros / 1_000)],
    ["CPU", duration(usage.cpuMicros / 1_000)],
    ["Host calls", count(usage.hostCalls)],
    ["Input, output", `${bytes(usage.inputBytes)}, ${bytes(usage.outputBytes)}`],
    ...(usage.sentBytes + usage.receivedBytes > 0
      ? ([["Sent, received", `${bytes(usage.sentBytes)}, ${bytes(usage.receivedBytes)}`]] as [
          string,
          string,
        ][])
      : []),
  ];
  return (
    <dl className="facts number">
      {facts.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

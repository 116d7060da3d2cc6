// How something stands: a word, a colour and a sign, so that none of the three is needed alone.
import type { Status } from "../api/shapes";
import type { VisitStatus } from "../execution/model/visit";

export type Tone = "ok" | "bad" | "run" | "warn" | "idle";
type Sign = "check" | "cross" | "turn" | "clock" | "stop" | "catch" | "dash" | "again";

interface Look {
  word: string;
  tone: Tone;
  sign: Sign;
}

const LOOKS: Record<string, Look> = {
  RUNNING: { word: "Running", tone: "run", sign: "turn" },
  SUCCEEDED: { word: "Succeeded", tone: "ok", sign: "check" },
  FAILED: { word: "Failed", tone: "bad", sign: "cross" },
  TIMED_OUT: { word: "Timed out", tone: "bad", sign: "clock" },
  ABORTED: { word: "Aborted", tone: "idle", sign: "stop" },
  PENDING_REDRIVE: { word: "Pending redrive", tone: "warn", sign: "again" },
  running: { word: "Running", tone: "run", sign: "turn" },
  retrying: { word: "Waiting to retry", tone: "warn", sign: "again" },
  succeeded: { word: "Succeeded", tone: "ok", sign: "check" },
  caught: { word: "Caught", tone: "warn", sign: "catch" },
  failed: { word: "Failed", tone: "bad", sign: "cross" },
  aborted: { word: "Aborted", tone: "idle", sign: "stop" },
  waiting: { word: "Not reached", tone: "idle", sign: "dash" },
  READY: { word: "Ready", tone: "ok", sign: "check" },
  COMPILING: { word: "Compiling", tone: "run", sign: "turn" },
  BROKEN: { word: "Broken", tone: "bad", sign: "cross" },
};

const SIGNS: Record<Sign, string> = {
  check: "M4.5 8.3 7 10.800l4.5-5.3",
  cross: "M5.5 5.500l5 5m0-5-5 5",
  turn: "M8 3.500a4.5 4.5 0 1 1-4.5 4.5",
  clock: "M8 5v3.200l2 1.3",
  stop: "M6 6h4v4H6z",
  catch: "M5 5v3.500a2 2 0 0 0 2 2h4M9 8.500l2 2-2 2",
  dash: "M5.5 8h5",
  again: "M11 6.500A3.5 3.5 0 1 0 11.5 9M11.5 4v3h-3",
};

/** How a status looks. What is not known looks as itself. */
export function lookOf(status: string): Look {
  return LOOKS[status] ?? { word: status, tone: "idle", sign: "dash" };
}

export function StatusSign({ status, size = 16 }: { status: string; size?: number }) {
  const { sign } = lookOf(status);
  const ring = sign !== "turn";
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true">
      {ring && <circle cx="8" cy="8" r="7" stroke="currentColor" strokeOpacity=".35" />}
      <path
        className={sign === "turn" ? "turns" : undefined}
        d={SIGNS[sign]}
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

interface Props {
  status: Status | VisitStatus | string;
  chip?: boolean;
}

export function StatusMark({ status, chip = false }: Props) {
  const { word, tone } = lookOf(status);
  return (
    <span className="status" data-tone={tone} data-chip={chip || undefined}>
      <StatusSign status={status} />
      {word}
    </span>
  );
}

// The icons of state types and of statuses: strokes in a square of 16.
import type { StateType } from "./model";
import type { StateStatus } from "./status";

/** The strokes of each state type's icon, as the `d` of an SVG path. */
export const TYPE_STROKES: Readonly<Record<StateType, string>> = {
  Task: "M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z",
  Pass: "M2 8h11M9.5 4.5 13 8l-3.5 3.5",
  Choice: "M8 1.8 14.2 8 8 14.2 1.8 8zM8 5.4v2.8M8 10.6v.1",
  Wait: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8V8l2.3 1.6",
  Succeed: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.4 8.2l1.8 1.8 3.5-3.8",
  Fail: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
  Parallel: "M8 1.8V5M3.5 14V8.5A3.5 3.5 0 0 1 7 5h2a3.5 3.5 0 0 1 3.5 3.5V14M8 5v9",
  Map: "M8 2 14 5 8 8 2 5zM2 8l6 3 6-3M2 11l6 3 6-3",
  Unknown: "M5.6 5.6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.8M8 12.3v.1",
};

const STATUS_STROKES: Readonly<Record<StateStatus, string>> = {
  running: "M8 2.5A5.5 5.5 0 0 1 13.5 8",
  succeeded: "M3.5 8.5l3 3 6-7",
  failed: "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6",
  caught: "M13 6.5H6a3.5 3.5 0 0 0 0 7h2M10 3.5l3 3-3 3",
  retried: "M13 8a5 5 0 1 1-1.6-3.7M13.2 2v3h-3",
  stopped: "M4.5 4.5h7v7h-7z",
};

export function TypeIcon({ type, size = 16 }: { type: StateType; size?: number }) {
  return <Stroke d={TYPE_STROKES[type]} size={size} />;
}

export function StatusIcon({ status, size = 14 }: { status: StateStatus; size?: number }) {
  return <Stroke d={STATUS_STROKES[status]} size={size} width={2} className={`g-${status}-icon`} />;
}

export function Stroke(props: { d: string; size?: number; width?: number; className?: string }) {
  const { d, size = 16, width = 1.5, className } = props;
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={width}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={d} />
    </svg>
  );
}

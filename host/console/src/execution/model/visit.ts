// A visit of a state: from the event that entered it to the one that left it, with the attempts between.

/** How a visit stands. */
export type VisitStatus = "running" | "retrying" | "succeeded" | "caught" | "failed" | "aborted";

/** An attempt of a task, or of a Parallel's or a Map's branches. */
export interface Attempt {
  /** The event that began it. */
  id: number;
  scheduledMs: number;
  startedMs?: number;
  endedMs?: number;
  /** The event that ended it. */
  endedId?: number;
  status: "running" | "submitted" | "succeeded" | "failed";
  error?: string;
  cause?: string;
}

/** A visit of a state. */
export interface Visit {
  /** The event that entered it. */
  id: number;
  state: string;
  type: string;
  /** The visit of the Parallel or Map that it is inside of. */
  parent?: Visit;
  /** The visit that it was entered from; none at the beginning of a machine, a branch or an iteration. */
  previous?: Visit;
  /** Whether another state was entered from it. */
  followed: boolean;
  /** Which iteration of a Map it belongs to. */
  iteration?: number;
  enteredMs: number;
  exitedId?: number;
  endedMs?: number;
  attempts: Attempt[];
  /** The failure that it was left by, or ended with; an attempt that follows takes it away. */
  failed?: { id: number; error?: string; cause?: string };
  aborted: boolean;
  /** Whether the execution's end came out of it. */
  fatal: boolean;
  /** Whether a redrive entered the state anew in its place, with another input. */
  superseded: boolean;
  /** Events that belong to it, in order. */
  events: number[];
  /** Of a Map: how many items it has, and what became of them. */
  items?: { total: number; started: number; succeeded: number; failed: number };
  mapRunArn?: string;
  children: Visit[];
}

/** How a visit stands, in an execution that runs or has ended. */
export function statusOf(visit: Visit, ended: boolean): VisitStatus {
  if (visit.exitedId !== undefined) return visit.failed ? "caught" : "succeeded";
  if (visit.aborted) return "aborted";
  if (visit.superseded) return "failed";
  if (visit.fatal) return "failed";
  if (ended) return visit.failed ? "failed" : "aborted";
  return visit.failed ? "retrying" : "running";
}

/** The Map's or Parallel's visits around one, from the inside out. */
export function around(visit: Visit): Visit[] {
  const visits: Visit[] = [];
  for (let at = visit.parent; at; at = at.parent) visits.push(at);
  return visits;
}

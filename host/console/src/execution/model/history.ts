// A history as visits of states. Events are taken in order, some at a time, as they are read or as they happen; what each
// costs does not depend on how many there were.
import type { HistoryEvent, Status } from "../../api/shapes";
import { detailsOf, type Role, roleOf, textOf } from "./event";
import type { Attempt, Visit } from "./visit";

const ENDS: Record<string, Status> = {
  ExecutionSucceeded: "SUCCEEDED",
  ExecutionFailed: "FAILED",
  ExecutionAborted: "ABORTED",
  ExecutionTimedOut: "TIMED_OUT",
};

/** How an execution ended. */
export interface End {
  id: number;
  status: Status;
  ms: number;
  error?: string;
  cause?: string;
}

export class History {
  /** By number, from 1: the event with the number n is at n - 1. */
  readonly events: HistoryEvent[] = [];
  readonly visits: Visit[] = [];
  readonly byState = new Map<string, Visit[]>();
  end: End | undefined;
  redrives = 0;
  startedMs = 0;
  /** When the last event happened. */
  lastMs = 0;
  /** The visit of each event, as `events`. */
  readonly #visitOf: (Visit | undefined)[] = [];
  /** Iterations by the event that started them, for the states within. */
  readonly #iterationOf = new Map<number, number>();

  get lastId(): number {
    return this.events.length;
  }

  /** The visit that an event belongs to. */
  visitAt(id: number): Visit | undefined {
    return this.#visitOf[id - 1];
  }

  event(id: number): HistoryEvent | undefined {
    return this.events[id - 1];
  }

  /** The visit in which the execution's failure began: the innermost that it came out of. */
  culprit(): Visit | undefined {
    const event = this.end && this.end.status !== "SUCCEEDED" ? this.event(this.end.id) : undefined;
    if (!event) return undefined;
    return this.visitAt(event.previousEventId) ?? this.visits.findLast((visit) => visit.fatal);
  }

  /** Takes the events that follow. Those that are there already are passed over. */
  push(events: HistoryEvent[]): void {
    for (const event of events) if (event.id === this.lastId + 1) this.#take(event);
  }

  #take(event: HistoryEvent): void {
    const ms = Date.parse(event.timestamp);
    const role = roleOf(event.type);
    this.events.push(event);
    this.lastMs = Math.max(this.lastMs, ms);
    if (event.id === 1) this.startedMs = ms;
    const visit = this.#owner(event, role, ms);
    this.#visitOf.push(visit);
    if (role === "execution") this.#execution(event, ms);
    else if (visit && role !== "entered") this.#happens(visit, event, role, ms);
    if (visit) visit.events.push(event.id);
  }

  /** The visit that an event belongs to. Ends of containers follow events of states within them. */
  #owner(event: HistoryEvent, role: Role, ms: number): Visit | undefined {
    if (role === "entered") return this.#enter(event, ms);
    let visit = this.visitAt(event.previousEventId);
    if (role === "exited") {
      const name = textOf(event, "name");
      while (visit && visit.state !== name) visit = visit.parent;
    } else if (event.type.startsWith("MapState") || event.type.startsWith("ParallelState")) {
      const type = event.type.startsWith("Map") ? "Map" : "Parallel";
      while (visit && (visit.type !== type || visit.exitedId !== undefined)) visit = visit.parent;
    } else if (role.startsWith("iteration")) {
      const name = textOf(event, "name");
      while (visit && visit.state !== name) visit = visit.parent;
    }
    return role === "execution" ? undefined : visit;
  }

  #enter(event: HistoryEvent, ms: number): Visit {
    const before = this.visitAt(event.previousEventId);
    const role = roleOf(this.event(event.previousEventId)?.type ?? "");
    const inside = role === "container-started" || role === "iteration-started";
    const parent = inside ? before : before?.parent;
    // A redrive with another input enters the state that failed once more, from where that failed.
    const again =
      !inside && before?.state === textOf(event, "name") && before?.exitedId === undefined;
    if (before && again) before.superseded = true;
    const previous = again ? before?.previous : before;
    const iteration = inside ? this.#iterationOf.get(event.previousEventId) : before?.iteration;
    const visit: Visit = {
      id: event.id,
      state: textOf(event, "name") ?? "",
      type: event.type.slice(0, -"StateEntered".length),
      enteredMs: ms,
      attempts: [],
      followed: false,
      aborted: false,
      fatal: false,
      superseded: false,
      events: [],
      children: [],
      ...(parent ? { parent } : {}),
      ...(iteration === undefined ? {} : { iteration }),
      ...(previous && !inside ? { previous } : {}),
    };
    if (visit.previous) visit.previous.followed = true;
    parent?.children.push(visit);
    this.visits.push(visit);
    const same = this.byState.get(visit.state);
    if (same) same.push(visit);
    else this.byState.set(visit.state, [visit]);
    return visit;
  }

  #happens(visit: Visit, event: HistoryEvent, role: Role, ms: number): void {
    const last = visit.attempts.at(-1);
    switch (role) {
      case "scheduled":
      case "container-started":
        delete visit.failed;
        visit.attempts.push({ id: event.id, scheduledMs: ms, status: "running" });
        if (event.type === "MapStateStarted") {
          const total = Number(detailsOf(event).length ?? 0);
          visit.items = { total, started: 0, succeeded: 0, failed: 0 };
        }
        break;
      case "started":
        if (last) last.startedMs = ms;
        break;
      case "submitted":
        if (last) last.status = "submitted";
        break;
      case "succeeded":
      case "container-succeeded":
        delete visit.failed;
        if (last) ends(last, event.id, ms, "succeeded");
        break;
      case "failed":
      case "container-failed":
        this.#fails(visit, last, event, ms);
        break;
      case "exited":
        visit.exitedId = event.id;
        visit.endedMs = ms;
        break;
      case "aborted":
        visit.aborted = true;
        visit.endedMs = ms;
        break;
      default:
        this.#within(visit, event, role);
    }
  }

  #fails(visit: Visit, last: Attempt | undefined, event: HistoryEvent, ms: number): void {
    // A container's failure has no error of its own: it is that of the state within which came before.
    const inner = this.visitAt(event.previousEventId);
    const own = { error: textOf(event, "error"), cause: textOf(event, "cause") };
    const { error, cause } = own.error === undefined && inner?.failed ? inner.failed : own;
    const what = { ...(error ? { error } : {}), ...(cause ? { cause } : {}) };
    visit.failed = { id: event.id, ...what };
    if (last && last.status !== "succeeded")
      Object.assign(ends(last, event.id, ms, "failed"), what);
    if (inner && inner !== visit && inner.exitedId === undefined) inner.fatal = true;
  }

  #within(visit: Visit, event: HistoryEvent, role: Role): void {
    if (role === "iteration-started") {
      this.#iterationOf.set(event.id, Number(detailsOf(event).index ?? 0));
      if (visit.items) visit.items.started += 1;
    } else if (role === "iteration-succeeded" && visit.items) visit.items.succeeded += 1;
    else if (role === "iteration-failed" && visit.items) {
      visit.items.failed += 1;
      const inner = this.visitAt(event.previousEventId);
      if (inner && inner !== visit && inner.exitedId === undefined) inner.fatal = true;
    } else if (event.type === "MapRunStarted" || event.type === "MapRunRedriven") {
      const arn = textOf(event, "mapRunArn");
      if (arn !== undefined) visit.mapRunArn = arn;
    }
  }

  #execution(event: HistoryEvent, ms: number): void {
    const status = ENDS[event.type];
    if (event.type === "ExecutionRedriven") {
      this.redrives += 1;
      this.end = undefined;
      for (const visit of this.visits) if (visit.exitedId === undefined) visit.fatal = false;
      return;
    }
    if (status === undefined) return;
    const error = textOf(event, "error");
    const cause = textOf(event, "cause");
    this.end = {
      id: event.id,
      status,
      ms,
      ...(error ? { error } : {}),
      ...(cause ? { cause } : {}),
    };
    if (status !== "FAILED") return;
    for (let at = this.visitAt(event.previousEventId); at; at = at.parent) {
      if (at.exitedId === undefined) at.fatal = true;
      if (!at.failed)
        at.failed = { id: event.id, ...(error ? { error } : {}), ...(cause ? { cause } : {}) };
    }
  }
}

function ends(attempt: Attempt, id: number, ms: number, status: Attempt["status"]): Attempt {
  attempt.endedId = id;
  attempt.endedMs = ms;
  attempt.status = status;
  return attempt;
}

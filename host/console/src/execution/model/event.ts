// One event of a history: what it is about, by its type.
import type { HistoryEvent } from "../../api/shapes";

/** What an event means to the state that it belongs to. */
export type Role =
  | "entered"
  | "exited"
  | "aborted"
  | "scheduled"
  | "started"
  | "submitted"
  | "succeeded"
  | "failed"
  | "container-started"
  | "container-succeeded"
  | "container-failed"
  | "iteration-started"
  | "iteration-succeeded"
  | "iteration-failed"
  | "execution"
  | "other";

const CONTAINERS = /^(Parallel|Map)State(Started|Succeeded|Failed)$/;
const ITERATION = /^MapIteration(Started|Succeeded|Failed|Aborted)$/;
const TASK =
  /^(Task|Activity|LambdaFunction)(Scheduled|Started|Submitted|Succeeded|Failed|TimedOut)$/;

/** Types are few and events many. */
const KNOWN = new Map<string, Role>();

/** What an event means, by its type. */
export function roleOf(type: string): Role {
  const known = KNOWN.get(type);
  if (known !== undefined) return known;
  const role = roleFrom(type);
  KNOWN.set(type, role);
  return role;
}

function roleFrom(type: string): Role {
  if (type.endsWith("StateEntered")) return "entered";
  if (type.endsWith("StateExited")) return "exited";
  if (type.endsWith("StateAborted")) return "aborted";
  const container = CONTAINERS.exec(type);
  if (container) return `container-${container[2]?.toLowerCase()}` as Role;
  const iteration = ITERATION.exec(type);
  if (iteration) {
    const what = iteration[1] === "Aborted" ? "failed" : iteration[1]?.toLowerCase();
    return `iteration-${what}` as Role;
  }
  const task = TASK.exec(type);
  if (task) {
    if (task[2] === "TimedOut") return "failed";
    return (task[2]?.toLowerCase() ?? "other") as Role;
  }
  if (/^(Task|Activity|LambdaFunction)(Start|Schedule|Submit)Failed$/.test(type)) return "failed";
  if (type === "EvaluationFailed" || type === "MapRunFailed") return "failed";
  if (type.startsWith("Execution")) return "execution";
  return "other";
}

/** The details of an event, whatever its type calls them. */
export function detailsOf(event: HistoryEvent): Record<string, unknown> {
  for (const [name, value] of Object.entries(event)) {
    if (name.endsWith("EventDetails")) return value as Record<string, unknown>;
  }
  return {};
}

/** A text in an event's details, if it has one of that name. */
export function textOf(event: HistoryEvent, name: string): string | undefined {
  const value = detailsOf(event)[name];
  return typeof value === "string" ? value : undefined;
}

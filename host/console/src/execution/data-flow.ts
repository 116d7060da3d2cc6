// The stages that a state's data went through. Histories have what comes in and what goes out; what lies between is worked out
// by the host again, from the recorded input and result: its TestState runs nothing.
import { aws } from "../api/client";
import { type Container, containerAt, gathered, itemsOf, MAX_PARTS, partsIn } from "./containers";
import { detailsOf } from "./model/event";
import type { History } from "./model/history";
import type { Visit } from "./model/visit";
import { readEvent } from "./payload";

/** A stage: the field that made it, and the data after it. */
export interface Stage {
  field: string;
  text: string;
}

/** The stages of a visit. */
export interface Stages {
  stages: Stage[];
  /** Why some are not there. */
  without?: string;
}

/** What TestState calls the stages, in order, and the field of the state that each belongs to. */
const STAGES: [name: string, field: string][] = [
  ["afterInputPath", "InputPath"],
  ["afterParameters", "Parameters"],
  ["afterArguments", "Arguments"],
  ["result", "Result"],
  ["afterResultSelector", "ResultSelector"],
  ["afterResultPath", "ResultPath"],
];

/** Visits whose variables are looked at, at most, going back from the one that is shown. */
const MAX_ASSIGNING = 50;

/** What a visit got and gave, as recorded. */
export interface Recorded {
  input: string;
  /** What was sent to a task. */
  parameters?: string;
  result?: string;
  error?: { error: string; cause: string };
  output?: string;
  variables?: Record<string, string>;
}

/** Reads what is recorded of a visit. */
export async function readRecorded(
  arn: string,
  visit: Visit,
  signal?: AbortSignal,
): Promise<Recorded> {
  const last = visit.attempts.at(-1);
  const ids = [visit.id, last?.id, last?.endedId, visit.exitedId];
  const [entered, scheduled, ended, exited] = await Promise.all(
    ids.map((id) => (id === undefined ? undefined : readEvent(arn, id, signal))),
  );
  const text = (event: typeof entered, name: string) => {
    const value = event && detailsOf(event)[name];
    return typeof value === "string" ? value : undefined;
  };
  const parameters = text(scheduled, "parameters") ?? text(scheduled, "input");
  const result = text(ended, "output");
  const output = text(exited, "output");
  const variables = exited && detailsOf(exited).assignedVariables;
  const error = visit.failed?.error;
  return {
    input: text(entered, "input") ?? "",
    ...(parameters === undefined ? {} : { parameters }),
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error: { error, cause: visit.failed?.cause ?? "" } }),
    ...(output === undefined ? {} : { output }),
    ...(variables ? { variables: variables as Record<string, string> } : {}),
  };
}

/** What the stages of a visit are worked out from. */
export interface Seen {
  arn: string;
  history: History;
  visit: Visit;
  definition: string;
  /** The place of each state in the definition, by its name. */
  ids: ReadonlyMap<string, string>;
  recorded: Recorded;
}

/** Has the host work out the stages of a visit. */
export async function readStages(seen: Seen, signal?: AbortSignal): Promise<Stages> {
  const { visit, definition, recorded } = seen;
  if (visit.type === "Map" || visit.type === "Parallel") {
    const container = containerAt(definition, seen.ids.get(visit.state) ?? "");
    return container ? containerStages(seen, container, signal) : { stages: [] };
  }
  const mocked = visit.type === "Task";
  if (mocked && recorded.result === undefined && recorded.error === undefined)
    return { stages: [] };
  const state = { definition, stateName: visit.state };
  return { stages: await tested(seen, state, mocked ? mockOf(recorded) : undefined, signal) };
}

/** A container's stages: before its work, the work's result as its parts gave it, and what becomes of that. */
async function containerStages(
  seen: Seen,
  container: Container,
  signal?: AbortSignal,
): Promise<Stages> {
  const { arn, visit } = seen;
  const ended = visit.exitedId !== undefined && visit.failed === undefined;
  const parts = ended ? partsIn(visit, container, seen.ids) : undefined;
  const few = parts !== undefined && parts.length <= MAX_PARTS;
  const lasts = few ? parts.map(({ last }) => last.exitedId ?? 0) : [];
  const firsts = few && container.selects ? parts.map(({ first }) => first.id) : undefined;
  const result = few ? await gathered(arn, lasts, "output", signal) : undefined;
  const definition = result === undefined ? container.before : container.task;
  const found = await tested(
    seen,
    { definition },
    mockOf({ input: "", result: result ?? "null" }),
    signal,
  );
  const place = found.findIndex(({ field }) => field === "Result");
  const at = place < 0 ? found.length : place;
  const before = found.slice(0, at).map((stage) => workStage(stage, container));
  const selected = firsts && {
    field: "ItemSelector",
    text: await gathered(arn, firsts, "input", signal),
  };
  const stages = [...before, ...(selected ? [selected] : [])];
  if (result !== undefined) return { stages: [...stages, ...found.slice(at)] };
  return { stages, ...(ended ? { without: reasonOf(container, parts?.length) } : {}) };
}

function workStage(stage: Stage, { type, work }: Container): Stage {
  const made = stage.field === "Parameters" || stage.field === "Arguments";
  if (type !== "Map" || !made || work === undefined) return stage;
  return { field: work, text: itemsOf(stage.text) };
}

function reasonOf({ distributed }: Container, parts: number | undefined): string {
  if (distributed)
    return "The result of a Distributed Map is not in this history: its items are executions of their own.";
  if (parts !== undefined)
    return `What ${parts.toLocaleString("en-US")} iterations gave is not put together here: that is done for up to ${MAX_PARTS}.`;
  return "The result cannot be put together from this history.";
}

/** The stages that a TestState shows. With a mock nothing runs. */
async function tested(
  seen: Seen,
  state: { definition: string; stateName?: string },
  mock: object | undefined,
  signal?: AbortSignal,
): Promise<Stage[]> {
  const { arn, history, visit, definition, recorded } = seen;
  const variables = await variablesBefore(arn, visit, definition, signal);
  const parameters = {
    ...state,
    input: recorded.input,
    inspectionLevel: "DEBUG",
    ...(variables === "{}" ? {} : { variables }),
    ...(mock ? { mock, context: contextOf(arn, history, visit) } : {}),
  };
  const answer = await aws<{ inspectionData?: Record<string, unknown> }>(
    "TestState",
    parameters,
    signal,
  );
  const data = answer.inspectionData ?? {};
  return STAGES.flatMap(([name, field]) => {
    const text = data[name];
    return typeof text === "string" ? [{ field, text }] : [];
  });
}

function mockOf(recorded: Recorded): object {
  const { result, error } = recorded;
  const what = result !== undefined && !error ? { result } : { errorOutput: error };
  return { ...what, fieldValidationMode: "NONE" };
}

function contextOf(arn: string, history: History, visit: Visit): string {
  const started = history.event(1)?.timestamp;
  return JSON.stringify({
    Execution: { Id: arn, Name: arn.split(":").at(-1), StartTime: started },
    State: {
      Name: visit.state,
      EnteredTime: history.event(visit.id)?.timestamp,
      RetryCount: Math.max(0, visit.attempts.length - 1),
    },
  });
}

/** The variables that a visit saw: those that visits before it assigned, in its scope or one around it. */
async function variablesBefore(
  arn: string,
  visit: Visit,
  definition: string,
  signal?: AbortSignal,
): Promise<string> {
  if (!definition.includes('"Assign"')) return "{}";
  const assigning: Visit[] = [];
  for (let at: Visit | undefined = visit; at; at = at.parent) {
    for (let before = at.previous; before; before = before.previous) assigning.unshift(before);
  }
  const values = new Map<string, string>();
  for (const one of assigning.slice(-MAX_ASSIGNING)) {
    if (one.exitedId === undefined) continue;
    const event = await readEvent(arn, one.exitedId, signal);
    const assigned = event && detailsOf(event).assignedVariables;
    if (!assigned) continue;
    for (const [name, text] of Object.entries(assigned as Record<string, string>)) {
      values.set(name, text);
    }
  }
  const members = [...values].map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return `{${members.join(",")}}`;
}

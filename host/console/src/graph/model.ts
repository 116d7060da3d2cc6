// A definition as a graph: its states, the machines inside of them, and the transitions.
import { type Path, toPointer } from "../definition/pointer";
import { ruleLabel } from "./labels";

export const STATE_TYPES = [
  "Task",
  "Pass",
  "Choice",
  "Wait",
  "Succeed",
  "Fail",
  "Parallel",
  "Map",
] as const;

export type StateType = (typeof STATE_TYPES)[number] | "Unknown";

/** A state. Its id is the JSON pointer of its place, such as `/States/A` or `/States/P/Branches/0/States/B`. */
export interface StateNode {
  readonly id: string;
  readonly path: Path;
  readonly name: string;
  readonly type: StateType;
  /** What it does, in a few words: a Task's resource, a Wait's time, a Fail's error. */
  readonly detail: string;
  /** The machines inside: a Parallel's branches, a Map's processor. */
  readonly regions: readonly Region[];
  /** Whether it is a Map whose iterations are executions of their own. */
  readonly distributed: boolean;
}

export type EdgeKind = "start" | "next" | "choice" | "default" | "catch" | "end";

/** A transition. Its id is the JSON pointer of the field that says it, such as `/StartAt` or `/States/A/Catch/0/Next`. */
export interface Edge {
  readonly id: string;
  readonly path: Path;
  readonly kind: EdgeKind;
  /** The id of a state, or of its region's start (`startOf`). */
  readonly from: string;
  /** The id of a state, or of its region's end (`endOf`). */
  readonly to: string;
  /** A choice's condition, a catcher's errors; otherwise nothing. */
  readonly label: string;
}

/** A machine: the whole, a branch, or a Map's processor. Its id is the JSON pointer of its place, `""` for the whole. */
export interface Region {
  readonly id: string;
  readonly path: Path;
  readonly states: readonly StateNode[];
  readonly edges: readonly Edge[];
}

/** The id of the point where a region begins. */
export const startOf = (region: string): string => `${region}#start`;
/** The id of the point where a region ends. */
export const endOf = (region: string): string => `${region}#end`;
/** The id of what stands in a region that has no states. */
export const emptyOf = (region: string): string => `${region}#empty`;

/** States that lie deeper are not drawn; the host's compiler refuses far less deep ones. */
const MAX_DEPTH = 60;

/** The graph of a definition's value. What is malformed is left out, so a definition in the making has a graph too. */
export function graphOf(definition: unknown): Region {
  return regionOf(definition, [], 0);
}

/** All states of a graph, containers before what is in them. */
export function statesOf(region: Region): StateNode[] {
  return region.states.flatMap((state) => [state, ...state.regions.flatMap(statesOf)]);
}

/** All regions of a graph, the outer before the inner. */
export function regionsOf(region: Region): Region[] {
  return [region, ...region.states.flatMap((state) => state.regions.flatMap(regionsOf))];
}

/** The id of each state's name: names are unique in a machine with all that is in it, so a history's names are enough. */
export function idsByName(region: Region): Map<string, string> {
  return new Map(statesOf(region).map((state) => [state.name, state.id]));
}

type Fields = Readonly<Record<string, unknown>>;

function regionOf(value: unknown, path: Path, depth: number): Region {
  const machine = fields(value);
  const id = toPointer(path);
  const all = Object.entries(fields(machine.States));
  const states = inOrder(machine, all).map(([name, state]) =>
    stateOf(name, fields(state), [...path, "States", name], depth),
  );
  const ids = new Map(states.map((state) => [state.name, state.id]));
  const edges: Edge[] = [];
  const add = (kind: EdgeKind, from: string, at: Path, target: unknown, label = "") => {
    const to = kind === "end" ? endOf(id) : ids.get(String(target));
    if (to !== undefined) edges.push({ id: toPointer(at), path: at, kind, from, to, label });
  };
  add("start", startOf(id), [...path, "StartAt"], machine.StartAt);
  for (const state of states) transitions(state, fields(fields(machine.States)[state.name]), add);
  return { id, path, states, edges };
}

type Add = (kind: EdgeKind, from: string, at: Path, target: unknown, label?: string) => void;

function transitions(node: StateNode, state: Fields, add: Add): void {
  const at = (...steps: Path) => [...node.path, ...steps];
  for (const [index, rule] of list(state.Choices).entries()) {
    add("choice", node.id, at("Choices", index, "Next"), rule.Next, ruleLabel(rule));
  }
  add("default", node.id, at("Default"), state.Default, "otherwise");
  if (state.Next !== undefined) add("next", node.id, at("Next"), state.Next);
  else if (state.End === true) add("end", node.id, at("End"), undefined);
  else if (node.type === "Succeed") add("end", node.id, at("Type"), undefined);
  for (const [index, catcher] of list(state.Catch).entries()) {
    const errors = Array.isArray(catcher.ErrorEquals) ? catcher.ErrorEquals.join(", ") : "";
    add("catch", node.id, at("Catch", index, "Next"), catcher.Next, errors);
  }
}

function stateOf(name: string, state: Fields, path: Path, depth: number): StateNode {
  const type = STATE_TYPES.find((known) => known === state.Type) ?? "Unknown";
  const processor = processorOf(state);
  const places: Path[] =
    depth >= MAX_DEPTH
      ? []
      : type === "Parallel"
        ? list(state.Branches).map((_, index) => ["Branches", index])
        : type === "Map" && processor
          ? [[processor]]
          : [];
  const config = fields(fields(state.ItemProcessor).ProcessorConfig);
  return {
    id: toPointer(path),
    path,
    name,
    type,
    detail: detailOf(type, state),
    distributed: type === "Map" && config.Mode === "DISTRIBUTED",
    regions: places.map((place) => regionOf(valueAt(state, place), [...path, ...place], depth + 1)),
  };
}

/** The field that has a Map's machine. `Iterator` is its older name. */
export function processorOf(state: Fields): "ItemProcessor" | "Iterator" | undefined {
  if (state.ItemProcessor !== undefined) return "ItemProcessor";
  return state.Iterator === undefined ? undefined : "Iterator";
}

function detailOf(type: StateType, state: Fields): string {
  switch (type) {
    case "Task":
      return resourceName(String(state.Resource ?? ""));
    case "Wait":
      if (state.Seconds !== undefined) return `${state.Seconds} s`;
      return String(state.SecondsPath ?? state.Timestamp ?? state.TimestampPath ?? "");
    case "Fail":
      return String(state.Error ?? state.ErrorPath ?? "");
    default:
      return "";
  }
}

/** `arn:aws:states:::lambda:invoke` → `lambda:invoke`; what is no integration's ARN stays as it is. */
export function resourceName(resource: string): string {
  const integration = /^arn:[^:]+:states:[^:]*:[^:]*:(.+)$/.exec(resource)?.[1];
  if (integration !== undefined) return integration;
  return /^arn:[^:]+:lambda:[^:]*:[^:]*:function:(.+)$/.exec(resource)?.[1] ?? resource;
}

/** The states as they are reached from the start, so that the layout follows the flow, and then those that are not. */
function inOrder(machine: Fields, all: [string, unknown][]): [string, unknown][] {
  const left = new Map(all);
  const ordered: [string, unknown][] = [];
  const stack = [String(machine.StartAt ?? "")];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    const value = left.get(name);
    if (!left.delete(name)) continue;
    ordered.push([name, value]);
    const state = fields(value);
    const after = [
      ...list(state.Choices).map((rule) => rule.Next),
      state.Default,
      state.Next,
      ...list(state.Catch).map((catcher) => catcher.Next),
    ];
    stack.push(...after.filter((next) => typeof next === "string").reverse());
  }
  return [...ordered, ...left];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((here, step) => fields(here)[step], value);
}

/** A value's members; none when it is no object. */
function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

// Pieces of a workflow that are put in: what the palette offers, and what was copied.

import type { JsonDocument } from "../../definition";
import { allNames, freeName } from "./links";

type Fields = Record<string, unknown>;

/** States that are put into a flow together. Where one names `NEXT`, the flow goes on. */
export interface Fragment {
  readonly start: string;
  readonly states: Readonly<Record<string, Fields>>;
}

/** Stands for the state that comes after a fragment. No state has this name. */
export const NEXT = "\u0000next";

/** A fragment of one state, which goes on behind it if its type can. */
export function single(name: string, state: Fields): Fragment {
  const { Next: _next, End: _end, ...rest } = state;
  const ends = ["Succeed", "Fail", "Choice"].includes(String(state.Type));
  return { start: name, states: { [name]: ends ? rest : { ...rest, Next: NEXT } } };
}

/** A state as a fragment, without its transitions to others. */
export function alone(name: string, state: Fields): Fragment {
  const { Next: _next, Default: _default, ...rest } = relinked(state, () => undefined);
  // What a choice does otherwise is go on.
  return single(name, state.Type === "Choice" ? { ...rest, Default: NEXT } : rest);
}

/** The fragment with names that no state of the document has, inside of its containers too. */
export function fresh(document: JsonDocument, fragment: Fragment): Fragment {
  const taken = allNames(document);
  return renamed(fragment.start, fragment.states, taken) as Fragment;
}

function renamed(start: unknown, states: Fragment["states"], taken: Set<string>) {
  const names = new Map<unknown, string>();
  for (const name of Object.keys(states)) {
    const free = freeName(taken, name);
    taken.add(free);
    names.set(name, free);
  }
  const result: Record<string, Fields> = {};
  for (const [name, state] of Object.entries(states)) {
    result[names.get(name) ?? name] = inside(
      relinked(state, (next) => names.get(next) ?? next),
      taken,
    );
  }
  return { start: names.get(start) ?? start, states: result };
}

/** A state whose inner machines have new names. */
function inside(state: Fields, taken: Set<string>): Fields {
  const machine = (value: unknown): unknown => {
    if (!isObject(value) || !isObject(value.States)) return value;
    const { start, states } = renamed(value.StartAt, value.States as Fragment["states"], taken);
    return { ...value, ...(value.StartAt === undefined ? {} : { StartAt: start }), States: states };
  };
  const result = { ...state };
  for (const field of ["ItemProcessor", "Iterator"]) {
    if (state[field] !== undefined) result[field] = machine(state[field]);
  }
  if (Array.isArray(state.Branches)) result.Branches = state.Branches.map(machine);
  return result;
}

/** A state whose transitions lead elsewhere. One that answers `undefined` takes the transition out. */
export function relinked(state: Fields, to: (next: unknown) => unknown): Fields {
  const list = (value: unknown) =>
    (value as Fields[])
      .map((item) => ("Next" in item ? { ...item, Next: to(item.Next) } : item))
      .filter((item) => !("Next" in item) || item.Next !== undefined);
  const result = { ...state };
  for (const field of ["Next", "Default"]) if (field in state) result[field] = to(state[field]);
  for (const field of ["Choices", "Catch"]) {
    if (Array.isArray(state[field])) result[field] = list(state[field]);
  }
  return result;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

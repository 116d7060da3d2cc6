// Transitions: pointing them at other states, and taking a state out of the flow.
import { become, insert, type JsonDocument, type Path, remove, rename } from "../../definition";
import { type Edge, graphOf, type Region, regionsOf, type StateNode } from "../../graph/model";
import { removeField, setField } from "./fields";

/** A state with the region that it stands in. */
export interface Found {
  readonly state: StateNode;
  readonly region: Region;
}

/** The state with an id. */
export function find(document: JsonDocument, id: string): Found | undefined {
  for (const region of regionsOf(graphOf(document.value()))) {
    const state = region.states.find((candidate) => candidate.id === id);
    if (state) return { state, region };
  }
  return undefined;
}

/** The edge with an id, and its region. */
export function findEdge(
  document: JsonDocument,
  id: string,
): { edge: Edge; region: Region } | undefined {
  for (const region of regionsOf(graphOf(document.value()))) {
    const edge = region.edges.find((candidate) => candidate.id === id);
    if (edge) return { edge, region };
  }
  return undefined;
}

/** The names of all states, wherever they stand: no two may be the same. */
export function allNames(document: JsonDocument): Set<string> {
  return new Set(
    regionsOf(graphOf(document.value())).flatMap((region) => region.states.map((s) => s.name)),
  );
}

/** A name that no state has: the one that is wanted, or with a number behind it. */
export function freeName(taken: ReadonlySet<string>, wanted: string): string {
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/ \d+$/, "");
  for (let number = 2; ; number++) {
    const name = `${stem} ${number}`;
    if (!taken.has(name)) return name;
  }
}

/** The document in which an edge leads to a state, or to the end when there is no name. */
export function point(
  document: JsonDocument,
  edge: Edge,
  target: string | undefined,
): JsonDocument {
  if (target !== undefined) {
    if (edge.kind !== "end") return become(document, edge.path, target);
    return linkTo(document, edge.path.slice(0, -1), target);
  }
  switch (edge.kind) {
    case "next":
      return linkTo(document, edge.path.slice(0, -1), undefined);
    case "choice":
      return remove(document, edge.path.slice(0, -1));
    case "catch":
      return removeField(document, edge.path.slice(0, -1));
    case "default":
    case "start":
      return remove(document, edge.path);
    default:
      return document;
  }
}

/** The document in which a state goes on with another, or ends its machine. `Next` and `End` take each other's place. */
export function linkTo(
  document: JsonDocument,
  state: Path,
  target: string | undefined,
): JsonDocument {
  const [wanted, other] = target === undefined ? ["End", "Next"] : ["Next", "End"];
  const value = target ?? true;
  const free = document.node([...state, other]) && !document.node([...state, wanted]);
  const renamed = free
    ? rename(document, [...state, other], wanted)
    : remove(document, [...state, other]);
  return setField(renamed, [...state, wanted], value);
}

/** Where the flow goes on after a state by itself; `undefined` where it ends, or is not said. */
export function successor({ state, region }: Found): string | undefined {
  const out = region.edges.filter((edge) => edge.from === state.id && edge.to !== state.id);
  const edge =
    out.find((candidate) => candidate.kind === "next") ??
    out.find((candidate) => candidate.kind === "default") ??
    out.find((candidate) => candidate.kind === "choice");
  return region.states.find((candidate) => candidate.id === edge?.to)?.name;
}

/** The document in which everything that led to a state leads to what comes after it. */
export function bypass(document: JsonDocument, found: Found): JsonDocument {
  const { state, region } = found;
  const after = successor(found);
  let result = document;
  // From the end, so that taking out a rule does not move those that are still to come.
  const incoming = region.edges.filter((edge) => edge.to === state.id && edge.from !== state.id);
  for (const edge of incoming.reverse()) {
    const own =
      after !== undefined && edge.from === region.states.find((s) => s.name === after)?.id;
    result = point(result, edge, own && edge.kind === "next" ? undefined : after);
  }
  if (after === undefined) {
    const rest = region.states.find((candidate) => candidate.id !== state.id);
    const start = [...region.path, "StartAt"];
    if (rest && result.value(start) === undefined) result = setField(result, start, rest.name);
  }
  return result;
}

/** The document with a state in a region, behind another one or first. */
export function addState(
  document: JsonDocument,
  region: Path,
  name: string,
  value: unknown,
  behind: string | undefined,
): JsonDocument {
  const path = [...region, "States"];
  if (document.node(path)?.type !== "object") return setField(document, path, { [name]: value });
  const names = Object.keys(document.value(path) as object);
  const index = behind === undefined ? 0 : names.indexOf(behind) + 1;
  return insert(
    document,
    path,
    index === 0 && behind !== undefined ? names.length : index,
    value,
    name,
  );
}

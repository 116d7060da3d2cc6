// Putting states into the flow: on a transition, into an empty machine, or onto a state.
import { insert, type JsonDocument, type Path, toPointer } from "../../definition";
import type { Edge, Region, StateNode } from "../../graph/model";
import { setField } from "./fields";
import { type Fragment, fresh, NEXT, relinked } from "./fragments";
import { addState, allNames, find, findEdge, freeName, point } from "./links";

/** Where something is put: on an edge, into an empty region, or onto a state. Each is named by its id. */
export type Place =
  | { readonly on: "edge"; readonly id: string }
  | { readonly on: "region"; readonly id: string; readonly path: Path }
  | { readonly on: "state"; readonly id: string };

/** A new document, and the id of the state to select in it. */
export interface Change {
  readonly document: JsonDocument;
  readonly select?: string | undefined;
}

/** What putting a state onto another one does, in words; `undefined` where nothing can be put. */
export function dropWords(state: StateNode): string | undefined {
  switch (state.type) {
    case "Choice":
      return "Add as a rule";
    case "Parallel":
      return "Add as a branch";
    case "Task":
    case "Map":
      return "Catch errors with it";
    default:
      return undefined;
  }
}

/** Whether a fragment can be put on an edge: nothing comes after a Succeed. */
export function takesInsert(edge: Edge): boolean {
  return edge.kind !== "end" || edge.path.at(-1) === "End";
}

/** The document with a fragment at a place. */
export function insertAt(document: JsonDocument, place: Place, fragment: Fragment): Change {
  const piece = fresh(document, fragment);
  switch (place.on) {
    case "edge":
      return onEdge(document, place.id, piece);
    case "region":
      return intoRegion(document, place.path, piece);
    case "state":
      return ontoState(document, place.id, piece);
  }
}

function onEdge(document: JsonDocument, id: string, piece: Fragment): Change {
  const found = findEdge(document, id);
  if (!found || !takesInsert(found.edge)) return { document };
  const { edge, region } = found;
  const after = region.states.find((state) => state.id === edge.to)?.name;
  const before = region.states.find((state) => state.id === edge.from)?.name;
  const linked = point(document, edge, piece.start);
  return selecting(addPiece(linked, region.path, piece, after, before), region.path, piece);
}

function intoRegion(document: JsonDocument, region: Path, piece: Fragment): Change {
  const base = document.value(region) === undefined ? setField(document, region, {}) : document;
  const started = setField(base, [...region, "StartAt"], piece.start);
  return selecting(addPiece(started, region, piece, undefined, undefined), region, piece);
}

function ontoState(document: JsonDocument, id: string, piece: Fragment): Change {
  const found = find(document, id);
  if (!found) return { document };
  const { state } = found;
  switch (state.type) {
    case "Choice":
      return addLink(document, found, piece, "Choices", newRule(document, state.path));
    case "Task":
    case "Map":
      return addLink(document, found, piece, "Catch", { ErrorEquals: ["States.ALL"] });
    case "Parallel": {
      const branch = state.regions.length;
      const empty = state.regions.findIndex((inner) => inner.states.length === 0);
      const at = [...state.path, "Branches", empty < 0 ? branch : empty];
      const base = empty < 0 ? addBranch(document, state.path) : document;
      return intoRegion(base, at, piece);
    }
    default:
      return { document };
  }
}

/** A rule or a catcher that leads to a new state, which goes on where the old one goes on. */
function addLink(
  document: JsonDocument,
  found: { state: StateNode; region: Region },
  piece: Fragment,
  field: "Choices" | "Catch",
  item: Record<string, unknown>,
): Change {
  const { state, region } = found;
  const next = region.edges.find(
    (edge) => edge.from === state.id && edge.kind !== "catch" && edge.kind !== "choice",
  );
  const after = region.states.find((candidate) => candidate.id === next?.to)?.name;
  const path = [...state.path, field];
  const linked = append(document, path, { ...item, Next: piece.start });
  return selecting(addPiece(linked, region.path, piece, after, state.name), region.path, piece);
}

/** A rule to begin with, in the state's own query language. */
export function newRule(document: JsonDocument, state: Path): Record<string, unknown> {
  return languageAt(document, state) === "JSONata"
    ? { Condition: "{% $states.input.done = true %}" }
    : { Variable: "$.done", BooleanEquals: true };
}

/** The query language of a state: its own, or that of the whole. */
export function languageAt(document: JsonDocument, state: Path): "JSONPath" | "JSONata" {
  const own = document.value([...state, "QueryLanguage"]) ?? document.value(["QueryLanguage"]);
  return own === "JSONata" ? "JSONata" : "JSONPath";
}

/** The document with one more element at the end of an array, which is made if it is not there. */
export function append(document: JsonDocument, path: Path, item: unknown): JsonDocument {
  const array = document.node(path);
  if (array?.type !== "array") return setField(document, path, [item]);
  return insert(document, path, array.children?.length ?? 0, item);
}

/** The document with one more branch of a Parallel, which is empty. */
export function addBranch(document: JsonDocument, state: Path): JsonDocument {
  return append(document, [...state, "Branches"], { StartAt: "", States: {} });
}

/** Adds the states of a piece to a region; where it says `NEXT` they go on with `after`, or end. */
function addPiece(
  document: JsonDocument,
  region: Path,
  piece: Fragment,
  after: string | undefined,
  behind: string | undefined,
): JsonDocument {
  let result = document;
  let last = behind;
  let end: string | undefined;
  // A choice's way cannot end the machine by itself: it leads to a state that does.
  const target = () => {
    end ??= freeName(new Set([...allNames(document), ...Object.keys(piece.states)]), "Done");
    return after ?? end;
  };
  const resolve = (next: unknown) => (next === NEXT ? target() : next);
  for (const [name, state] of Object.entries(piece.states)) {
    const { Next: next, ...rest } = state;
    const flow =
      next !== NEXT ? { Next: next } : after === undefined ? { End: true } : { Next: after };
    result = addState(result, region, name, { ...relinked(rest, resolve), ...flow }, last);
    last = name;
  }
  if (end === undefined || after !== undefined) return result;
  return addState(result, region, end, { Type: "Succeed" }, last);
}

function selecting(document: JsonDocument, region: Path, piece: Fragment): Change {
  return { document, select: toPointer([...region, "States", piece.start]) };
}

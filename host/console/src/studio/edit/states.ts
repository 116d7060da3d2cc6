// What is done to a state as a whole: delete, rename, move, copy.
import { become, type JsonDocument, remove, rename, toPointer } from "../../definition";
import { setField } from "./fields";
import { alone, type Fragment } from "./fragments";
import { type Change, insertAt, type Place } from "./insert";
import { bypass, type Found, find, findEdge, linkTo, point, successor } from "./links";

/** The document without a state; what led to it leads to what came after it. */
export function deleteState(document: JsonDocument, id: string): Change {
  const found = find(document, id);
  if (!found) return { document };
  const after = successor(found);
  const path = [...found.region.path, "States"];
  const select = after === undefined ? undefined : toPointer([...path, after]);
  return { document: remove(bypass(document, found), found.state.path), select };
}

/** The document with another name for a state, and for all that name it. */
export function renameState(document: JsonDocument, id: string, name: string): Change {
  const found = find(document, id);
  if (!found || name === found.state.name) return { document, select: id };
  const incoming = found.region.edges.filter((edge) => edge.to === id);
  const linked = incoming.reduce((result, edge) => become(result, edge.path, name), document);
  const select = toPointer([...found.region.path, "States", name]);
  return { document: rename(linked, found.state.path, name), select };
}

/** Fields that only some types have, and what they are to begin with. */
const PARTS: Readonly<Record<string, readonly (readonly [field: string, value: unknown])[]>> = {
  Task: [["Resource", "plugin:echo"]],
  Choice: [["Choices", []]],
  Wait: [["Seconds", 5]],
  Parallel: [["Branches", [{ StartAt: "", States: {} }]]],
  Map: [["ItemProcessor", { StartAt: "", States: {} }]],
};
const ENDS = ["Succeed", "Fail"];

/** The document with another type of a state. It goes on as it did, and what the new type needs is there. */
export function changeType(document: JsonDocument, id: string, type: string): Change {
  const found = find(document, id);
  if (!found) return { document };
  const { path } = found.state;
  const after = successor(found);
  let result = setField(document, [...path, "Type"], type);
  const old = Object.keys(PARTS).filter((other) => other !== type);
  const others = old.flatMap((other) => PARTS[other]?.map(([field]) => field) ?? []);
  // An older name of the processor is no other type's.
  const kept = type === "Map" && result.node([...path, "Iterator"]) ? ["ItemProcessor"] : [];
  for (const field of [...others, "Default"]) result = remove(result, [...path, field]);
  for (const [field, value] of PARTS[type] ?? []) {
    const there = result.node([...path, field]) || kept.includes(field);
    if (!there) result = setField(result, [...path, field], value);
  }
  if (type === "Choice" || ENDS.includes(type)) {
    for (const field of ["Next", "End"]) result = remove(result, [...path, field]);
    if (type === "Choice" && after !== undefined)
      result = setField(result, [...path, "Default"], after);
  } else if (!result.node([...path, "Next"]) && !result.node([...path, "End"])) {
    result = linkTo(result, path, after);
  }
  return { document: result, select: id };
}

/** A state as a fragment that can be put in elsewhere; its transitions to others are left behind. */
export function copyState(document: JsonDocument, id: string): Fragment | undefined {
  const found = find(document, id);
  const value = found && document.value(found.state.path);
  if (!found || typeof value !== "object" || value === null) return undefined;
  return alone(found.state.name, value as Record<string, unknown>);
}

/** The document with a copy of a state behind it, or beside it where nothing can come behind. */
export function duplicateState(document: JsonDocument, id: string): Change {
  const found = find(document, id);
  const copy = copyState(document, id);
  if (!found || !copy) return { document };
  return insertAt(document, behind(found), copy);
}

/** Where something is put when a state is selected: on the way out of it, or else on the way in. */
export function behind({ state, region }: Found): Place {
  const edge =
    region.edges.find(
      (e) => e.from === state.id && ["next", "end"].includes(e.kind) && e.path.at(-1) !== "Type",
    ) ??
    region.edges.find((e) => e.from === state.id && e.kind === "default") ??
    region.edges.find((e) => e.to === state.id);
  return edge ? { on: "edge", id: edge.id } : { on: "region", id: region.id, path: region.path };
}

/** The document with a state at another place of the flow. In its own machine its text stays where it is. */
export function moveState(document: JsonDocument, id: string, place: Place): Change {
  const found = find(document, id);
  if (!found || (place.on !== "region" && place.id === id)) return { document, select: id };
  if (place.id.startsWith(`${id}/`)) return { document, select: id };
  const target = place.on === "edge" ? findEdge(document, place.id) : undefined;
  if (target && (target.edge.from === id || target.edge.to === id)) return { document, select: id };
  if (target && target.region.id === found.region.id)
    return moveWithin(document, found, target.edge);
  return moveAcross(document, found, place);
}

type EdgeOf = NonNullable<ReturnType<typeof findEdge>>["edge"];

function moveWithin(document: JsonDocument, found: Found, edge: EdgeOf): Change {
  const { state, region } = found;
  const freed = bypass(document, found);
  const edges = find(freed, state.id)?.region.edges ?? [];
  const same = edges.filter((other) => other.from === edge.from && other.kind === edge.kind);
  const moved = same.find((other) => other.to === edge.to) ?? same[0];
  if (!moved) return { document, select: state.id };
  const after = region.states.find((other) => other.id === moved.to)?.name;
  const pointed = point(freed, moved, state.name);
  const linked = ["Choice", "Succeed", "Fail"].includes(state.type)
    ? pointed
    : linkTo(pointed, state.path, after);
  return { document: linked, select: state.id };
}

function moveAcross(document: JsonDocument, found: Found, place: Place): Change {
  const copy = copyState(document, found.state.id);
  // The copy goes in first, since taking the state out may move what the place is called by.
  const put = copy && insertAt(document, place, copy);
  const old = put && find(put.document, found.state.id);
  if (!old || put.select === undefined) return { document, select: found.state.id };
  const out = remove(bypass(put.document, old), old.state.path);
  // The name that it had is free now.
  return find(out, put.select) ? renameState(out, put.select, found.state.name) : { document: out };
}

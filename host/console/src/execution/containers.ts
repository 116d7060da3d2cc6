// The stages of a Map's or a Parallel's data. A TestState shows few of a container's stages, so the host is asked about a Task with
// the same fields of the data flow, whose result is mocked.
import { fromPointer, JsonDocument } from "../definition";
import { detailsOf } from "./model/event";
import { type Part, partsOf } from "./model/parts";
import type { Visit } from "./model/visit";
import { readEvent } from "./payload";

/** Branches or iterations whose data is read, at most, and how many at a time. */
export const MAX_PARTS = 200;
const AT_A_TIME = 20;

/** Fields that a Task has with the same meaning. */
const SHARED = ["InputPath", "ResultSelector", "ResultPath", "OutputPath", "Assign", "Output"];

/** A container in a definition. */
export interface Container {
  readonly type: "Map" | "Parallel";
  /** The definition of a Task with its data flow; `before` of one that ends with what the work gets. */
  readonly task: string;
  readonly before: string;
  /** What the work gets, by the field that says so; without it there is no such field. */
  readonly work: "ItemsPath" | "Items" | "Parameters" | "Arguments" | undefined;
  readonly selects: boolean;
  readonly branches: number;
  readonly distributed: boolean;
}

/** The container at a place of a definition. */
export function containerAt(definition: string, pointer: string): Container | undefined {
  const document = new JsonDocument(definition);
  const path = fromPointer(pointer);
  const state = document.value(path) as Record<string, unknown> | undefined;
  if (state?.Type !== "Map" && state?.Type !== "Parallel") return undefined;
  const text = (name: string) => document.textAt([...path, name]);
  const jsonata = (state.QueryLanguage ?? document.value(["QueryLanguage"])) === "JSONata";
  const map = state.Type === "Map";
  const work = (
    map ? [jsonata ? "Items" : "ItemsPath"] : [jsonata ? "Arguments" : "Parameters"]
  ).find((name) => text(name) !== undefined) as Container["work"];
  const given = work && text(work);
  const template = given && (map ? `{"items${jsonata ? "" : ".$"}":${given}}` : given);
  const head = [
    '"Type":"Task"',
    '"Resource":"arn:aws:states:::lambda:invoke"',
    `"QueryLanguage":"${jsonata ? "JSONata" : "JSONPath"}"`,
    ...(template ? [`"${jsonata ? "Arguments" : "Parameters"}":${template}`] : []),
    '"End":true',
  ];
  const shared = SHARED.flatMap((name) => {
    const value = text(name);
    return value === undefined ? [] : [`"${name}":${value}`];
  });
  const input = shared.filter((member) => member.startsWith('"InputPath"'));
  const processor = document.value([...path, "ItemProcessor", "ProcessorConfig", "Mode"]);
  return {
    type: state.Type,
    task: `{${[...head, ...shared].join(",")}}`,
    before: `{${[...head, ...input].join(",")}}`,
    work,
    selects: map && (text("ItemSelector") ?? text("Parameters")) !== undefined,
    branches: Array.isArray(state.Branches) ? state.Branches.length : 0,
    distributed: processor === "DISTRIBUTED",
  };
}

/** `{"items":[1,2]}` → `[1,2]`, as it is written. */
export function itemsOf(text: string): string {
  return new JsonDocument(text).textAt(["items"]) ?? text;
}

/** The parts of a visit that ended well: a Map's iterations, or a Parallel's branches. */
export function partsIn(
  visit: Visit,
  container: Container,
  ids: ReadonlyMap<string, string>,
): readonly Part[] | undefined {
  if (container.type === "Map") {
    if (!visit.items || container.distributed) return undefined;
    return partsOf(visit, visit.items.total, (child) => child.iteration);
  }
  const own = ids.get(visit.state);
  return partsOf(visit, container.branches, (child) => {
    const inside = ids.get(child.state);
    if (own === undefined || !inside?.startsWith(`${own}/Branches/`)) return undefined;
    return Number(inside.slice(`${own}/Branches/`.length).split("/")[0]);
  });
}

/** An array of a text of each of these events, as they are written. */
export async function gathered(
  arn: string,
  ids: readonly number[],
  name: "input" | "output",
  signal?: AbortSignal,
): Promise<string> {
  const texts: string[] = [];
  for (let at = 0; at < ids.length; at += AT_A_TIME) {
    const some = ids.slice(at, at + AT_A_TIME);
    const events = await Promise.all(some.map((id) => readEvent(arn, id, signal)));
    for (const event of events) texts.push(String(event ? detailsOf(event)[name] : "null"));
  }
  return `[${texts.join(",")}]`;
}

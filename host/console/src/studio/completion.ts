// What the code editor suggests at a place of a definition: the same states, fields, resources and errors as the forms have.
import type { PluginEntry } from "../api/shapes";
import type { JsonDocument, Path } from "../definition";
import { STATE_TYPES, type StateType } from "../graph";
import { languageAt } from "./edit/insert";
import { AWS, type Language } from "./edit/templates";
import { OPERATORS } from "./inspector/operators";
import {
  catcher,
  dataFlow,
  ERRORS,
  type Field,
  goesOn,
  handlesErrors,
  RETRIER,
  settings,
} from "./inspector/spec";

/** A place: the object that gets a name (`key`), or the value itself. */
export interface Place {
  readonly path: Path;
  readonly key: boolean;
}

export interface Option {
  readonly label: string;
  readonly detail?: string;
  /** Whether it is no text: `true` stands without quotes. */
  readonly bare?: boolean;
}

/** A part of a definition: the machine that a path leads into, the state in it, and the way on from there. */
interface Part {
  readonly machine: Path;
  readonly state: Path | undefined;
  readonly rest: Path;
}

const field = (at: string, label: string): Field => ({ at: at.split("."), label, kind: "json" });
const choice = (at: string, label: string, options: readonly string[]): Field => ({
  at: at.split("."),
  label,
  kind: { options },
});
const LANGUAGE = choice("QueryLanguage", "Query language", ["JSONPath", "JSONata"]);
const COMMENT = field("Comment", "For people");

/** The fields of a machine. Source: ASL specification, "Structure of a state machine". */
const MACHINE: readonly Field[] = [
  COMMENT,
  LANGUAGE,
  field("StartAt", "The first state"),
  field("States", "The states by their names"),
];
const WHOLE: readonly Field[] = [
  field("TimeoutSeconds", "Time-out of an execution"),
  field("Version", "1.0"),
];
const PROCESSOR: readonly Field[] = [
  choice("ProcessorConfig.Mode", "Mode", ["INLINE", "DISTRIBUTED"]),
  choice("ProcessorConfig.ExecutionType", "Execution type", ["STANDARD", "EXPRESS"]),
];

/** What may stand at a place; of names those that are not there already. */
export function optionsAt(
  document: JsonDocument,
  { path, key }: Place,
  plugins: readonly PluginEntry[],
): Option[] {
  const part = partOf(path);
  const fields = fieldsOf(document, part);
  if (!key) return valuesAt(document, part, fields, plugins);
  const rest = fields.way;
  const there = new Set(namesAt(document, path));
  const found = new Map<string, Option>();
  for (const { at, label } of fields.all) {
    const name = at[rest.length];
    if (name === undefined || there.has(name) || found.has(name)) continue;
    if (!rest.every((step, index) => at[index] === step)) continue;
    found.set(name, { label: name, detail: at.length === rest.length + 1 ? label : "" });
  }
  return [...found.values()];
}

/** Walks from machine to machine: a text that is a state's name may be any word. */
function partOf(path: Path): Part {
  for (let at = 0; ; ) {
    const machine = path.slice(0, at);
    if (path[at] !== "States" || path.length < at + 2)
      return { machine, state: undefined, rest: path.slice(at) };
    const rest = path.slice(at + 2);
    const inner = { ItemProcessor: 1, Iterator: 1, Branches: 2 }[String(rest[0])] ?? 0;
    if (inner === 0 || rest.length < inner) return { machine, state: path.slice(0, at + 2), rest };
    at += 2 + inner;
  }
}

/** The fields that may stand there, and the way to them in their own table. */
function fieldsOf(document: JsonDocument, part: Part): { all: readonly Field[]; way: Path } {
  const { machine, state, rest } = part;
  if (!state) {
    const around = String(machine.at(-1));
    const more =
      machine.length === 0 ? WHOLE : /^(ItemProcessor|Iterator)$/.test(around) ? PROCESSOR : [];
    return { all: [...MACHINE, ...more], way: rest };
  }
  const type = typeOf(document, state);
  const language = languageAt(document, state);
  const [list, index, ...way] = rest;
  if (typeof index === "number" || rest.length > 1) {
    if (list === "Retry") return { all: RETRIER, way };
    if (list === "Catch")
      return { all: [...catcher(language), field("Next", "The state that goes on")], way };
    if (list === "Choices") return { all: ruleFields(language), way: ruleWay(way) };
  }
  return { all: stateFields(document, state, type, language), way: rest };
}

function stateFields(
  document: JsonDocument,
  state: Path,
  type: StateType,
  language: Language,
): readonly Field[] {
  const mode = document.value([...state, "ItemProcessor", "ProcessorConfig", "Mode"]);
  return [
    choice("Type", "What kind of state", STATE_TYPES),
    COMMENT,
    LANGUAGE,
    ...settings(type, language, mode === "DISTRIBUTED").flatMap((group) => group.fields),
    ...(type === "Choice"
      ? [field("Choices", "The rules"), field("Default", "The state without a rule")]
      : []),
    ...(type === "Parallel" ? [field("Branches", "The machines side by side")] : []),
    ...(type === "Map" ? [field("ItemProcessor", "The machine for each item")] : []),
    ...dataFlow(type, language),
    ...(handlesErrors(type) ? [field("Retry", "Retriers"), field("Catch", "Catchers")] : []),
    ...(goesOn(type) ? [field("Next", "The next state"), choice("End", "The last one", [])] : []),
  ];
}

function ruleFields(language: Language): readonly Field[] {
  const common = [field("Next", "The state to go to"), field("Assign", "Variables"), COMMENT];
  if (language === "JSONata")
    return [field("Condition", "{% … %}"), ...common, field("Output", "What goes on")];
  return [
    field("Variable", "The path to look at"),
    ...OPERATORS.map(({ name, words, group }) => field(name, `${group} ${words}`)),
    ...["And", "Or", "Not"].map((name) => field(name, "Of rules")),
    ...common,
  ];
}

/** Rules within rules have the same fields. */
function ruleWay(way: Path): Path {
  return way.filter((step) => typeof step !== "number" && !["And", "Or", "Not"].includes(step));
}

function valuesAt(
  document: JsonDocument,
  { machine, rest }: Part,
  { all, way }: { all: readonly Field[]; way: Path },
  plugins: readonly PluginEntry[],
): Option[] {
  const place = rest.join("/");
  if (/^(StartAt|Next|Default|(Choices|Catch)\/\d+\/Next)$/.test(place))
    return namesAt(document, [...machine, "States"]).map((label) => ({ label, detail: "state" }));
  if (place === "Resource") return resources(plugins);
  if (/^(Retry|Catch)\/\d+\/ErrorEquals(\/\d+)?$/.test(place))
    return ERRORS.map((label) => ({ label, detail: "error" }));
  if (place === "End") return [{ label: "true", bare: true }];
  const known = all.find(({ at }) => at.join("/") === way.join("/"));
  if (known?.kind === "boolean") return ["true", "false"].map((label) => ({ label, bare: true }));
  if (typeof known?.kind !== "object") return [];
  return known.kind.options.map((label) => ({ label, detail: known.label }));
}

function resources(plugins: readonly PluginEntry[]): Option[] {
  const names = new Map(plugins.map((plugin) => [plugin.name, plugin.description]));
  return [
    ...[...names].map(([name, detail]) => ({ label: `plugin:${name}`, detail })),
    ...AWS.map(({ hint, label }) => ({ label: `arn:aws:states:::${hint}`, detail: label })),
  ];
}

function typeOf(document: JsonDocument, state: Path): StateType {
  const type = document.value([...state, "Type"]);
  return STATE_TYPES.find((known) => known === type) ?? "Unknown";
}

/** The names of an object's members. The text need not be JSON as a whole. */
function namesAt(document: JsonDocument, path: Path): string[] {
  const members = document.node(path)?.children ?? [];
  return members.flatMap((member) => {
    const name: unknown = member.type === "property" ? member.children?.[0]?.value : undefined;
    return typeof name === "string" && name !== "" ? [name] : [];
  });
}

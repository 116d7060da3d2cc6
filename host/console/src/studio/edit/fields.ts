// Fields of a state: set where people expect them, whatever is there already.
import { become, insert, type JsonDocument, type Path, remove } from "../../definition";

/** The order in which fields are written. What is not in the list stands before `Next`. */
const ORDER = [
  "Comment",
  "QueryLanguage",
  "StartAt",
  "States",
  "Version",
  "Type",
  "ErrorEquals",
  "Condition",
  "Variable",
  "Resource",
  "InputPath",
  "Parameters",
  "Arguments",
  "Credentials",
  "Items",
  "ItemsPath",
  "ItemReader",
  "ItemSelector",
  "ItemBatcher",
  "MaxConcurrency",
  "MaxConcurrencyPath",
  "ItemProcessor",
  "Branches",
  "Choices",
  "Default",
  "ResultWriter",
  "ResultSelector",
  "ResultPath",
  "OutputPath",
  "Assign",
  "Output",
  "Retry",
  "Catch",
];
const LAST = ["Next", "End"];

function rank(name: string): number {
  if (LAST.includes(name)) return ORDER.length + 1;
  const index = ORDER.indexOf(name);
  return index < 0 ? ORDER.length : index;
}

/** The document with a field's value, or without the field when the value is `undefined`. */
export function setField(document: JsonDocument, path: Path, value: unknown): JsonDocument {
  if (value === undefined) return remove(document, path);
  const parent = path.slice(0, -1);
  const container = document.node(parent);
  if (document.node(path) || container?.type !== "object") return become(document, path, value);
  const name = String(path.at(-1));
  const names = (container.children ?? []).map((property) => String(property.children?.[0]?.value));
  const later = names.findIndex((other) => rank(other) > rank(name));
  return insert(document, parent, later < 0 ? names.length : later, value, name);
}

/** The document without a field, and without the array or object around it when that is empty then. */
export function removeField(document: JsonDocument, path: Path): JsonDocument {
  const result = remove(document, path);
  const parent = path.slice(0, -1);
  return (result.node(parent)?.children?.length ?? 1) === 0 ? remove(result, parent) : result;
}

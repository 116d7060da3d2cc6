// A definition as YAML, and back: the JSON text stays what is saved, so what was not edited in YAML keeps its form.
import { parseDocument, stringify } from "yaml";
import { become, type JsonDocument } from "../definition";

/** Longest expansion of aliases that is taken. */
const MAX_ALIASES = 100;

/** The definition in YAML. */
export function toYaml(document: JsonDocument): string {
  return stringify(document.value(), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** What is wrong with a YAML text, and where. */
export interface YamlProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** The document with what a YAML text says, or what is wrong with that. */
export function fromYaml(
  document: JsonDocument,
  text: string,
): { document: JsonDocument } | { problems: YamlProblem[] } {
  const parsed = parseDocument(text, { uniqueKeys: true });
  if (parsed.errors.length > 0) {
    const problems = parsed.errors.map(({ pos: [from, to], message }) => ({
      from,
      to,
      message: message.split("\n")[0] ?? "",
    }));
    return { problems };
  }
  try {
    const value: unknown = parsed.toJS({ maxAliasCount: MAX_ALIASES });
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return {
        problems: [
          { from: 0, to: text.length, message: "A definition has fields: StartAt, States" },
        ],
      };
    }
    return { document: become(document, [], value) };
  } catch (error) {
    return { problems: [{ from: 0, to: text.length, message: String(error) }] };
  }
}

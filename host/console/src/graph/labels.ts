// A choice rule in a few words.

type Fields = Readonly<Record<string, unknown>>;

/** Longest label of an edge, in characters. The inspector and the tooltip show the whole rule. */
const MAX_LABEL = 40;

const SIGNS: readonly [suffix: string, sign: string][] = [
  ["GreaterThanEquals", "≥"],
  ["LessThanEquals", "≤"],
  ["GreaterThan", ">"],
  ["LessThan", "<"],
  ["Equals", "="],
  ["Matches", "matches"],
];

const CHECKS: Readonly<Record<string, string>> = {
  IsNull: "null",
  IsPresent: "present",
  IsNumeric: "a number",
  IsString: "a string",
  IsBoolean: "a boolean",
  IsTimestamp: "a timestamp",
};

/** The condition of a rule, short enough for an edge. */
export function ruleLabel(rule: Fields): string {
  const text = typeof rule.Condition === "string" ? jsonata(rule.Condition) : condition(rule);
  return text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL - 1)}…` : text;
}

/** The whole condition of a rule in JSONPath. */
export function condition(rule: Fields): string {
  if (Array.isArray(rule.And)) return joined(rule.And, " and ");
  if (Array.isArray(rule.Or)) return joined(rule.Or, " or ");
  if (rule.Not !== undefined) return `not (${condition(rule.Not as Fields)})`;
  const operator = Object.keys(rule).find((name) => !PLAIN.has(name));
  const variable = String(rule.Variable ?? "");
  if (operator === undefined) return variable;
  const value = rule[operator];
  const check = CHECKS[operator];
  if (check !== undefined) return `${variable} is ${value === false ? "not " : ""}${check}`;
  const name = operator.replace(/Path$/, "");
  const sign = SIGNS.find(([suffix]) => name.endsWith(suffix))?.[1] ?? operator;
  return `${variable} ${sign} ${operator.endsWith("Path") ? String(value) : JSON.stringify(value)}`;
}

const PLAIN = new Set(["Variable", "Next", "Assign", "Comment", "Output"]);

function joined(rules: unknown[], word: string): string {
  return rules
    .map((rule) => {
      const inner = rule as Fields;
      const text = condition(inner);
      return inner.And || inner.Or ? `(${text})` : text;
    })
    .join(word);
}

/** `{% expression %}` → `expression`. */
function jsonata(text: string): string {
  return (/^\{%([\s\S]*)%\}$/.exec(text)?.[1] ?? text).trim().replace(/\s+/g, " ");
}

// The comparison operators of choice rules in JSONPath. Source: ASL specification, "Choice Rules".

/** What an operator compares with. */
export type Operand = "text" | "number" | "boolean" | "timestamp" | "path" | "check";

const SIGNS = ["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"] as const;
const WORDS: Readonly<Record<(typeof SIGNS)[number], string>> = {
  Equals: "=",
  LessThan: "<",
  GreaterThan: ">",
  LessThanEquals: "≤",
  GreaterThanEquals: "≥",
};

export interface Operator {
  readonly name: string;
  readonly words: string;
  readonly group: string;
  readonly operand: Operand;
}

function compared(type: string, group: string, operand: Operand): Operator[] {
  return SIGNS.flatMap((sign) => [
    { name: `${type}${sign}`, words: `${WORDS[sign]}`, group, operand },
    { name: `${type}${sign}Path`, words: `${WORDS[sign]} path`, group, operand: "path" as const },
  ]);
}

const check = (name: string, words: string): Operator => ({
  name,
  words,
  group: "Check",
  operand: "check",
});

/** All 39 of them. */
export const OPERATORS: readonly Operator[] = [
  ...compared("String", "Text", "text"),
  { name: "StringMatches", words: "matches", group: "Text", operand: "text" },
  ...compared("Numeric", "Number", "number"),
  { name: "BooleanEquals", words: "=", group: "Boolean", operand: "boolean" },
  { name: "BooleanEqualsPath", words: "= path", group: "Boolean", operand: "path" },
  ...compared("Timestamp", "Timestamp", "timestamp"),
  check("IsPresent", "is present"),
  check("IsNull", "is null"),
  check("IsString", "is a text"),
  check("IsNumeric", "is a number"),
  check("IsBoolean", "is a boolean"),
  check("IsTimestamp", "is a timestamp"),
];

/** The operator of a rule, if it has one. */
export function operatorOf(rule: Readonly<Record<string, unknown>>): Operator | undefined {
  return OPERATORS.find((operator) => rule[operator.name] !== undefined);
}

/** A value of the kind that an operator compares with: the one that is there, if it fits. */
export function operandFor(operand: Operand, value: unknown): unknown {
  switch (operand) {
    case "number":
      return Number.isFinite(Number(value)) && value !== "" && value !== null ? Number(value) : 0;
    case "boolean":
    case "check":
      return value !== false && value !== "false";
    case "path":
      return typeof value === "string" && value.startsWith("$") ? value : "$.";
    case "timestamp":
      return typeof value === "string" && !value.startsWith("$") ? value : "2030-01-31T12:00:00Z";
    default:
      return typeof value === "object" ? "" : String(value ?? "");
  }
}

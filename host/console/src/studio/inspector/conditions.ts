// The forms that a condition in JSONPath has, and changing one into another.

/** The forms, and what they are called. */
export const FORMS = { compare: "Compare", And: "All of", Or: "Any of", Not: "Not" } as const;
/** A comparison, or what joins or turns conditions. */
export type Form = keyof typeof FORMS;

/** A condition to begin with. */
export const BLANK = { Variable: "$.", StringEquals: "" };

/** The rule with another form of condition, which keeps what was compared where it can. */
export function reform(
  rule: Readonly<Record<string, unknown>>,
  form: Form,
): Record<string, unknown> {
  const kept = Object.entries(rule).filter(([name]) =>
    ["Next", "Assign", "Comment", "Output"].includes(name),
  );
  const condition = Object.fromEntries(
    Object.entries(rule).filter(([name]) => !kept.some(([k]) => k === name)),
  );
  const inner = (condition.And ??
    condition.Or ??
    (condition.Not ? [condition.Not] : [condition])) as Record<string, unknown>[];
  const first = inner[0] ?? BLANK;
  const made =
    form === "compare"
      ? first
      : form === "Not"
        ? { Not: first }
        : { [form]: inner.length > 0 ? inner : [BLANK] };
  return { ...made, ...Object.fromEntries(kept) };
}

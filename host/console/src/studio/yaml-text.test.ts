import { describe, expect, it } from "vitest";
import { JsonDocument } from "../definition";
import { hasComments, YamlText } from "./yaml-text";

const WRITTEN = `# Of all orders
StartAt: Pay   # the first

States:
  # takes the money
  Pay:
    Type: Task
    Resource: plugin:pay # ours
    Retry:
      # when it is busy
      - ErrorEquals: [Busy]
      # when it is late
      - ErrorEquals: [Late]
    End: true
`;
const VALUE = {
  StartAt: "Pay",
  States: {
    Pay: {
      Type: "Task",
      Resource: "plugin:pay",
      Retry: [{ ErrorEquals: ["Busy"] }, { ErrorEquals: ["Late"] }],
      End: true,
    },
  },
};
const json = (value: unknown) => new JsonDocument(JSON.stringify(value));
const written = () => {
  const yaml = new YamlText();
  yaml.keep(WRITTEN, json(VALUE));
  return yaml;
};
const pay = (part: object) => ({ ...VALUE, States: { Pay: { ...VALUE.States.Pay, ...part } } });

describe("YAML as it was written", () => {
  it("is what it was, as long as nothing is edited elsewhere", () => {
    expect(written().of(json(VALUE))).toBe(WRITTEN);
    expect(new YamlText().of(json({ StartAt: "A" }))).toBe("StartAt: A\n");
  });

  it.each([
    [
      "an edited value",
      pay({ Resource: "plugin:charge" }),
      "Resource: plugin:pay #",
      "Resource: plugin:charge #",
    ],
    [
      "a new field",
      pay({ TimeoutSeconds: 5 }),
      "    End: true\n",
      "    End: true\n    TimeoutSeconds: 5\n",
    ],
    ["a field that goes", pay({ Type: undefined }), "    Type: Task\n", ""],
    [
      "an element that goes, with its comment",
      pay({ Retry: [{ ErrorEquals: ["Late"] }] }),
      "      # when it is busy\n      - ErrorEquals: [Busy]\n",
      "",
    ],
  ])("takes %s, and keeps the comments of the rest", (_, value, before, after) => {
    const document = json(value);
    const expected = WRITTEN.replace(before, after)
      .replace("[Busy]", "[ Busy ]")
      .replace("[Late]", "[ Late ]");
    const said = written().of(document).replace("Pay #", "Pay   #");
    expect(said).toBe(expected);
  });

  it("loses comments rather than an edit, where an anchor says two things", () => {
    const yaml = new YamlText();
    yaml.keep("# x\na: &one [1]\nb: *one\n", json({ a: [1], b: [1] }));
    const now = json({ a: [2], b: [1] });
    expect(yaml.of(now)).toContain("a:");
    expect(yaml.of(now)).toMatch(/b:(\s+- 1| \[ 1 \])/);
  });

  it.each([
    [undefined, false],
    ["a: 1\n", false],
    ["a: 'x # y'\n", false],
    ["a: 1 # x\n", true],
    ["# x\na: 1\n", true],
    ["a:\n  - 1\n  # x\n", true],
  ])("%j has comments: %s", (text, expected) => {
    expect(hasComments(text)).toBe(expected);
  });
});

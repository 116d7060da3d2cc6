import { describe, expect, it } from "vitest";
import { JsonDocument } from "../definition";
import { optionsAt } from "./completion";
import { jsonSpot, yamlSpot } from "./place";

const PLUGINS = [{ name: "echo", description: "says it again" }] as never;

/** What is offered at the `|` of a definition. */
function offered(text: string, language: "json" | "yaml" = "json"): string[] {
  const at = text.indexOf("|");
  const whole = text.slice(0, at) + text.slice(at + 1);
  const spot = language === "json" ? jsonSpot(whole, at) : yamlSpot(whole, at);
  const document = new JsonDocument(language === "json" ? whole : YAML_SO_FAR);
  return spot ? optionsAt(document, spot, PLUGINS).map(({ label }) => label) : [];
}

const states = (of: string) =>
  `{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{${of}}}}`;
const YAML_SO_FAR = states('"Type":"Task"');

describe("the code editor offers in JSON", () => {
  it.each([
    ["the states", '{"StartAt":"|","States":{"A":{},"B":{}}}', ["A", "B"]],
    ["the next states", states('"Type":"Pass","Next":"|"'), ["A", "B"]],
    ["where no quotes are", states('"Type":"Pass","Next":|'), ["A", "B"]],
    ["where the text ends", '{"StartAt":"A","States":{"A":{"Next":"|', ["A"]],
    ["a rule's", states('"Type":"Choice","Choices":[{"Next":"|"}]'), ["A", "B"]],
    [
      "the states of a branch, not of the whole",
      states('"Type":"Parallel","Branches":[{"StartAt":"|","States":{"In":{}}}]'),
      ["In"],
    ],
    [
      "the states of a Map's machine",
      states('"Type":"Map","ItemProcessor":{"States":{"In":{"Next":"|"}}}'),
      ["In"],
    ],
    [
      "kinds of states",
      states('"Type":"|"'),
      ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"],
    ],
    ["query languages", '{"QueryLanguage":"|"}', ["JSONPath", "JSONata"]],
    ["jitter", states('"Type":"Task","Retry":[{"JitterStrategy":"|"}]'), ["NONE", "FULL"]],
    ["nothing in a payload", states('"Type":"Pass","Result":{"Next":"|"}'), []],
    ["nothing for a comment", states('"Comment":"|"'), []],
    [
      "the machine's fields",
      '{"StartAt":"A","|"}',
      ["Comment", "QueryLanguage", "States", "TimeoutSeconds", "Version"],
    ],
    [
      "a Wait's fields",
      states('"Type":"Wait","Next":"A","Sec|"').replace("Sec|", "|"),
      [
        "Comment",
        "QueryLanguage",
        "Seconds",
        "SecondsPath",
        "Timestamp",
        "TimestampPath",
        "InputPath",
        "Assign",
        "OutputPath",
        "End",
      ],
    ],
    [
      "a retrier's fields",
      states('"Type":"Task","Retry":[{"ErrorEquals":[],"|"}]'),
      [
        "IntervalSeconds",
        "MaxAttempts",
        "BackoffRate",
        "MaxDelaySeconds",
        "JitterStrategy",
        "Comment",
      ],
    ],
    [
      "a processor's",
      states('"Type":"Map","ItemProcessor":{"ProcessorConfig":{"|"}}'),
      ["Mode", "ExecutionType"],
    ],
    [
      "a processor's mode",
      states('"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"|"}}'),
      ["INLINE", "DISTRIBUTED"],
    ],
  ])("%s", (_, text, expected) => {
    expect(offered(text)).toEqual(expected);
  });

  it.each([
    ["plugins", states('"Type":"Task","Resource":"|"'), "plugin:echo"],
    ["integrations", states('"Type":"Task","Resource":"arn|"'), "arn:aws:states:::lambda:invoke"],
    ["errors", states('"Type":"Task","Catch":[{"ErrorEquals":["|"]}]'), "States.Timeout"],
    ["operators", states('"Type":"Choice","Choices":[{"Variable":"$.a","|"}]'), "NumericLessThan"],
    ["operators within rules", states('"Type":"Choice","Choices":[{"And":[{"|"}]}]'), "IsPresent"],
    [
      "conditions in JSONata",
      `{"QueryLanguage":"JSONata",${states('"Type":"Choice","Choices":[{"|"}]').slice(1)}`,
      "Condition",
    ],
    ["arguments in JSONata", states('"QueryLanguage":"JSONata","Type":"Task","|"'), "Arguments"],
    [
      "a reader's fields",
      states(
        '"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"}},"ItemReader":{"|"}',
      ),
      "ReaderConfig",
    ],
  ])("%s", (_, text, expected) => {
    expect(offered(text)).toContain(expected);
  });
});

describe("the code editor offers in YAML", () => {
  it.each([
    ["the states", "StartAt: |\nStates:\n  A:\n    Type: Pass\n", "A"],
    ["the next states", "States:\n  B:\n    Next: A|\n    Type: Pass\n", "B"],
    ["a state's fields", "States:\n  B:\n    Type: Task\n    |\n", "Resource"],
    [
      "a state's fields before others",
      "States:\n  B:\n    Tim|\n    Type: Task\n",
      "TimeoutSeconds",
    ],
    ["resources", "States:\n  B:\n    Resource: plugin:e|\n", "plugin:echo"],
    [
      "a retrier's fields",
      "States:\n  B:\n    Retry:\n      - ErrorEquals:\n          - X\n        |\n",
      "MaxAttempts",
    ],
    ["errors", "States:\n  B:\n    Retry:\n      - ErrorEquals:\n          - |\n", "States.ALL"],
  ])("%s", (_, text, expected) => {
    expect(offered(text, "yaml")).toContain(expected);
  });

  it.each([["# |"], ['a: "|"'], ["States: {A: |}"], ["Comment: some words |"]])(
    "nothing at %s",
    (text) => {
      expect(offered(text, "yaml")).toEqual([]);
    },
  );
});

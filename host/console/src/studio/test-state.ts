// A state alone, run by the host: what its data becomes at each stage, and what an expression gives.
import { aws } from "../api/client";
import type { JsonDocument } from "../definition";
import type { StateNode } from "../graph";
import type { Language } from "./edit/templates";
import { ANY_ROLE } from "./host";

/** What TestState answers. Payloads are JSON texts. */
export interface Tested {
  readonly status: "SUCCEEDED" | "FAILED" | "RETRIABLE" | "CAUGHT_ERROR";
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly nextState?: string;
  readonly inspectionData?: Readonly<Record<string, unknown>>;
}

/** A stage of the data flow. */
export interface Stage {
  readonly name: string;
  readonly label: string;
  readonly text: string;
  /** Whether it is other than the stage before. */
  readonly changed: boolean;
}

export interface TestRequest {
  readonly input: string;
  /** JSON of the variables that the state sees; nothing for none. */
  readonly variables: string;
  /** JSON that stands in for the task's result; nothing runs the task. */
  readonly mock: string;
  /** An error that stands in for the task's end. */
  readonly mockError: string;
}

export function testState(
  document: JsonDocument,
  state: StateNode,
  request: TestRequest,
): Promise<Tested> {
  const { input, variables, mock, mockError } = request;
  return aws<Tested>("TestState", {
    definition: document.text,
    stateName: state.name,
    input,
    roleArn: ANY_ROLE,
    inspectionLevel: "DEBUG",
    ...(variables.trim() === "" ? {} : { variables }),
    ...(mockError.trim() !== ""
      ? { mock: { errorOutput: { error: mockError.trim(), cause: "A mock" } } }
      : mock.trim() === ""
        ? {}
        : { mock: { result: mock } }),
  });
}

/** What an expression gives: a path or an intrinsic function in JSONPath, an expression in JSONata. */
export function evaluate(expression: string, language: Language, input: string): Promise<Tested> {
  const bare = /^\{%([\s\S]*)%\}$/.exec(expression.trim())?.[1] ?? expression;
  const state =
    language === "JSONata"
      ? { Type: "Pass", QueryLanguage: "JSONata", Output: `{% ${bare.trim()} %}`, End: true }
      : {
          Type: "Pass",
          Parameters: { "value.$": expression.trim() },
          OutputPath: "$.value",
          End: true,
        };
  return aws<Tested>("TestState", {
    definition: JSON.stringify(state),
    input,
    roleArn: ANY_ROLE,
    inspectionLevel: "INFO",
  });
}

const STAGES: readonly (readonly [name: string, label: string])[] = [
  ["input", "Input"],
  ["afterInputPath", "After InputPath"],
  ["afterParameters", "After Parameters"],
  ["afterArguments", "After Arguments"],
  ["afterItemsPath", "After ItemsPath"],
  ["afterItemSelector", "After ItemSelector"],
  ["afterItemBatcher", "After ItemBatcher"],
  ["result", "Result"],
  ["afterResultSelector", "After ResultSelector"],
  ["afterResultPath", "After ResultPath"],
  ["variables", "Variables"],
];

/** The stages that an answer has, in their order, and the output. */
export function stagesOf({ inspectionData = {}, output }: Tested): Stage[] {
  const known = STAGES.filter(([name]) => typeof inspectionData[name] === "string");
  const all = [
    ...known.map(([name, label]) => ({ name, label, text: String(inspectionData[name]) })),
  ];
  if (output !== undefined) all.push({ name: "output", label: "Output", text: output });
  return all.map((stage, index) => ({
    ...stage,
    changed: index === 0 || stage.text !== all[index - 1]?.text,
  }));
}

// What the palette offers: flow states, patterns, actions of plugins and of AWS's integrations.
import type { StateType } from "../../graph/model";
import { type Fragment, NEXT, single } from "./fragments";

/** The query language of new states. */
export type Language = "JSONPath" | "JSONata";

/** One thing to put into a flow. */
export interface Template {
  /** Unique in the palette. */
  readonly id: string;
  readonly label: string;
  /** What it does, in a line. */
  readonly hint: string;
  readonly type: StateType;
  readonly make: (language: Language) => Fragment;
}

function flow(
  type: StateType,
  label: string,
  hint: string,
  state: (language: Language) => object,
): Template {
  const make = (language: Language) => single(label, { Type: type, ...state(language) });
  return { id: `flow:${type}`, label, hint, type, make };
}

const machine = (name: string, state: object) => ({
  StartAt: name,
  States: { [name]: { ...state, End: true } },
});
const empty = () => ({ StartAt: "", States: {} });

/** The flow states. */
export const FLOW: readonly Template[] = [
  flow("Choice", "Choice", "Go one of several ways", () => ({ Choices: [], Default: NEXT })),
  flow("Parallel", "Parallel", "Do several things at once", () => ({
    Branches: [empty(), empty()],
  })),
  flow("Map", "Map", "Do the same for each item", () => ({
    ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...empty() },
  })),
  flow("Pass", "Pass", "Pass data on, or change it", () => ({})),
  flow("Wait", "Wait", "Wait for a time", () => ({ Seconds: 5 })),
  flow("Succeed", "Success", "End well", () => ({})),
  flow("Fail", "Fail", "End with an error", () => ({ Error: "Failed", Cause: "" })),
];

const RETRY = {
  ErrorEquals: ["States.ALL"],
  IntervalSeconds: 1,
  MaxAttempts: 3,
  BackoffRate: 2,
  JitterStrategy: "FULL",
};
const task = (resource: string) => ({ Type: "Task", Resource: resource });

/** Pieces of several states that workflows often have. */
export const PATTERNS: readonly Template[] = [
  {
    id: "pattern:retry",
    label: "Task with retry and catch",
    hint: "Tries again with back-off; what fails for good is handled",
    type: "Task",
    make: () => ({
      start: "Try",
      states: {
        Try: {
          ...task("plugin:echo"),
          Retry: [RETRY],
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "Handle error" }],
          Next: NEXT,
        },
        "Handle error": { Type: "Fail", Error: "Failed", Cause: "All attempts failed" },
      },
    }),
  },
  {
    id: "pattern:poll",
    label: "Poll until done",
    hint: "Asks, waits, and asks again",
    type: "Wait",
    make: (language) => ({
      start: "Ask",
      states: {
        Ask: { ...task("plugin:echo"), Next: "Is it done?" },
        "Is it done?": {
          Type: "Choice",
          Choices: [
            language === "JSONata"
              ? { Condition: "{% $states.input.status = 'DONE' %}", Next: NEXT }
              : { Variable: "$.status", StringEquals: "DONE", Next: NEXT },
          ],
          Default: "Wait a while",
        },
        "Wait a while": { Type: "Wait", Seconds: 10, Next: "Ask" },
      },
    }),
  },
  {
    id: "pattern:distributed",
    label: "Distributed map over a CSV file",
    hint: "Each row is an execution of its own",
    type: "Map",
    make: (language) => ({
      start: "Each row",
      states: {
        "Each row": {
          Type: "Map",
          ItemReader: {
            Resource: "arn:aws:states:::s3:getObject",
            ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" },
            [language === "JSONata" ? "Arguments" : "Parameters"]: {
              Bucket: "bucket",
              Key: "rows.csv",
            },
          },
          MaxConcurrency: 100,
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            ...machine("Do a row", task("plugin:echo")),
          },
          Next: NEXT,
        },
      },
    }),
  },
  {
    id: "pattern:callback",
    label: "Wait for an answer",
    hint: "Hands a task token out, and waits for it to come back",
    type: "Task",
    make: (language) => ({
      start: "Ask and wait",
      states: {
        "Ask and wait": {
          ...task("plugin:echo.waitForTaskToken"),
          ...(language === "JSONata"
            ? { Arguments: { token: "{% $states.context.Task.Token %}" } }
            : { Parameters: { "token.$": "$$.Task.Token" } }),
          TimeoutSeconds: 3600,
          Next: NEXT,
        },
      },
    }),
  },
];

/** A Task of an installed plugin. */
export function pluginTemplate(name: string, description: string): Template {
  const label = name.charAt(0).toUpperCase() + name.slice(1).replace(/[-_]/g, " ");
  return {
    id: `plugin:${name}`,
    label: name,
    hint: description,
    type: "Task",
    make: () => single(label, task(`plugin:${name}`)),
  };
}

const integration = (label: string, action: string, parameters: object): Template => ({
  id: `aws:${action}`,
  label,
  hint: action,
  type: "Task",
  make: (language) =>
    single(label, {
      ...task(`arn:aws:states:::${action}`),
      [language === "JSONata" ? "Arguments" : "Parameters"]: parameters,
    }),
});

/** AWS's optimized integrations. Whether one runs here is for the plugin that serves it, or the host itself. */
export const AWS: readonly Template[] = [
  integration("Invoke Lambda function", "lambda:invoke", { FunctionName: "function", Payload: {} }),
  integration("Call HTTP API", "http:invoke", {
    ApiEndpoint: "https://api.example.com",
    Method: "GET",
    InvocationConfig: { ConnectionArn: "arn:aws:events:us-east-1:000000000000:connection/name/1" },
  }),
  integration("Start execution", "states:startExecution", { StateMachineArn: "", Input: {} }),
  integration("Run execution and wait", "states:startExecution.sync:2", {
    StateMachineArn: "",
    Input: {},
  }),
  integration("Send SQS message", "sqs:sendMessage", { QueueUrl: "", MessageBody: {} }),
  integration("Publish to SNS", "sns:publish", { TopicArn: "", Message: {} }),
  integration("Put EventBridge events", "events:putEvents", { Entries: [] }),
  integration("Get DynamoDB item", "dynamodb:getItem", { TableName: "", Key: {} }),
  integration("Put DynamoDB item", "dynamodb:putItem", { TableName: "", Item: {} }),
  integration("Update DynamoDB item", "dynamodb:updateItem", { TableName: "", Key: {} }),
  integration("Delete DynamoDB item", "dynamodb:deleteItem", { TableName: "", Key: {} }),
  integration("Run ECS task", "ecs:runTask.sync", { Cluster: "", TaskDefinition: "" }),
  integration("Submit Batch job", "batch:submitJob.sync", {
    JobName: "",
    JobQueue: "",
    JobDefinition: "",
  }),
  integration("Start Glue job", "glue:startJobRun.sync", { JobName: "" }),
  integration("Run Athena query", "athena:startQueryExecution.sync", {
    QueryString: "",
    WorkGroup: "",
  }),
  integration("Build with CodeBuild", "codebuild:startBuild.sync", { ProjectName: "" }),
  integration("Invoke Bedrock model", "bedrock:invokeModel", { ModelId: "", Body: {} }),
  integration("Call any AWS action", "aws-sdk:s3:listBuckets", {}),
];

// Which fields a state has, by its type and query language. Source: the ASL specification, and AWS's developer guide
// for Distributed Map.
import type { StateType } from "../../graph";
import type { Language } from "../edit/templates";

export type Kind =
  | "text"
  | "area"
  | "number"
  | "boolean"
  | "json"
  | "words"
  | { readonly options: readonly string[] };

/** One field, with its place in the state. */
export interface Field {
  readonly at: readonly string[];
  readonly label: string;
  readonly kind: Kind;
  readonly hint?: string;
  /** What the field is without a value. */
  readonly fallback?: string;
}

export interface Group {
  readonly title: string;
  readonly fields: readonly Field[];
  /** Whether it is folded as long as none of its fields is there. */
  readonly rare?: boolean;
}

const f = (at: string, label: string, kind: Kind, hint?: string, fallback?: string): Field => ({
  at: at.split("."),
  label,
  kind,
  ...(hint === undefined ? {} : { hint }),
  ...(fallback === undefined ? {} : { fallback }),
});

/** A value, or in JSONPath the path of one beside it. */
function both(language: Language, at: string, label: string, kind: Kind, hint?: string): Field[] {
  const value = f(at, label, kind, hint);
  return language === "JSONata"
    ? [value]
    : [value, f(`${at}Path`, `${label}, from a path`, "text", undefined, "$.…")];
}

/** The fields of how a state works, apart from the data flow, errors and transitions. */
export function settings(type: StateType, language: Language, distributed: boolean): Group[] {
  switch (type) {
    case "Task":
      return [
        {
          title: "Action",
          fields: [
            f(
              "Resource",
              "Resource",
              "text",
              "plugin:NAME, plugin:NAME@VERSION, an ARN of an integration, a function or an activity",
            ),
          ],
        },
        {
          title: "Time",
          rare: true,
          fields: [
            ...both(language, "TimeoutSeconds", "Time-out in seconds", "number"),
            ...both(language, "HeartbeatSeconds", "Heartbeat in seconds", "number"),
          ],
        },
        {
          title: "Credentials",
          rare: true,
          fields: [f("Credentials", "Credentials", "json", 'The role of the task: {"RoleArn": …}')],
        },
      ];
    case "Wait":
      return [
        {
          title: "Wait",
          fields: [
            ...both(language, "Seconds", "Seconds", "number"),
            ...both(
              language,
              "Timestamp",
              "Until a time",
              "text",
              "RFC 3339, such as 2030-01-31T12:00:00Z. One of these fields is needed, and no more.",
            ),
          ],
        },
      ];
    case "Fail":
      return [
        {
          title: "Error",
          fields: [
            ...both(language, "Error", "Error", "text", "A name for Retry and Catch to match"),
            ...both(language, "Cause", "Cause", "area", "What happened, for people"),
          ],
        },
      ];
    case "Map":
      return map(language, distributed);
    default:
      return [];
  }
}

const template = (language: Language) => (language === "JSONata" ? "Arguments" : "Parameters");

function map(language: Language, distributed: boolean): Group[] {
  const items =
    language === "JSONata"
      ? f("Items", "Items", "json", "An array, or an expression that gives one")
      : f("ItemsPath", "Items, from a path", "text", undefined, "$");
  const groups: Group[] = [
    {
      title: "Items",
      fields: [
        items,
        f("ItemSelector", "Item selector", "json", "What each iteration gets; without it the item"),
        ...both(
          language,
          "MaxConcurrency",
          "At the same time",
          "number",
          "0: as many as the host allows",
        ),
      ],
    },
  ];
  if (language === "JSONPath") {
    const older = f("Parameters", "Parameters", "json", "The older name of ItemSelector");
    groups.push({ title: "Older fields", rare: true, fields: [older] });
  }
  if (!distributed) return groups;
  return [
    ...groups,
    {
      title: "Children",
      fields: [
        f("ItemProcessor.ProcessorConfig.ExecutionType", "Execution type", {
          options: ["STANDARD", "EXPRESS"],
        }),
        f("Label", "Label", "text", "Names the Map Run; at most 40 characters"),
      ],
    },
    {
      title: "Item reader",
      rare: true,
      fields: [
        f("ItemReader.Resource", "Resource", {
          options: ["arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"],
        }),
        f(
          `ItemReader.${template(language)}`,
          template(language),
          "json",
          "Bucket and Key, or Bucket and Prefix",
        ),
        f("ItemReader.ReaderConfig.InputType", "Input type", {
          options: ["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"],
        }),
        f("ItemReader.ReaderConfig.CSVHeaderLocation", "CSV headers", {
          options: ["FIRST_ROW", "GIVEN"],
        }),
        f("ItemReader.ReaderConfig.CSVHeaders", "Given headers", "words", "Separated by commas"),
        f("ItemReader.ReaderConfig.CSVDelimiter", "CSV delimiter", {
          options: ["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"],
        }),
        f(
          "ItemReader.ReaderConfig.ItemsPointer",
          "Items pointer",
          "text",
          "A JSON pointer to the array in a JSON object",
        ),
        f("ItemReader.ReaderConfig.ManifestType", "Manifest type", {
          options: ["ATHENA_DATA", "S3_INVENTORY"],
        }),
        f("ItemReader.ReaderConfig.Transformation", "Transformation", {
          options: ["NONE", "LOAD_AND_FLATTEN"],
        }),
        ...both(
          language,
          "ItemReader.ReaderConfig.MaxItems",
          "At most",
          "number",
          "Items that are read",
        ),
      ],
    },
    {
      title: "Batches",
      rare: true,
      fields: [
        ...both(language, "ItemBatcher.MaxItemsPerBatch", "Items per batch", "number"),
        ...both(language, "ItemBatcher.MaxInputBytesPerBatch", "Bytes per batch", "number"),
        f("ItemBatcher.BatchInput", "Input of each batch", "json"),
      ],
    },
    {
      title: "Tolerated failures",
      rare: true,
      fields: [
        ...both(language, "ToleratedFailureCount", "Failed items", "number"),
        ...both(language, "ToleratedFailurePercentage", "Failed items in percent", "number"),
      ],
    },
    {
      title: "Result writer",
      rare: true,
      fields: [
        f("ResultWriter.Resource", "Resource", { options: ["arn:aws:states:::s3:putObject"] }),
        f(`ResultWriter.${template(language)}`, template(language), "json", "Bucket and Prefix"),
        f("ResultWriter.WriterConfig.OutputType", "Output type", { options: ["JSON", "JSONL"] }),
        f("ResultWriter.WriterConfig.Transformation", "Transformation", {
          options: ["NONE", "COMPACT", "FLATTEN"],
        }),
      ],
    },
  ];
}

const INPUT = f(
  "InputPath",
  "Input path",
  "text",
  "The part of the input that the state sees",
  "$",
);
const OUTPUT = f("OutputPath", "Output path", "text", "The part that goes on", "$");
const RESULT_PATH = f(
  "ResultPath",
  "Result path",
  "text",
  "Where the result is put into the input; null drops it",
  "$",
);
const PARAMETERS = f(
  "Parameters",
  "Parameters",
  "json",
  'What the action gets; a name that ends in ".$" has a path or a function',
);
const SELECTOR = f("ResultSelector", "Result selector", "json", "What is kept of the result");
const ASSIGN = f("Assign", "Assign", "json", "Variables that are set as the state ends");

/** The fields of the data flow, in the order in which they apply. */
export function dataFlow(type: StateType, language: Language): readonly Field[] {
  if (language === "JSONata") {
    const args = f(
      "Arguments",
      "Arguments",
      "json",
      "What the action gets; expressions stand in {% %}",
    );
    const output = f("Output", "Output", "json", "What goes on; without it the result");
    switch (type) {
      case "Task":
      case "Parallel":
        return [args, ASSIGN, output];
      case "Pass":
      case "Map":
      case "Choice":
      case "Wait":
        return [ASSIGN, output];
      case "Succeed":
        return [output];
      default:
        return [];
    }
  }
  switch (type) {
    case "Task":
    case "Parallel":
      return [INPUT, PARAMETERS, SELECTOR, RESULT_PATH, ASSIGN, OUTPUT];
    case "Map":
      return [INPUT, SELECTOR, RESULT_PATH, ASSIGN, OUTPUT];
    case "Pass":
      return [
        INPUT,
        PARAMETERS,
        f("Result", "Result", "json", "A fixed result"),
        RESULT_PATH,
        ASSIGN,
        OUTPUT,
      ];
    case "Choice":
    case "Wait":
      return [INPUT, ASSIGN, OUTPUT];
    case "Succeed":
      return [INPUT, OUTPUT];
    default:
      return [];
  }
}

/** Whether a type may have Retry and Catch. */
export const handlesErrors = (type: StateType): boolean =>
  ["Task", "Parallel", "Map"].includes(type);
/** Whether a type goes on to another state by itself. */
export const goesOn = (type: StateType): boolean => !["Choice", "Succeed", "Fail"].includes(type);

export const RETRIER: readonly Field[] = [
  f("ErrorEquals", "Errors", "words", "Separated by commas; States.ALL for all"),
  f("IntervalSeconds", "First wait, seconds", "number", undefined, "1"),
  f("MaxAttempts", "Attempts", "number", undefined, "3"),
  f("BackoffRate", "Back-off rate", "number", undefined, "2.0"),
  f("MaxDelaySeconds", "Longest wait, seconds", "number"),
  f("JitterStrategy", "Jitter", { options: ["NONE", "FULL"] }, undefined, "NONE"),
  f("Comment", "Comment", "text"),
];

export function catcher(language: Language): readonly Field[] {
  return [
    f("ErrorEquals", "Errors", "words", "Separated by commas; States.ALL for all"),
    language === "JSONata"
      ? f("Output", "Output", "json")
      : f("ResultPath", "Result path", "text", "Where the error is put into the input", "$"),
    f("Assign", "Assign", "json"),
    f("Comment", "Comment", "text"),
  ];
}

/** The error names that are suggested. Source: ASL specification, "Errors"; the rest are this host's. */
export const ERRORS = [
  "States.ALL",
  "States.TaskFailed",
  "States.Timeout",
  "States.HeartbeatTimeout",
  "States.Permissions",
  "States.DataLimitExceeded",
  "States.Runtime",
  "States.BranchFailed",
  "States.ExceedToleratedFailureThreshold",
  "States.ItemReaderFailed",
  "States.ResultWriterFailed",
  "States.QueryEvaluationError",
  "States.Http.Socket",
  "Plugin.OutOfFuel",
  "Plugin.OutOfMemory",
  "Plugin.Trapped",
  "Plugin.InvalidOutput",
  "Plugin.OutputTooLarge",
  "Plugin.CapabilityDenied",
  "Plugin.InDoubt",
  "Plugin.NotFound",
] as const;

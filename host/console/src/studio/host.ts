// What the Studio asks of the host.
import { aws, get } from "../api/client";
import type { PluginEntry } from "../api/shapes";
import { fromLocation, type JsonDocument, type Path, type Range, toPointer } from "../definition";
import { isWithin } from "../definition/pointer";
import { graphOf, statesOf } from "../graph";

/** The role that machines have which say none: this host checks no permissions. */
export const ANY_ROLE = "arn:aws:iam::000000000000:role/any";
/** How many problems are asked for. */
const MAX_PROBLEMS = 100;

/** A problem of a definition, at its place in the text and in the graph. */
export interface Diagnostic extends Range {
  readonly severity: "ERROR" | "WARNING";
  readonly message: string;
  readonly path: Path;
  /** The id of the innermost state that it is in. */
  readonly state: string | undefined;
}

interface Answer {
  readonly diagnostics: readonly {
    readonly severity: "ERROR" | "WARNING";
    readonly code: string;
    readonly message: string;
    readonly location?: string;
  }[];
}

/** What the host's compiler says of a definition. */
export async function diagnose(
  document: JsonDocument,
  type: MachineType,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const parameters = { definition: document.text, type, maxResults: MAX_PROBLEMS };
  const answer = await aws<Answer>("ValidateStateMachineDefinition", parameters, signal);
  return answer.diagnostics.map(({ severity, message, location }) =>
    placed(document, severity, message, fromLocation(document.value(), location ?? "/")),
  );
}

/** A problem with its places. */
export function placed(
  document: JsonDocument,
  severity: Diagnostic["severity"],
  message: string,
  path: Path,
): Diagnostic {
  const pointer = toPointer(path);
  const states = statesOf(graphOf(document.value())).filter(({ id }) => isWithin(pointer, id));
  // A whole state, or the whole machine, is marked at its name or its first sign.
  const { from, to } = document.range(path);
  const whole = typeof document.value(path) === "object";
  const named = whole ? document.memberRange(path) : { from, to };
  const end = whole
    ? Math.min(named.to, named.from + 1 + String(path.at(-1) ?? "").length + 1)
    : to;
  return { severity, message, path, state: states.at(-1)?.id, from: named.from, to: end };
}

export type MachineType = "STANDARD" | "EXPRESS";

/** A state machine as DescribeStateMachine has it. */
export interface Machine {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly type: MachineType;
  readonly roleArn: string;
  readonly definition: string;
  readonly revisionId?: string;
  readonly loggingConfiguration?: LoggingConfiguration;
  readonly tracingConfiguration?: { readonly enabled: boolean };
}

export interface LoggingConfiguration {
  readonly level?: string;
  readonly includeExecutionData?: boolean;
  readonly destinations?: readonly {
    readonly cloudWatchLogsLogGroup: { readonly logGroupArn: string };
  }[];
}

export const describeMachine = (arn: string) =>
  aws<Machine>("DescribeStateMachine", { stateMachineArn: arn });

export const listPlugins = async (): Promise<readonly PluginEntry[]> =>
  (await get<{ plugins: PluginEntry[] }>("plugins")).plugins;

export interface Alias {
  readonly stateMachineAliasArn: string;
}

export const listAliases = async (arn: string): Promise<readonly Alias[]> =>
  (
    await aws<{ stateMachineAliases: Alias[] }>("ListStateMachineAliases", {
      stateMachineArn: arn,
      maxResults: 1_000,
    })
  ).stateMachineAliases;

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export const listTags = async (arn: string): Promise<readonly Tag[]> =>
  (await aws<{ tags?: Tag[] }>("ListTagsForResource", { resourceArn: arn })).tags ?? [];

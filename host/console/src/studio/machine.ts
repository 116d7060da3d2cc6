// What a state machine has beside its definition, and saving both.
import { aws } from "../api/client";
import { type Route, shifted } from "../machines/routing";
import {
  ANY_ROLE,
  describeMachine,
  listAliases,
  listTags,
  type Machine,
  type MachineType,
  type Tag,
} from "./host";

/** What the Config mode edits. */
export interface Config {
  readonly name: string;
  readonly type: MachineType;
  readonly roleArn: string;
  readonly logLevel: string;
  readonly logData: boolean;
  readonly logGroup: string;
  readonly tracing: boolean;
  readonly tags: readonly Tag[];
}

export const NEW: Config = {
  name: "",
  type: "STANDARD",
  roleArn: ANY_ROLE,
  logLevel: "OFF",
  logData: false,
  logGroup: "",
  tracing: false,
  tags: [],
};

/** A definition to begin with. */
export const EMPTY = '{\n  "StartAt": "",\n  "States": {}\n}\n';

/** A state machine as it is saved. */
export interface Saved {
  readonly arn: string;
  readonly definition: string;
  readonly config: Config;
}

export async function load(arn: string): Promise<Saved> {
  const [machine, tags] = await Promise.all([describeMachine(arn), listTags(arn)]);
  return { arn, definition: machine.definition, config: configOf(machine, tags) };
}

function configOf(machine: Machine, tags: readonly Tag[]): Config {
  const logging = machine.loggingConfiguration;
  return {
    name: machine.name,
    type: machine.type,
    roleArn: machine.roleArn,
    logLevel: logging?.level ?? "OFF",
    logData: logging?.includeExecutionData ?? false,
    logGroup: logging?.destinations?.[0]?.cloudWatchLogsLogGroup.logGroupArn ?? "",
    tracing: machine.tracingConfiguration?.enabled ?? false,
    tags,
  };
}

/** What is done besides saving. */
export interface Publishing {
  readonly publish: boolean;
  readonly description: string;
  /** The alias that is to name the new version; empty for none. */
  readonly alias: string;
  /** What the new version gets of an alias that is there, in percent; what that named before keeps the rest. */
  readonly share: number;
}

/** Creates the state machine, or updates the one that there is. Answers what is saved then. */
export async function save(
  definition: string,
  config: Config,
  saved: Saved | undefined,
  publishing: Publishing,
): Promise<Saved> {
  const common = {
    definition,
    roleArn: config.roleArn,
    loggingConfiguration: {
      level: config.logLevel,
      includeExecutionData: config.logData,
      destinations:
        config.logGroup === ""
          ? []
          : [{ cloudWatchLogsLogGroup: { logGroupArn: config.logGroup } }],
    },
    tracingConfiguration: { enabled: config.tracing },
    ...(publishing.publish
      ? {
          publish: true,
          ...(publishing.description === "" ? {} : { versionDescription: publishing.description }),
        }
      : {}),
  };
  const tags = config.tags.filter(({ key }) => key !== "");
  const answer = saved
    ? await aws<Answer>("UpdateStateMachine", { stateMachineArn: saved.arn, ...common })
    : await aws<Answer>("CreateStateMachine", {
        name: config.name,
        type: config.type,
        tags,
        ...common,
      });
  const arn = saved?.arn ?? answer.stateMachineArn ?? "";
  if (saved) await retag(arn, saved.config.tags, tags);
  if (publishing.publish && publishing.alias !== "" && answer.stateMachineVersionArn) {
    await pointAlias(arn, publishing, answer.stateMachineVersionArn);
  }
  return { arn, definition, config: { ...config, tags } };
}

interface Answer {
  readonly stateMachineArn?: string;
  readonly stateMachineVersionArn?: string;
}

async function retag(arn: string, before: readonly Tag[], after: readonly Tag[]): Promise<void> {
  const gone = before
    .filter(({ key }) => !after.some((tag) => tag.key === key))
    .map(({ key }) => key);
  const fresh = after.filter(
    ({ key, value }) => !before.some((tag) => tag.key === key && tag.value === value),
  );
  if (gone.length > 0) await aws("UntagResource", { resourceArn: arn, tagKeys: gone });
  if (fresh.length > 0) await aws("TagResource", { resourceArn: arn, tags: fresh });
}

/** Has an alias name a new version, alone or beside the one that it named. It is created if it is not there. */
async function pointAlias(
  arn: string,
  { alias, share }: Publishing,
  version: string,
): Promise<void> {
  const stateMachineAliasArn = `${arn}:${alias}`;
  const known = (await listAliases(arn)).some(
    (one) => one.stateMachineAliasArn === stateMachineAliasArn,
  );
  if (!known) {
    const routingConfiguration = shifted([], version, 100);
    await aws("CreateStateMachineAlias", { name: alias, routingConfiguration });
    return;
  }
  const before = await aws<{ routingConfiguration: Route[] }>("DescribeStateMachineAlias", {
    stateMachineAliasArn,
  });
  const routingConfiguration = shifted(before.routingConfiguration, version, share);
  await aws("UpdateStateMachineAlias", { stateMachineAliasArn, routingConfiguration });
}

/** Whether two configurations are the same. */
export function sameConfig(a: Config, b: Config): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

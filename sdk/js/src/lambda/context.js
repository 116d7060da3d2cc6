// The context object and the environment that Lambda gives a function.

import { randomUUID } from "../globals/random.js";
import { process } from "../node/process.js";

/** Lambda's longest timeout in milliseconds (AWS Lambda quotas: 900 seconds), where the host has set none. */
const LONGEST = 900_000;
const VERSION = "$LATEST";

/** The function's ARN: the task's resource if it is one, or one made of the execution's. */
function functionArn(task, name) {
  if (/^arn:[^:]+:lambda:/.test(task.resource)) return task.resource;
  const [, partition, , region, account] = task.executionArn.split(":");
  return `arn:${partition || "aws"}:lambda:${region || "us-east-1"}:${account || "000000000000"}:function:${name}`;
}

/** The name in the function's ARN, or the one that the plugin was built with. */
function nameIn(task, built) {
  return /^arn:[^:]+:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(task.resource)?.[1] ?? built;
}

/** Set the variables that Lambda sets, where the manifest's `[environment]` has none of that name. */
export function setEnvironment(task, built, handler) {
  const name = nameIn(task, built);
  const [, , , region] = functionArn(task, name).split(":");
  const stream = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
  const lambda = {
    _HANDLER: handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x",
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: VERSION,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${stream}/[${VERSION}]${randomUUID().replaceAll("-", "")}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    LAMBDA_TASK_ROOT: "/var/task",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
  };
  for (const [key, value] of Object.entries(lambda)) process.env[key] ??= value;
}

/** `context`. Its request id is another one in each attempt, as a retry is another invocation to Lambda. */
export function contextOf(task) {
  const { env } = process;
  const name = env.AWS_LAMBDA_FUNCTION_NAME;
  const deadline = task.deadline ?? Date.now() + LONGEST;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn(task, name),
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: randomUUID(),
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    identity: undefined,
    clientContext: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// What a program does with the AWS SDK for JavaScript: versions, aliases, histories, workers, tokens, Express, single states.
// Usage: node javascript_story.mjs ENDPOINT
//
// Needs a host whose registry has the plugin `echo`. Prints a line for each step that held; fails at the first that did not.

import assert from "node:assert/strict";

import * as sfn from "@aws-sdk/client-sfn";

// Longer than anything takes on a busy machine, in milliseconds.
const PATIENCE = 120_000;
const ROLE = "arn:aws:iam::000000000000:role/clients";

const machine = (states, rest = {}) => JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...rest });
const result = (value) => machine({ Done: { Type: "Pass", Result: value, End: true } });

const client = new sfn.SFNClient({
  endpoint: process.argv[2],
  region: "us-east-1",
  credentials: { accessKeyId: "tests", secretAccessKey: "tests-of-some-length" },
  // The SDK would put `sync-` before the host name, which a loopback address does not have.
  disableHostPrefix: true,
  maxAttempts: 1,
});

function step(text) {
  console.log(`ok: ${text}`);
}

const call = (command, params) => client.send(new command(params), { abortSignal: AbortSignal.timeout(PATIENCE) });

async function until(what, look) {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`did not happen within ${PATIENCE} ms: ${what}`);
}

async function refused(exception, command, params) {
  await assert.rejects(call(command, params), (error) => {
    assert.ok(error instanceof exception, `${exception.name} expected: ${error}`);
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.ok(error.message);
    return true;
  });
}

async function items(paginate, key, params, pageSize) {
  const found = [];
  for await (const page of paginate({ client, pageSize }, params)) {
    assert.ok(page[key].length <= pageSize);
    found.push(...page[key]);
  }
  return found;
}

const create = (name, definition, rest = {}) =>
  call(sfn.CreateStateMachineCommand, { name, definition, roleArn: ROLE, ...rest });

async function run(stateMachineArn, params = {}) {
  const { executionArn } = await call(sfn.StartExecutionCommand, { stateMachineArn, ...params });
  return ended(executionArn);
}

const ended = (executionArn) =>
  until(`${executionArn} ends`, async () => {
    const described = await call(sfn.DescribeExecutionCommand, { executionArn });
    return described.status === "RUNNING" ? null : described;
  });

async function stateMachines() {
  const created = await create("javascript", result("first"));
  assert.match(created.stateMachineArn, /:stateMachine:javascript$/);
  assert.ok(created.creationDate instanceof Date);
  const again = await create("javascript", result("first"));
  assert.deepEqual([again.stateMachineArn, again.creationDate], [created.stateMachineArn, created.creationDate]);
  const described = await call(sfn.DescribeStateMachineCommand, { stateMachineArn: created.stateMachineArn });
  assert.deepEqual([described.name, described.type, described.definition], ["javascript", "STANDARD", result("first")]);
  step("create, create again, describe");

  await refused(sfn.StateMachineAlreadyExists, sfn.CreateStateMachineCommand, {
    name: "javascript",
    definition: result("other"),
    roleArn: ROLE,
  });
  await refused(sfn.InvalidName, sfn.CreateStateMachineCommand, { name: "a b", definition: result(1), roleArn: ROLE });
  await refused(sfn.InvalidDefinition, sfn.CreateStateMachineCommand, { name: "faulty", definition: "{}", roleArn: ROLE });
  await refused(sfn.StateMachineDoesNotExist, sfn.StartExecutionCommand, { stateMachineArn: `${created.stateMachineArn}-x` });
  step("create and start what cannot be");
  return created.stateMachineArn;
}

async function versionsAndAliases(stateMachineArn) {
  const first = await call(sfn.PublishStateMachineVersionCommand, { stateMachineArn, description: "the first" });
  const updated = await call(sfn.UpdateStateMachineCommand, {
    stateMachineArn,
    definition: result("second"),
    publish: true,
    versionDescription: "the second",
  });
  const versions = [updated.stateMachineVersionArn, first.stateMachineVersionArn];
  const listed = await call(sfn.ListStateMachineVersionsCommand, { stateMachineArn });
  assert.deepEqual(listed.stateMachineVersions.map((version) => version.stateMachineVersionArn), versions);
  step("publish versions, and list them");

  const route = (stateMachineVersionArn, weight) => ({ stateMachineVersionArn, weight });
  const { stateMachineAliasArn } = await call(sfn.CreateStateMachineAliasCommand, {
    name: "live",
    routingConfiguration: [route(versions[1], 100)],
  });
  assert.equal(stateMachineAliasArn, `${stateMachineArn}:live`);
  const [of, live] = [await run(versions[0]), await run(stateMachineAliasArn)];
  assert.deepEqual([of.output, of.stateMachineVersionArn], ['"second"', versions[0]]);
  assert.deepEqual([live.output, live.stateMachineAliasArn], ['"first"', stateMachineAliasArn]);
  step("run a version, and what an alias leads to");

  await call(sfn.UpdateStateMachineAliasCommand, {
    stateMachineAliasArn,
    routingConfiguration: [route(versions[1], 0), route(versions[0], 100)],
  });
  assert.equal((await run(stateMachineAliasArn)).output, '"second"');
  const described = await call(sfn.DescribeStateMachineAliasCommand, { stateMachineAliasArn });
  assert.deepEqual(described.routingConfiguration, [route(versions[1], 0), route(versions[0], 100)]);
  await refused(sfn.ConflictException, sfn.DeleteStateMachineVersionCommand, { stateMachineVersionArn: versions[0] });
  await call(sfn.DeleteStateMachineAliasCommand, { stateMachineAliasArn });
  await call(sfn.DeleteStateMachineVersionCommand, { stateMachineVersionArn: versions[0] });
  await refused(sfn.ResourceNotFound, sfn.DescribeStateMachineAliasCommand, { stateMachineAliasArn });
  step("move an alias, delete it and its version");
}

async function histories() {
  const each = {
    Type: "Map",
    ItemsPath: "$.items",
    ItemProcessor: { StartAt: "One", States: { One: { Type: "Pass", End: true } } },
    End: true,
  };
  const { stateMachineArn } = await create("javascript-each", machine({ Each: each }));
  const input = JSON.stringify({ items: [1, 2, 3], text: "grüße" });
  const described = await run(stateMachineArn, { name: "one", input });
  assert.deepEqual([described.status, described.output, described.input], ["SUCCEEDED", "[1,2,3]", input]);
  assert.ok(described.startDate <= described.stopDate);
  step("start, and poll until it ends");

  const { executionArn } = described;
  const { events } = await call(sfn.GetExecutionHistoryCommand, { executionArn });
  assert.deepEqual(events.map((event) => Number(event.id)), events.map((_, at) => at + 1));
  assert.deepEqual([events[0].type, events.at(-1).type], ["ExecutionStarted", "ExecutionSucceeded"]);
  assert.deepEqual(await items(sfn.paginateGetExecutionHistory, "events", { executionArn }, 4), events);
  const backwards = await items(sfn.paginateGetExecutionHistory, "events", { executionArn, reverseOrder: true }, 3);
  assert.deepEqual(backwards, [...events].reverse());
  step(`history of ${events.length} events: whole, in pages, backwards`);

  for (const name of ["two", "three"]) await run(stateMachineArn, { name, input });
  const listed = await items(sfn.paginateListExecutions, "executions", { stateMachineArn, statusFilter: "SUCCEEDED" }, 2);
  assert.deepEqual(listed.map((execution) => execution.name), ["three", "two", "one"]);
  await refused(sfn.InvalidToken, sfn.ListExecutionsCommand, { stateMachineArn, nextToken: "forged" });
  await refused(sfn.ExecutionAlreadyExists, sfn.StartExecutionCommand, { stateMachineArn, name: "one", input: "{}" });
  step("list executions in pages");
}

async function callers() {
  const { activityArn } = await call(sfn.CreateActivityCommand, { name: "javascript-work" });
  const definition = machine({
    Work: { Type: "Task", Resource: activityArn, HeartbeatSeconds: 600, ResultPath: "$.work", Next: "Ask" },
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: { FunctionName: "echo", Payload: { "token.$": "$$.Task.Token" } },
      Catch: [{ ErrorEquals: ["Shop.Refused"], ResultPath: "$.error", Next: "Refused" }],
      End: true,
    },
    Refused: { Type: "Pass", End: true },
  });
  const { stateMachineArn } = await create("javascript-callers", definition);
  const { executionArn } = await call(sfn.StartExecutionCommand, { stateMachineArn, input: '{"order":7}' });
  const task = await call(sfn.GetActivityTaskCommand, { activityArn, workerName: "javascript" });
  assert.equal(task.input, '{"order":7}');
  await call(sfn.SendTaskHeartbeatCommand, { taskToken: task.taskToken });
  await call(sfn.SendTaskSuccessCommand, { taskToken: task.taskToken, output: '{"done":true}' });
  await refused(sfn.TaskTimedOut, sfn.SendTaskSuccessCommand, { taskToken: task.taskToken, output: "1" });
  await refused(sfn.InvalidToken, sfn.SendTaskHeartbeatCommand, { taskToken: "NoSuchTaskToken" });
  step("work as an activity's worker");

  const submitted = await until("the token is handed on", async () => {
    const { events } = await call(sfn.GetExecutionHistoryCommand, { executionArn });
    return events.find((event) => event.type === "TaskSubmitted");
  });
  const { token } = JSON.parse(submitted.taskSubmittedEventDetails.output).Payload;
  await call(sfn.SendTaskFailureCommand, { taskToken: token, error: "Shop.Refused", cause: "no more of it" });
  const wanted = { order: 7, work: { done: true }, error: { Error: "Shop.Refused", Cause: "no more of it" } };
  assert.deepEqual(JSON.parse((await ended(executionArn)).output), wanted);
  step("return a task's token");

  await call(sfn.DeleteActivityCommand, { activityArn });
  await refused(sfn.ActivityDoesNotExist, sfn.GetActivityTaskCommand, { activityArn });
  step("delete an activity");
}

async function redrive() {
  const { activityArn } = await call(sfn.CreateActivityCommand, { name: "javascript-again" });
  const definition = machine({
    Before: { Type: "Pass", Next: "Work" },
    Work: { Type: "Task", Resource: activityArn, End: true },
  });
  const { stateMachineArn } = await create("javascript-again", definition);
  const { executionArn } = await call(sfn.StartExecutionCommand, { stateMachineArn, input: '{"order":7}' });
  const first = await call(sfn.GetActivityTaskCommand, { activityArn });
  await call(sfn.SendTaskFailureCommand, { taskToken: first.taskToken, error: "Shop.Closed" });
  const failed = await ended(executionArn);
  assert.deepEqual([failed.status, failed.error, failed.redriveStatus], ["FAILED", "Shop.Closed", "REDRIVABLE"]);
  const { redriveDate } = await call(sfn.RedriveExecutionCommand, { executionArn });
  const second = await call(sfn.GetActivityTaskCommand, { activityArn });
  assert.equal(second.input, '{"order":7}');
  await call(sfn.SendTaskSuccessCommand, { taskToken: second.taskToken, output: '"done"' });
  const done = await ended(executionArn);
  assert.deepEqual([done.status, done.output, done.redriveCount, done.redriveDate], ["SUCCEEDED", '"done"', 1, redriveDate]);
  const { events } = await call(sfn.GetExecutionHistoryCommand, { executionArn });
  const entered = events.filter((event) => event.stateEnteredEventDetails?.name === "Before");
  assert.ok(entered.length === 1 && events.some((event) => event.type === "ExecutionRedriven"));
  await refused(sfn.ExecutionNotRedrivable, sfn.RedriveExecutionCommand, { executionArn });
  step("redrive an execution that failed");
}

async function express() {
  const definition = machine({ Echo: { Type: "Task", Resource: "plugin:echo", End: true } });
  const { stateMachineArn } = await create("javascript-express", definition, { type: "EXPRESS" });
  const answer = await call(sfn.StartSyncExecutionCommand, { stateMachineArn, name: "sync", input: '{"a":1}' });
  assert.deepEqual([answer.status, answer.output], ["SUCCEEDED", '{"a":1}']);
  assert.ok(answer.billingDetails.billedDurationInMilliseconds > 0);
  await refused(sfn.StateMachineTypeNotSupported, sfn.ListExecutionsCommand, { stateMachineArn });
  step("run an Express execution synchronously");
}

async function statesAlone() {
  const state = { Type: "Task", Resource: "plugin:echo", ResultPath: "$.echo", Next: "Elsewhere" };
  const params = { definition: JSON.stringify(state), roleArn: ROLE, input: '{"a":1}', inspectionLevel: "DEBUG" };
  const tested = await call(sfn.TestStateCommand, params);
  assert.deepEqual([tested.status, tested.nextState, tested.output], ["SUCCEEDED", "Elsewhere", '{"a":1,"echo":{"a":1}}']);
  assert.equal(tested.inspectionData.result, '{"a":1}');
  const retried = await call(sfn.TestStateCommand, {
    definition: JSON.stringify({ ...state, Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 2 }] }),
    mock: { errorOutput: { error: "Busy", cause: "so it is" } },
  });
  assert.deepEqual([retried.status, retried.error, retried.cause], ["RETRIABLE", "Busy", "so it is"]);
  await refused(sfn.ValidationException, sfn.TestStateCommand, { definition: JSON.stringify(state) });
  step("test a state with its plugin, and with a mock");
}

async function tagsAndDeletion(stateMachineArn) {
  await call(sfn.TagResourceCommand, { resourceArn: stateMachineArn, tags: [{ key: "team", value: "shop" }] });
  const { tags } = await call(sfn.ListTagsForResourceCommand, { resourceArn: stateMachineArn });
  assert.deepEqual(tags, [{ key: "team", value: "shop" }]);
  const names = await items(sfn.paginateListStateMachines, "stateMachines", {}, 1);
  assert.ok(names.some((listed) => listed.stateMachineArn === stateMachineArn));
  await call(sfn.DeleteStateMachineCommand, { stateMachineArn });
  await refused(sfn.StateMachineDoesNotExist, sfn.DescribeStateMachineCommand, { stateMachineArn });
  step("tag, list, delete");
}

const first = await stateMachines();
await versionsAndAliases(first);
await histories();
await callers();
await redrive();
await express();
await statesAlone();
await tagsAndDeletion(first);
client.destroy();

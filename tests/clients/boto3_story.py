"""What a program does with boto3: state machines, executions, histories, tags, errors. Usage: boto3_story.py ENDPOINT

Needs a host whose registry has the plugin `echo`. Prints a line for each step that held; fails at the first that did not.
"""

import datetime
import json
import sys
import time

import boto3
from botocore.config import Config

# Longer than anything takes on a busy machine.
PATIENCE = 120
ROLE = "arn:aws:iam::000000000000:role/clients"

ECHO = {
    "StartAt": "Echo",
    "States": {
        "Echo": {"Type": "Task", "Resource": "plugin:echo", "ResultPath": "$.echo", "Next": "Each"},
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}},
            "End": True,
        },
    },
}
SLEEP = {"StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 3600, "End": True}}}
FAULTY = {"StartAt": "Nowhere", "States": {"Pause": {"Type": "Wait", "Next": "Missing"}}}


def step(text):
    print(f"ok: {text}", flush=True)


def until(what, look):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"did not happen within {PATIENCE} s: {what}")


def refused(exception, call, **params):
    try:
        answer = call(**params)
    except exception as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error.response
        assert error.response["Error"]["Message"], error.response
        return error
    raise AssertionError(f"{exception.__name__} expected: {answer}")


def pages(client, action, key, **params):
    return [item for page in client.get_paginator(action).paginate(**params) for item in page[key]]


def state_machines(client):
    created = client.create_state_machine(name="boto3", definition=json.dumps(ECHO), roleArn=ROLE)
    arn = created["stateMachineArn"]
    assert arn.endswith(":stateMachine:boto3"), arn
    assert isinstance(created["creationDate"], datetime.datetime), created
    again = client.create_state_machine(name="boto3", definition=json.dumps(ECHO), roleArn=ROLE)
    assert again["stateMachineArn"] == arn and again["creationDate"] == created["creationDate"]
    step("create, and create again")

    described = client.describe_state_machine(stateMachineArn=arn)
    assert json.loads(described["definition"]) == ECHO
    assert (described["status"], described["type"], described["roleArn"]) == ("ACTIVE", "STANDARD", ROLE)
    step("describe")

    other = json.dumps(SLEEP)
    refused(client.exceptions.StateMachineAlreadyExists, client.create_state_machine, name="boto3", definition=other, roleArn=ROLE)
    refused(client.exceptions.InvalidName, client.create_state_machine, name="a b", definition=other, roleArn=ROLE)
    error = refused(
        client.exceptions.InvalidDefinition,
        client.create_state_machine,
        name="faulty",
        definition=json.dumps(FAULTY),
        roleArn=ROLE,
    )
    message = error.response["Error"]["Message"]
    assert "/StartAt" in message and "/States/Pause/Next" in message, message
    step("create what cannot be")

    verdict = client.validate_state_machine_definition(definition=json.dumps(FAULTY))
    assert verdict["result"] == "FAIL" and len(verdict["diagnostics"]) >= 2, verdict
    verdict = client.validate_state_machine_definition(definition=json.dumps(ECHO))
    assert (verdict["result"], verdict["diagnostics"]) == ("OK", []), verdict
    step("validate")
    return arn


def executions(client, machine):
    work = {"items": [1, 2, 3], "text": "grüße"}
    started = client.start_execution(stateMachineArn=machine, name="first", input=json.dumps(work))
    execution = started["executionArn"]
    described = until("the execution ends", lambda: ended(client, execution))
    assert described["status"] == "SUCCEEDED", described
    assert json.loads(described["output"]) == [1, 2, 3], described
    assert json.loads(described["input"]) == work, described
    assert started["startDate"] == described["startDate"] <= described["stopDate"], described
    step("start, and poll until it ends")

    whole = client.get_execution_history(executionArn=execution)["events"]
    paged = pages(client, "get_execution_history", "events", executionArn=execution, PaginationConfig={"PageSize": 4})
    assert paged == whole and len(whole) > 8, whole
    assert [event["id"] for event in whole] == list(range(1, len(whole) + 1)), whole
    assert all(event["previousEventId"] < event["id"] for event in whole), whole
    assert (whole[0]["type"], whole[-1]["type"]) == ("ExecutionStarted", "ExecutionSucceeded"), whole
    backwards = pages(
        client,
        "get_execution_history",
        "events",
        executionArn=execution,
        reverseOrder=True,
        PaginationConfig={"PageSize": 3},
    )
    assert backwards == whole[::-1], backwards
    bare = client.get_execution_history(executionArn=execution, includeExecutionData=False)["events"]
    assert "input" not in bare[0]["executionStartedEventDetails"], bare[0]
    step(f"history of {len(whole)} events: whole, in pages, backwards, without data")

    of = client.describe_state_machine_for_execution(executionArn=execution)
    assert of["stateMachineArn"] == machine and json.loads(of["definition"]) == ECHO, of
    step("describe the state machine of an execution")

    refused(client.exceptions.ExecutionAlreadyExists, client.start_execution, stateMachineArn=machine, name="first", input="{}")
    refused(client.exceptions.StateMachineDoesNotExist, client.start_execution, stateMachineArn=machine + "-x")
    refused(client.exceptions.InvalidArn, client.start_execution, stateMachineArn=execution)
    refused(client.exceptions.InvalidExecutionInput, client.start_execution, stateMachineArn=machine, input="{")
    refused(client.exceptions.InvalidName, client.start_execution, stateMachineArn=machine, name="a/b")
    refused(client.exceptions.ExecutionDoesNotExist, client.describe_execution, executionArn=execution + "-x")
    refused(client.exceptions.InvalidToken, client.list_executions, stateMachineArn=machine, nextToken="forged")
    refused(client.exceptions.ValidationException, client.list_executions, stateMachineArn=machine, maxResults=1001)
    step("start, describe and list what cannot be")


def ended(client, execution):
    described = client.describe_execution(executionArn=execution)
    return described if described["status"] != "RUNNING" else None


def stopping(client):
    machine = client.create_state_machine(name="boto3-sleep", definition=json.dumps(SLEEP), roleArn=ROLE)["stateMachineArn"]
    arns = [client.start_execution(stateMachineArn=machine, name=f"sleep-{n}")["executionArn"] for n in range(7)]
    # The same name and input while it runs is the same execution.
    again = client.start_execution(stateMachineArn=machine, name="sleep-0")
    assert again["executionArn"] == arns[0], again
    for arn in arns[:3]:
        stopped = client.stop_execution(executionArn=arn, error="Enough", cause="it slept long enough")
        assert isinstance(stopped["stopDate"], datetime.datetime), stopped
        described = client.describe_execution(executionArn=arn)
        assert (described["status"], described["error"]) == ("ABORTED", "Enough"), described
        last = client.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)["events"][0]
        assert last["type"] == "ExecutionAborted", last
        assert last["executionAbortedEventDetails"] == {"error": "Enough", "cause": "it slept long enough"}, last
    step("stop an execution that waits")

    everything = pages(client, "list_executions", "executions", stateMachineArn=machine, PaginationConfig={"PageSize": 2})
    assert [item["executionArn"] for item in everything] == arns[::-1], everything
    for status, expected in [("RUNNING", arns[3:]), ("ABORTED", arns[:3]), ("SUCCEEDED", [])]:
        listed = pages(
            client,
            "list_executions",
            "executions",
            stateMachineArn=machine,
            statusFilter=status,
            PaginationConfig={"PageSize": 2},
        )
        assert [item["executionArn"] for item in listed] == expected[::-1], (status, listed)
        assert all(item["status"] == status for item in listed), listed
    step("list executions: all, and by status, in pages")
    return machine


def tags(client, machine):
    client.tag_resource(resourceArn=machine, tags=[{"key": "team", "value": "shop"}, {"key": "stage", "value": "test"}])
    client.tag_resource(resourceArn=machine, tags=[{"key": "stage", "value": "live"}])
    client.untag_resource(resourceArn=machine, tagKeys=["team", "absent"])
    assert client.list_tags_for_resource(resourceArn=machine)["tags"] == [{"key": "stage", "value": "live"}]
    refused(client.exceptions.ResourceNotFound, client.list_tags_for_resource, resourceArn=machine + "-x")
    step("tag, untag, list tags")


def update_and_delete(client, machine, sleeping):
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "Result": "updated", "End": True}}}
    updated = client.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))
    described = client.describe_state_machine(stateMachineArn=machine)
    assert described["revisionId"] == updated["revisionId"], described
    execution = client.start_execution(stateMachineArn=machine, name="second")["executionArn"]
    described = until("the execution ends", lambda: ended(client, execution))
    assert described["output"] == '"updated"', described
    refused(client.exceptions.MissingRequiredParameter, client.update_state_machine, stateMachineArn=machine)
    step("update, and run what is new")

    names = [item["name"] for item in pages(client, "list_state_machines", "stateMachines", PaginationConfig={"PageSize": 1})]
    assert {"boto3", "boto3-sleep"} <= set(names) and len(names) == len(set(names)), names
    for arn in (machine, sleeping):
        client.delete_state_machine(stateMachineArn=arn)
        refused(client.exceptions.StateMachineDoesNotExist, client.describe_state_machine, stateMachineArn=arn)
    # Deleting what is gone is no error.
    client.delete_state_machine(stateMachineArn=machine)
    names = [item["name"] for item in pages(client, "list_state_machines", "stateMachines")]
    assert not {"boto3", "boto3-sleep"} & set(names), names
    step("list state machines in pages, delete")


def versions_and_aliases(client):
    def result(value):
        return json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "Result": value, "End": True}}})

    def run(arn):
        execution = client.start_execution(stateMachineArn=arn)["executionArn"]
        return until("the execution ends", lambda: ended(client, execution))

    params = {"name": "boto3-versions", "definition": result("first"), "roleArn": ROLE}
    created = client.create_state_machine(**params, publish=True, versionDescription="the first")
    machine, first = created["stateMachineArn"], created["stateMachineVersionArn"]
    assert first == f"{machine}:1", created
    client.update_state_machine(stateMachineArn=machine, definition=result("second"))
    second = client.publish_state_machine_version(stateMachineArn=machine, description="the second")["stateMachineVersionArn"]
    listed = client.list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in listed] == [second, first], listed
    described = client.describe_state_machine(stateMachineArn=first)
    assert (described["description"], described["definition"]) == ("the first", result("first")), described
    ran = run(first)
    assert (ran["output"], ran["stateMachineVersionArn"]) == ('"first"', first), ran
    step("publish, list, describe and run versions")

    def routes(*weights):
        return [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in zip((first, second), weights)]

    alias = client.create_state_machine_alias(name="live", routingConfiguration=routes(100))["stateMachineAliasArn"]
    ran = run(alias)
    assert (ran["output"], ran["stateMachineAliasArn"]) == ('"first"', alias), ran
    client.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=routes(0, 100))
    assert run(alias)["output"] == '"second"'
    described = client.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert (described["name"], described["routingConfiguration"]) == ("live", routes(0, 100)), described
    listed = client.list_state_machine_aliases(stateMachineArn=machine)["stateMachineAliases"]
    assert [item["stateMachineAliasArn"] for item in listed] == [alias], listed
    listed = client.list_executions(stateMachineArn=alias)["executions"]
    assert [item["stateMachineVersionArn"] for item in listed] == [second, first], listed
    step("create, run, update, describe and list an alias")

    refused(client.exceptions.ConflictException, client.delete_state_machine_version, stateMachineVersionArn=second)
    refused(client.exceptions.ValidationException, client.create_state_machine_alias, name="off", routingConfiguration=routes(99))
    client.delete_state_machine_alias(stateMachineAliasArn=alias)
    client.delete_state_machine_version(stateMachineVersionArn=second)
    refused(client.exceptions.ResourceNotFound, client.describe_state_machine_alias, stateMachineAliasArn=alias)
    refused(client.exceptions.StateMachineDoesNotExist, client.describe_state_machine, stateMachineArn=second)
    client.delete_state_machine(stateMachineArn=machine)
    step("delete an alias and its version")


def express(client):
    machine = client.create_state_machine(name="boto3-express", definition=json.dumps(ECHO), roleArn=ROLE, type="EXPRESS")
    arn = machine["stateMachineArn"]
    answer = client.start_sync_execution(stateMachineArn=arn, name="sync", input=json.dumps({"items": ["a"]}))
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", ["a"]), answer
    assert answer["billingDetails"]["billedDurationInMilliseconds"] > 0, answer
    failed = client.start_sync_execution(stateMachineArn=arn, input="{}")
    assert (failed["status"], failed["error"]) == ("FAILED", "States.Runtime"), failed
    refused(client.exceptions.StateMachineTypeNotSupported, client.list_executions, stateMachineArn=arn)
    client.delete_state_machine(stateMachineArn=arn)
    step("run an Express execution synchronously")


def callers(client):
    activity = client.create_activity(name="boto3-work", tags=[{"key": "team", "value": "shop"}])["activityArn"]
    assert activity.endswith(":activity:boto3-work"), activity
    described = client.describe_activity(activityArn=activity)
    assert (described["name"], described["activityArn"]) == ("boto3-work", activity), described
    listed = pages(client, "list_activities", "activities", PaginationConfig={"PageSize": 1})
    assert activity in [item["activityArn"] for item in listed], listed
    assert client.list_tags_for_resource(resourceArn=activity)["tags"] == [{"key": "team", "value": "shop"}]
    step("create, describe, list an activity, and its tags")

    definition = {
        "StartAt": "Work",
        "States": {
            "Work": {"Type": "Task", "Resource": activity, "HeartbeatSeconds": 600, "ResultPath": "$.work", "Next": "Ask"},
            "Ask": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {"FunctionName": "echo", "Payload": {"token.$": "$$.Task.Token"}},
                "Catch": [{"ErrorEquals": ["Shop.Refused"], "ResultPath": "$.error", "Next": "Refused"}],
                "End": True,
            },
            "Refused": {"Type": "Pass", "End": True},
        },
    }
    machine = client.create_state_machine(name="boto3-callers", definition=json.dumps(definition), roleArn=ROLE)
    machine = machine["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine, input='{"order":7}')["executionArn"]
    task = client.get_activity_task(activityArn=activity, workerName="boto3")
    assert json.loads(task["input"]) == {"order": 7}, task
    client.send_task_heartbeat(taskToken=task["taskToken"])
    client.send_task_success(taskToken=task["taskToken"], output='{"done":true}')
    refused(client.exceptions.TaskTimedOut, client.send_task_success, taskToken=task["taskToken"], output="1")
    refused(client.exceptions.InvalidToken, client.send_task_heartbeat, taskToken="NoSuchTaskToken")
    step("work as an activity's worker")

    def submitted():
        events = client.get_execution_history(executionArn=execution)["events"]
        return next((event for event in events if event["type"] == "TaskSubmitted"), None)

    event = until("the token is handed on", submitted)
    token = json.loads(event["taskSubmittedEventDetails"]["output"])["Payload"]["token"]
    client.send_task_failure(taskToken=token, error="Shop.Refused", cause="no more of it")
    described = until("the execution ends", lambda: ended(client, execution))
    wanted = {"order": 7, "work": {"done": True}, "error": {"Error": "Shop.Refused", "Cause": "no more of it"}}
    assert json.loads(described["output"]) == wanted, described
    step("return a task's token")

    client.delete_state_machine(stateMachineArn=machine)
    client.delete_activity(activityArn=activity)
    refused(client.exceptions.ActivityDoesNotExist, client.get_activity_task, activityArn=activity)
    step("delete an activity")


def redrive(client):
    activity = client.create_activity(name="boto3-again")["activityArn"]
    states = {"Before": {"Type": "Pass", "Next": "Work"}, "Work": {"Type": "Task", "Resource": activity, "End": True}}
    definition = json.dumps({"StartAt": "Before", "States": states})
    machine = client.create_state_machine(name="boto3-again", definition=definition, roleArn=ROLE)["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine, input='{"order":7}')["executionArn"]
    task = client.get_activity_task(activityArn=activity)
    client.send_task_failure(taskToken=task["taskToken"], error="Shop.Closed")
    failed = until("the execution fails", lambda: ended(client, execution))
    assert (failed["status"], failed["redriveStatus"], failed["redriveCount"]) == ("FAILED", "REDRIVABLE", 0), failed
    redriven = client.redrive_execution(executionArn=execution)["redriveDate"]
    task = client.get_activity_task(activityArn=activity)
    client.send_task_success(taskToken=task["taskToken"], output=task["input"])
    done = until("the execution ends", lambda: ended(client, execution))
    assert (done["status"], done["redriveCount"], done["redriveDate"]) == ("SUCCEEDED", 1, redriven), done
    listed = client.list_executions(stateMachineArn=machine, redriveFilter="REDRIVEN")["executions"]
    assert [item["executionArn"] for item in listed] == [execution], listed
    events = client.get_execution_history(executionArn=execution)["events"]
    entered = [event["stateEnteredEventDetails"]["name"] for event in events if event["type"].endswith("StateEntered")]
    assert entered == ["Before", "Work"] and "ExecutionRedriven" in [event["type"] for event in events], events
    refused(client.exceptions.ExecutionNotRedrivable, client.redrive_execution, executionArn=execution)
    step("redrive an execution that failed")


def states_alone(client):
    state = {"Type": "Task", "Resource": "plugin:echo", "ResultPath": "$.echo", "Next": "Elsewhere"}
    tested = client.test_state(definition=json.dumps(state), roleArn=ROLE, input='{"a":1}', inspectionLevel="DEBUG")
    assert (tested["status"], tested["nextState"]) == ("SUCCEEDED", "Elsewhere"), tested
    assert json.loads(tested["output"]) == {"a": 1, "echo": {"a": 1}}, tested
    assert json.loads(tested["inspectionData"]["result"]) == {"a": 1}, tested
    step("test a state with its plugin")

    state["Retry"] = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}]
    mock = {"errorOutput": {"error": "Busy", "cause": "so it is"}}
    again = client.test_state(
        definition=json.dumps({"StartAt": "Echo", "States": {"Echo": state, "Elsewhere": {"Type": "Succeed"}}}),
        stateName="Echo",
        mock=mock,
        stateConfiguration={"retrierRetryCount": 1},
        inspectionLevel="TRACE",
    )
    assert (again["status"], again["error"], again["cause"]) == ("RETRIABLE", "Busy", "so it is"), again
    assert again["inspectionData"]["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 4}, again
    refused(client.exceptions.ValidationException, client.test_state, definition=json.dumps(state))
    step("test a state with a mock")


def main():
    # botocore would put `sync-` before the host name, which a loopback address does not have.
    config = Config(inject_host_prefix=False, retries={"max_attempts": 0}, proxies={})
    client = boto3.client("stepfunctions", endpoint_url=sys.argv[1], config=config)
    machine = state_machines(client)
    executions(client, machine)
    sleeping = stopping(client)
    tags(client, machine)
    update_and_delete(client, machine, sleeping)
    versions_and_aliases(client)
    callers(client)
    redrive(client)
    express(client)
    states_alone(client)


main()

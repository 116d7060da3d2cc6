"""What a person does with the AWS CLI, in short. Usage: aws_cli_story.py ENDPOINT

Needs the CLI beside this interpreter, and a host whose registry has the plugin `echo`. Prints a line for each command that
did what it should; fails at the first that did not.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Longer than anything takes on a busy machine.
PATIENCE = 120
ROLE = "arn:aws:iam::000000000000:role/clients"
ECHO = {"StartAt": "Echo", "States": {"Echo": {"Type": "Task", "Resource": "plugin:echo", "End": True}}}
SLEEP = {"StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 3600, "End": True}}}
ASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters": {"FunctionName": "echo", "Payload": {"token.$": "$$.Task.Token"}},
    "End": True,
}
# The CLI would put `sync-` before the host name, which a loopback address does not have.
ENVIRONMENT = {**os.environ, "AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}


def run(action, *arguments):
    # The module and not the script `aws`, whose first line would not survive a move of the environment.
    command = [sys.executable, "-m", "awscli", "stepfunctions", action, *arguments]
    command += ["--endpoint-url", sys.argv[1], "--output", "json"]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        env=ENVIRONMENT,
        check=False,
    )


def aws(action, *arguments):
    ran = run(action, *arguments)
    assert ran.returncode == 0, f"aws stepfunctions {action}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
    print(f"ok: aws stepfunctions {action}", flush=True)
    return json.loads(ran.stdout) if ran.stdout.strip() else None


def refused(code, action, *arguments):
    ran = run(action, *arguments)
    assert ran.returncode != 0 and f"({code})" in ran.stderr, f"{code} expected: {ran.returncode}\n{ran.stdout}{ran.stderr}"
    print(f"ok: aws stepfunctions {action}: {code}", flush=True)


def until(what, look):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"did not happen within {PATIENCE} s: {what}")


def wait_until_ended(execution):
    def ended():
        described = aws("describe-execution", "--execution-arn", execution)
        return described if described["status"] != "RUNNING" else None

    return until(f"{execution} ends", ended)


def create(name, definition, *arguments):
    arguments = ["--name", name, "--role-arn", ROLE, "--definition", json.dumps(definition), *arguments]
    return aws("create-state-machine", *arguments)["stateMachineArn"]


def callers():
    activity = aws("create-activity", "--name", "cli-work")["activityArn"]
    work = {"Type": "Task", "Resource": activity, "Next": "Ask"}
    machine = create("cli-callers", {"StartAt": "Work", "States": {"Work": work, "Ask": ASK}})
    execution = aws("start-execution", "--state-machine-arn", machine, "--input", '{"order":7}')["executionArn"]
    task = aws("get-activity-task", "--activity-arn", activity, "--worker-name", "cli")
    assert json.loads(task["input"]) == {"order": 7}, task
    aws("send-task-heartbeat", "--task-token", task["taskToken"])
    aws("send-task-success", "--task-token", task["taskToken"], "--task-output", '{"done":true}')
    refused("TaskTimedOut", "send-task-success", "--task-token", task["taskToken"], "--task-output", "1")

    def submitted():
        events = aws("get-execution-history", "--execution-arn", execution)["events"]
        return next((event for event in events if event["type"] == "TaskSubmitted"), None)

    event = until("the token is handed on", submitted)
    token = json.loads(event["taskSubmittedEventDetails"]["output"])["Payload"]["token"]
    aws("send-task-failure", "--task-token", token, "--error", "Shop.Refused", "--cause", "no more of it")
    described = wait_until_ended(execution)
    told = (described["status"], described["error"], described["cause"])
    assert told == ("FAILED", "Shop.Refused", "no more of it"), described
    aws("delete-activity", "--activity-arn", activity)


def express():
    machine = create("cli-express", ECHO, "--type", "EXPRESS")
    answer = aws("start-sync-execution", "--state-machine-arn", machine, "--input", '{"a":1}')
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"a": 1}), answer


def states_alone():
    state = {**ECHO["States"]["Echo"], "ResultPath": "$.echo"}
    tested = aws("test-state", "--definition", json.dumps(state), "--role-arn", ROLE, "--input", '{"a":1}')
    assert (tested["status"], json.loads(tested["output"])) == ("SUCCEEDED", {"a": 1, "echo": {"a": 1}}), tested
    mock = json.dumps({"result": '"mocked"'})
    tested = aws("test-state", "--definition", json.dumps(state), "--input", "{}", "--mock", mock)
    assert json.loads(tested["output"]) == {"echo": "mocked"}, tested
    refused("ValidationException", "test-state", "--definition", json.dumps(state))


def main():
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sleep.asl.json")
        file.write_text(json.dumps(SLEEP), encoding="utf-8")
        arguments = ["--name", "cli-sleep", "--role-arn", ROLE, "--definition", f"file://{file}"]
        sleeping = aws("create-state-machine", *arguments)["stateMachineArn"]
    machine = create("cli", ECHO)
    assert aws("describe-state-machine", "--state-machine-arn", machine)["name"] == "cli"
    listed = aws("list-state-machines", "--page-size", "1")["stateMachines"]
    assert {"cli", "cli-sleep"} <= {item["name"] for item in listed}, listed

    started = aws("start-execution", "--state-machine-arn", machine, "--name", "one", "--input", '{"n": 1}')
    execution = started["executionArn"]
    described = wait_until_ended(execution)
    assert (described["status"], json.loads(described["output"])) == ("SUCCEEDED", {"n": 1}), described
    events = aws("get-execution-history", "--execution-arn", execution, "--page-size", "2")["events"]
    assert [event["id"] for event in events] == list(range(1, 8)), events
    assert events[-1]["type"] == "ExecutionSucceeded", events

    waiting = aws("start-execution", "--state-machine-arn", sleeping)["executionArn"]
    aws("stop-execution", "--execution-arn", waiting, "--error", "Enough", "--cause", "tired of it")
    described = wait_until_ended(waiting)
    assert (described["status"], described["cause"]) == ("ABORTED", "tired of it"), described
    listed = aws("list-executions", "--state-machine-arn", sleeping, "--status-filter", "ABORTED")["executions"]
    assert [item["executionArn"] for item in listed] == [waiting], listed

    aws("redrive-execution", "--execution-arn", waiting)
    described = aws("describe-execution", "--execution-arn", waiting)
    assert (described["status"], described["redriveCount"]) == ("RUNNING", 1), described
    aws("stop-execution", "--execution-arn", waiting)
    refused("ExecutionNotRedrivable", "redrive-execution", "--execution-arn", execution)

    aws("tag-resource", "--resource-arn", machine, "--tags", "key=team,value=shop")
    tags = aws("list-tags-for-resource", "--resource-arn", machine)["tags"]
    assert tags == [{"key": "team", "value": "shop"}], tags
    verdict = aws("validate-state-machine-definition", "--definition", "{}")
    assert verdict["result"] == "FAIL", verdict
    assert "updateDate" in aws("update-state-machine", "--state-machine-arn", machine, "--definition", json.dumps(SLEEP))

    published = aws("publish-state-machine-version", "--state-machine-arn", machine, "--description", "sleeps")
    version = published["stateMachineVersionArn"]
    listed = aws("list-state-machine-versions", "--state-machine-arn", machine)["stateMachineVersions"]
    assert [item["stateMachineVersionArn"] for item in listed] == [version], listed
    routes = f"stateMachineVersionArn={version},weight=100"
    created = aws("create-state-machine-alias", "--name", "live", "--routing-configuration", routes)
    alias = created["stateMachineAliasArn"]
    started = aws("start-execution", "--state-machine-arn", alias)["executionArn"]
    described = aws("describe-execution", "--execution-arn", started)
    assert (described["stateMachineVersionArn"], described["stateMachineAliasArn"]) == (version, alias), described
    aws("stop-execution", "--execution-arn", started)
    refused("ConflictException", "delete-state-machine-version", "--state-machine-version-arn", version)
    aws("delete-state-machine-alias", "--state-machine-alias-arn", alias)
    aws("delete-state-machine-version", "--state-machine-version-arn", version)

    refused("ExecutionAlreadyExists", "start-execution", "--state-machine-arn", machine, "--name", "one")
    refused("InvalidName", "start-execution", "--state-machine-arn", machine, "--name", "a b")
    for arn in (machine, sleeping):
        aws("delete-state-machine", "--state-machine-arn", arn)
    refused("StateMachineDoesNotExist", "describe-state-machine", "--state-machine-arn", machine)
    callers()
    express()
    states_alone()


main()

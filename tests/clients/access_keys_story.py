"""What boto3 sees of a host that wants to know who asks. Usage: access_keys_story.py ENDPOINT

Needs a host with the access keys ADMIN, RUNNER and READER of these roles, each with the secret SECRET. Prints a line for each
step that held; fails at the first that did not.
"""

import datetime
import json
import sys

import boto3
import botocore.auth
from botocore.config import Config
from botocore.exceptions import ClientError

SECRET = "a-secret/of+the.tests=and-of-nobody-else"
ROLE = "arn:aws:iam::000000000000:role/clients"
PASS = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})


def step(text):
    print(f"ok: {text}", flush=True)


def client(key, secret=SECRET, region="us-east-1", token=None):
    config = Config(inject_host_prefix=False, retries={"max_attempts": 0}, proxies={})
    return boto3.client(
        "stepfunctions",
        endpoint_url=sys.argv[1],
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=config,
    )


def refused(code, call, **params):
    try:
        answer = call(**params)
    except ClientError as error:
        said = error.response["Error"]
        assert said["Code"] == code, error
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error.response
        assert SECRET not in str(error.response), error.response
        return said["Message"]
    raise AssertionError(f"{code} expected: {answer}")


def main():
    admin, runner, reader = client("ADMIN"), client("RUNNER"), client("READER")
    machine = admin.create_state_machine(name="signed", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    step("an admin creates")
    refused("AccessDeniedException", runner.create_state_machine, name="other", definition=PASS, roleArn=ROLE)
    execution = runner.start_execution(stateMachineArn=machine, input='{"ü": "ü"}')["executionArn"]
    step("a runner starts, and does not create")
    assert reader.describe_execution(executionArn=execution)["stateMachineArn"] == machine
    assert [one["name"] for one in reader.list_state_machines()["stateMachines"]] == ["signed"]
    said = refused("AccessDeniedException", reader.start_execution, stateMachineArn=machine)
    user = "User: arn:aws:iam::000000000000:user/READER"
    assert said.startswith(f"{user} is not authorized to perform: states:StartExecution on resource: {machine} because "), said
    step("a reader looks, and does not start")

    said = refused("InvalidSignatureException", client("ADMIN", "another-secret").list_state_machines)
    assert said.startswith("The request signature we calculated does not match the signature you provided."), said
    step("another secret")
    said = refused("UnrecognizedClientException", client("NOBODY").list_state_machines)
    assert said == "The security token included in the request is invalid.", said
    step("another key")
    said = refused("InvalidSignatureException", client("ADMIN", region="eu-west-1").list_state_machines)
    assert "valid region" in said, said
    step("another region")
    said = refused("UnrecognizedClientException", client("ADMIN", token="a-session-token").list_state_machines)
    assert "temporary credentials" in said, said
    step("temporary credentials")

    unsigned = boto3.client(
        "stepfunctions",
        endpoint_url=sys.argv[1],
        config=Config(signature_version=botocore.UNSIGNED, proxies={}),
    )
    refused("MissingAuthenticationTokenException", unsigned.list_state_machines)
    step("no signature")

    now = botocore.auth.get_current_datetime
    for minutes, part in [(-20, "Signature expired: "), (20, "Signature not yet current: ")]:
        botocore.auth.get_current_datetime = lambda *args, m=minutes, **kw: now(*args, **kw) + datetime.timedelta(minutes=m)
        said = refused("InvalidSignatureException", admin.list_state_machines)
        assert said.startswith(part) and said.endswith("15 min.)"), said
    botocore.auth.get_current_datetime = now
    admin.list_state_machines()
    step("clocks that are off by 20 minutes")


main()

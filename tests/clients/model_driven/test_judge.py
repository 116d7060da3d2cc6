"""That the judge sees what is wrong: answers that no host should give, and a few that it may. Run by unittest."""

import json
import unittest

from judge import judge
from model import Model
from wire import JSON_1_0, Answer, Request

ARN = "arn:aws:states:us-east-1:000000000000:activity:a"
CREATED = {"activityArn": ARN, "creationDate": 1.5}
PAGE = {"activities": [{**CREATED, "name": "a"}]}
LONG = {"name": "n" * 81}

# The action, what was asked, the status, the body, and what is wrong with it; nothing, if nothing is.
CASES = [
    ("CreateActivity", {"name": "a"}, 200, CREATED, None),
    ("CreateActivity", {"name": "a", "unknown": [1]}, 200, CREATED, None),
    ("CreateActivity", {"name": "a", "tags": None}, 200, CREATED, None),
    ("CreateActivity", LONG, 400, {"__type": "InvalidName", "message": "no"}, None),
    ("CreateActivity", LONG, 400, {"__type": "ValidationException", "message": "no"}, None),
    ("ListActivities", {}, 200, PAGE, None),
    (None, {}, 400, {"__type": "UnknownOperationException", "message": "no"}, None),
    # Requests that had to be refused.
    ("CreateActivity", LONG, 200, CREATED, ".name has more than 80"),
    ("CreateActivity", {}, 200, CREATED, ".name is missing"),
    ("CreateActivity", {"name": None}, 200, CREATED, ".name is missing"),
    ("CreateActivity", {"name": ""}, 200, CREATED, ".name has fewer than 1"),
    ("CreateActivity", {"name": 7}, 200, CREATED, ".name is no string"),
    ("CreateActivity", {"name": "\ud83d"}, 200, CREATED, "half a character"),
    ("CreateActivity", {"name": "a", "tags": {}}, 200, CREATED, ".tags is no array"),
    ("CreateActivity", {"name": "a", "tags": [{"key": ""}]}, 200, CREATED, ".tags[0].key has fewer"),
    ("ListActivities", {"maxResults": 1.5}, 200, PAGE, "no whole number"),
    ("ListActivities", {"maxResults": True}, 200, PAGE, "no whole number"),
    ("ListActivities", {"maxResults": 1001}, 200, PAGE, "more than 1000"),
    ("UpdateMapRun", {"mapRunArn": ARN, "maxConcurrency": 2**31}, 200, {}, "beyond 32 bits"),
    ("StartExecution", {"stateMachineArn": ARN, "traceHeader": "ü"}, 200, {"executionArn": ARN, "startDate": 1}, "does not match"),
    ("ListExecutions", {"statusFilter": "running"}, 200, {"executions": []}, "is none of"),
    ("ListActivities", None, 200, PAGE, "no object"),
    (None, {}, 200, {}, "an action that is none"),
    # Answers that are not the model's.
    ("CreateActivity", {"name": "a"}, 200, {"activityArn": ARN}, ".creationDate is missing"),
    ("CreateActivity", {"name": "a"}, 200, {**CREATED, "name": "a"}, ".name is not in the model"),
    ("CreateActivity", {"name": "a"}, 200, {**CREATED, "creationDate": "now"}, ".creationDate is no number"),
    ("ListActivities", {}, 200, {**PAGE, "nextToken": None}, ".nextToken is null"),
    ("ListActivities", {}, 200, [], "no object"),
    ("ListActivities", {}, 200, b"{", "no JSON"),
    ("ListActivities", {}, 200, b"\xff", "no JSON"),
    # Errors that are none of the action's, or not as they must be.
    ("ListActivities", {}, 500, {"__type": "InternalFailure", "message": "no"}, "neither the action's nor common"),
    ("ListActivities", {}, 503, {"__type": "ServiceUnavailableException", "message": "no"}, "neither the action's nor common"),
    ("ListActivities", {}, 400, {"__type": "InvalidArn", "message": "no"}, "neither the action's nor common"),
    ("ListActivities", {}, 500, {"__type": "InvalidToken", "message": "no"}, "status 500"),
    ("ListActivities", {}, 400, {"__type": "InvalidToken"}, "without a message"),
    ("ListActivities", {}, 400, {"__type": "InvalidToken", "message": "no", "why": 1}, ".why is not in the model"),
    ("ListActivities", {}, 400, {"message": "no"}, "without an error's name"),
    ("ListActivities", {}, 400, [], "without an error's name"),
    ("ListActivities", {}, 400, {"__type": "UnknownOperationException", "message": "no"}, "not served"),
    ("ListActivities", {}, 413, b"too long", "no JSON"),
]


class Judge(unittest.TestCase):
    def test_cases(self):
        model = Model()
        for action, params, status, body, wrong in CASES:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            with self.subTest(action=action, params=params, status=status, body=body):
                request = Request(action, None, b"", params)
                found = judge(model, request, Answer(status, JSON_1_0, body)).wrong
                if wrong is None:
                    self.assertIsNone(found)
                else:
                    self.assertIn(wrong, found or "")

    def test_content_type(self):
        request = Request("ListActivities", None, b"{}", {})
        found = judge(Model(), request, Answer(200, "text/plain", json.dumps(PAGE).encode())).wrong
        self.assertIn("content type text/plain", found or "")


if __name__ == "__main__":
    unittest.main()

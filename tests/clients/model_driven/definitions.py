"""The workflows that the world is made of."""

import json

ROLE = "arn:aws:iam::000000000000:role/clients"


def machine(states, **fields):
    return json.dumps({"StartAt": next(iter(states)), "States": states, **fields})


PASS = machine({"P": {"Type": "Pass", "End": True}})
VARIABLES = machine(
    {"A": {"Type": "Pass", "Assign": {"n.$": "$"}, "Next": "B"}, "B": {"Type": "Pass", "Parameters": {"n.$": "$n"}, "End": True}}
)
JSONATA = machine({"P": {"Type": "Pass", "Output": "{% $states.input %}", "End": True}}, QueryLanguage="JSONata")
FAIL = machine({"F": {"Type": "Fail", "Error": "Shop.Closed", "Cause": "it is late"}})
# What it says of itself is longer than what an answer may hold.
FAIL_AT_LENGTH = machine({"F": {"Type": "Fail", "Error": "E" * 300, "Cause": "ü" * 40_000}})
FAIL_IN_DEPTH = machine({"P": {"Type": "Pass", "Output": {"a" * 300: "{% $error('no') %}"}, "End": True}}, QueryLanguage="JSONata")
SLEEP = machine({"Sleep": {"Type": "Wait", "Seconds": 3600, "End": True}})
BRANCHES = machine(
    {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}},
            "ResultPath": "$.each",
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [{"StartAt": f"B{n}", "States": {f"B{n}": {"Type": "Pass", "End": True}}} for n in (1, 2)],
            "Next": "Which",
        },
        "Which": {"Type": "Choice", "Choices": [{"Variable": "$[0].items", "IsPresent": True, "Next": "Done"}], "Default": "No"},
        "Done": {"Type": "Succeed"},
        "No": {"Type": "Fail"},
    }
)


def work(activity):
    """A machine that waits for a worker of an activity."""
    return machine({"Work": {"Type": "Task", "Resource": activity, "HeartbeatSeconds": 3600, "End": True}})


def map_run(child):
    """A machine with a Map Run, whose children are one state."""
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "C", "States": {"C": child}}
    # More than an integer of the model can be.
    run = {"Type": "Map", "Label": "run", "ItemsPath": "$.items", "ItemProcessor": processor, "MaxConcurrency": 2**32 - 1}
    return machine({"Run": {**run, "End": True}})


# The children of Map Runs that end well, go on for an hour, and fail.
CHILDREN = {
    "ends": {"Type": "Pass", "End": True},
    "sleeps": {"Type": "Wait", "Seconds": 3600, "End": True},
    "fails": {"Type": "Fail", "Error": "Shop.Closed"},
}

# What is sent as a definition: sound ones, and some that only look like one.
SOUND = [PASS, VARIABLES, JSONATA, FAIL, BRANCHES]
UNSOUND = [
    "{}",
    "[]",
    "null",
    "{",
    " ",
    '{"StartAt":"A","States":{}}',
    '{"StartAt":"A","States":{"A":{"Type":"Guess"}}}',
    '{"StartAt":7,"States":[]}',
    machine({"A": {"Type": "Pass"}}),
    machine({"A": {"Type": "Wait", "Seconds": -1, "End": True}}),
    machine({"A": {"Type": "Pass", "Parameters": {"a.$": "$.["}, "End": True}}),
    machine({"A": {"Type": "Pass", "Output": "{% ( %}", "End": True}}, QueryLanguage="JSONata"),
    machine({"A" * 81: {"Type": "Succeed"}}),
]

# What the states for TestState lead to.
ELSEWHERE = {name: {"Type": "Succeed"} for name in ("Elsewhere", "A", "B")}

# States for TestState, each with what else its request needs. None of them waits.
TESTED = [
    ({"Type": "Pass", "Next": "Elsewhere"}, {}),
    ({"Type": "Pass", "Result": 1, "ResultPath": "$.r", "End": True}, {}),
    ({"Type": "Succeed"}, {}),
    ({"Type": "Fail", "Error": "No", "CausePath": "$.cause"}, {}),
    ({"Type": "Fail", "Error": "E" * 300, "Cause": "ü" * 40_000}, {}),
    ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a" * 300: "{% $error('no') %}"}, "End": True}, {}),
    ({"Type": "Wait", "Seconds": 0, "Next": "Elsewhere"}, {}),
    ({"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "A"}], "Default": "B"}, {}),
    ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $v %}", "End": True}, {"variables": '{"v":[1]}'}),
    (
        {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}], "End": True},
        {"mock": {"errorOutput": {"error": "Busy", "cause": "so it is"}}, "stateConfiguration": {"retrierRetryCount": 1}},
    ),
    (
        {"Type": "Task", "Resource": "plugin:any", "ResultPath": "$.r", "End": True},
        {"mock": {"result": '{"a":1}', "fieldValidationMode": "NONE"}, "context": '{"Execution":{"Name":"e"}}'},
    ),
    (
        {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2**32 - 1,
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Elsewhere"}],
            "End": True,
        },
        {"mock": {"result": "[1,2]"}, "stateConfiguration": {"mapIterationFailureCount": 0}},
    ),
    (
        {
            "Type": "Parallel",
            "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}],
            "End": True,
        },
        {"mock": {"errorOutput": {"error": "E"}}, "stateConfiguration": {"errorCausedByState": "I"}},
    ),
]

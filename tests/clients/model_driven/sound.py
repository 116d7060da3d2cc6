"""Requests as a careful caller writes them: the required members, some of the others, and values that mean something."""

import json

import definitions
from definitions import ROLE

# How often an optional member is there, and how often a list is asked for its second page.
OPTIONAL = 0.4
PAGED = 0.3

TEXTS = ["{}", '{"items":[1,2]}', "[]", "null", '"text"', "1e3", '{"a":{"b":[true,"grüße"]}}', '{"a":1,"a":2}', "12345678901234567890"]
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_."


class Sound:
    def __init__(self, model, world, rng):
        self.model = model
        self.world = world
        self.rng = rng

    def params(self, action):
        """A request of an action. Most are answered with 200."""
        pages = [params for of, params in self.world.pages if of == action]
        if pages and self.rng.random() < PAGED:
            return dict(self.rng.choice(pages))
        params = self.of_shape(self.model.input(action), action, "")
        fit = getattr(self, f"_fit_{action}", None)
        return fit(params) if fit else params

    def of_shape(self, name, action, member):
        """A value of a shape: of what is in the world, if there is any for a member of that name."""
        known = self._known(action, member)
        if known is not None:
            return self.rng.choice(known)
        shape = self.model.shapes[name]
        kind = shape["type"]
        if kind == "structure":
            required = shape.get("required", [])
            return {
                member: self.of_shape(of["shape"], action, member)
                for member, of in shape["members"].items()
                if member in required or self.rng.random() < OPTIONAL
            }
        if kind == "list":
            length = self.rng.randint(shape.get("min", 0), min(shape.get("max", 3), 3))
            return [self.of_shape(shape["member"]["shape"], action, "") for _ in range(length)]
        if kind == "string":
            return self.rng.choice(shape["enum"]) if "enum" in shape else self.text(shape)
        if kind == "boolean":
            return self.rng.random() < 0.5
        least = shape.get("min", 0)
        number = self.rng.randint(least, min(shape.get("max", least + 20), least + 20))
        return number + 0.5 if kind == "float" and number < shape.get("max", number + 1) else number

    def text(self, shape):
        least, most = shape.get("min", 0), min(shape.get("max", 20), 20)
        return "".join(self.rng.choice(CHARACTERS) for _ in range(self.rng.randint(max(least, 2), most)))

    def _known(self, action, member):
        world = self.world
        machines = [world.standard, world.standard, world.express, world.sleeping, world.failing]
        executions = [*world.ended, world.waiting, *world.parents, *world.children, *world.worked, *world.redriven]
        executions.append(world.gone_execution)
        known = {
            ("DeleteStateMachine", "stateMachineArn"): world.victim,
            ("UpdateStateMachine", "stateMachineArn"): world.victim,
            ("StartExecution", "stateMachineArn"): lambda: [*machines, world.alias, world.standard_version],
            ("StartSyncExecution", "stateMachineArn"): lambda: [world.express, world.express, world.standard, *world.hapless],
            ("ListExecutions", "stateMachineArn"): lambda: [*machines, world.standard_version, world.alias],
            ("DescribeStateMachine", "stateMachineArn"): lambda: [*machines, world.standard_version, *world.made_machines],
            ("", "stateMachineArn"): lambda: machines,
            ("DeleteStateMachineAlias", "stateMachineAliasArn"): world.victim_alias,
            ("UpdateStateMachineAlias", "stateMachineAliasArn"): world.victim_alias,
            ("", "stateMachineAliasArn"): lambda: [world.alias, *world.victim_alias()],
            ("DeleteStateMachineVersion", "stateMachineVersionArn"): world.victim_version,
            ("", "stateMachineVersionArn"): lambda: [world.standard_version, world.other_version],
            ("StopExecution", "executionArn"): world.victim_execution,
            ("RedriveExecution", "executionArn"): lambda: [*world.failed_execution(), *world.parents[2:], *world.ended, world.waiting],
            ("ListMapRuns", "executionArn"): lambda: [*world.parents, *world.ended],
            ("", "executionArn"): lambda: executions,
            ("UpdateMapRun", "mapRunArn"): lambda: [world.sleeping_run],
            ("", "mapRunArn"): lambda: world.runs,
            ("DeleteActivity", "activityArn"): world.victim_activity,
            ("GetActivityTask", "activityArn"): lambda: [world.activity, world.activity, world.gone_activity],
            ("", "activityArn"): lambda: [world.activity, world.idle_activity, *world.made_activities],
            ("", "resourceArn"): lambda: [world.standard, world.express, world.activity],
            ("SendTaskHeartbeat", "taskToken"): lambda: [*world.victim_token(), *world.used_tokens[:1]],
            ("", "taskToken"): world.victim_token,
            ("", "roleArn"): lambda: [ROLE],
            ("", "definition"): lambda: definitions.SOUND,
            ("StartSyncExecution", "name"): lambda: [world.name("sync"), "again"],
            ("StartExecution", "name"): lambda: [world.name("run"), "again"],
            ("CreateActivity", "name"): lambda: [world.name("activity"), "taken"],
            ("CreateStateMachine", "name"): lambda: [world.name("machine"), "standard"],
            ("CreateStateMachineAlias", "name"): lambda: [world.name("of-a-request"), "live"],
            ("", "input"): lambda: TEXTS,
            ("", "output"): lambda: TEXTS,
            ("", "key"): lambda: ["team", "stage", "grüße"],
            ("", "tagKeys"): lambda: [["team"], ["stage", "absent"], ["grüße"]],
            ("", "kmsKeyId"): lambda: ["arn:aws:kms:us-east-1:000000000000:key/1"],
            # Of a page that only a first page names; see World.pages.
            ("", "nextToken"): None,
        }
        of = known.get((action, member), known.get(("", member)))
        return of() if of else None

    # What an action wants of members together.

    def _fit_CreateStateMachine(self, params):
        if not params.get("publish"):
            params.pop("versionDescription", None)
        return self._fit_configurations(params)

    def _fit_UpdateStateMachine(self, params):
        params.setdefault("definition", definitions.PASS)
        return self._fit_CreateStateMachine(params)

    def _fit_CreateActivity(self, params):
        return self._fit_configurations(params)

    def _fit_configurations(self, params):
        if "encryptionConfiguration" in params:
            params["encryptionConfiguration"] = self.rng.choice(
                [
                    {"type": "AWS_OWNED_KEY"},
                    {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/key", "kmsDataKeyReusePeriodSeconds": 60},
                ]
            )
        if "loggingConfiguration" in params:
            group = {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:g:*"}}
            params["loggingConfiguration"] = self.rng.choice(
                [{}, {"level": "OFF"}, {"level": "ALL", "includeExecutionData": True, "destinations": [group]}]
            )
        return params

    def _fit_routes(self, params):
        if "routingConfiguration" in params:
            first, second = self.world.standard_version, self.world.other_version
            weight = self.rng.choice([100, 100, 0, 60])
            routes = [{"stateMachineVersionArn": first, "weight": weight}]
            if weight < 100 or self.rng.random() < 0.2:
                routes.append({"stateMachineVersionArn": second, "weight": 100 - weight})
            params["routingConfiguration"] = routes
        return params

    _fit_CreateStateMachineAlias = _fit_routes

    def _fit_UpdateStateMachineAlias(self, params):
        params.setdefault("description", "changed")
        return self._fit_routes(params)

    def _fit_ListExecutions(self, params):
        params.pop("nextToken", None)
        if self.rng.random() < 0.3:
            params.pop("stateMachineArn", None)
            params["mapRunArn"] = self.rng.choice(self.world.runs)
        else:
            params.pop("mapRunArn", None)
            params.setdefault("stateMachineArn", self.world.standard)
        return params

    def _without_token(self, params):
        params.pop("nextToken", None)
        return params

    _fit_ListStateMachines = _fit_ListActivities = _fit_ListMapRuns = _without_token
    _fit_ListStateMachineAliases = _fit_ListStateMachineVersions = _fit_GetExecutionHistory = _without_token

    def _fit_PublishStateMachineVersion(self, params):
        # Of a revision that only DescribeStateMachine tells.
        params.pop("revisionId", None)
        if self.rng.random() < 0.3:
            described = self.world.must("DescribeStateMachine", stateMachineArn=params["stateMachineArn"])
            if "revisionId" in described:
                params["revisionId"] = described["revisionId"]
        return params

    def _fit_TestState(self, params):
        state, rest = self.rng.choice(definitions.TESTED)
        asked = {"definition": json.dumps(state), "input": '{"a":1,"items":[1,2],"cause":"so"}', **json.loads(json.dumps(rest))}
        if "inspectionLevel" in params:
            asked["inspectionLevel"] = params["inspectionLevel"]
        if "roleArn" in params:
            asked["roleArn"] = params["roleArn"]
        if self.rng.random() < 0.2 and "mock" not in asked:
            asked["definition"] = json.dumps({"StartAt": "S", "States": {"S": state, **definitions.ELSEWHERE}})
            asked["stateName"] = "S"
        return asked

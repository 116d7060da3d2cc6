"""What the requests are about, made with ordinary calls: machines, versions, aliases, activities, executions, a Map Run.

What a request may change for good (delete, stop, take from a queue) is made anew before the request that needs it, so
that the world does not run dry.
"""

import json
import time

import definitions
from definitions import ROLE
from wire import PATIENCE, Connection, Request

# How often something is looked for that has begun and not yet ended.
LOOKS = 1_000

# What waits for whoever wants to change it, at least.
STOCK = 2


class World:
    def __init__(self, model, endpoint):
        self.model = model
        self.connection = Connection(endpoint)
        self.made = 0
        self.standard = self.create("standard", definitions.BRANCHES)
        self.standard_version = self.publish(self.standard, "the first")
        self.update(self.standard, definitions.VARIABLES)
        self.other_version = self.publish(self.standard, "the second")
        self.alias = self.create_alias("live")
        self.express = self.create("express", definitions.JSONATA, type="EXPRESS")
        self.sleeping = self.create("sleeping", definitions.SLEEP)
        self.failing = self.create("failing", definitions.FAIL)
        self.activity = self.must("CreateActivity", name="work")["activityArn"]
        # Another one for requests that create it again: `work` with a character more might be polled, and has no tasks.
        self.must("CreateActivity", name="taken")
        self.idle_activity = self.must("CreateActivity", name="idle")["activityArn"]
        self.working = self.create("working", definitions.work(self.activity))
        self.gone = self.create("gone", definitions.PASS)
        self.gone_execution = self.start(self.gone)
        self.must("DeleteStateMachine", stateMachineArn=self.gone)
        self.gone_activity = self.must("CreateActivity", name="gone")["activityArn"]
        self.must("DeleteActivity", activityArn=self.gone_activity)
        # Express machines that fail with much to say.
        self.hapless = []
        self._executions()
        self._map_runs()
        self.pages = self._pages()
        # What is used up.
        self.machines, self.aliases, self.versions, self.activities = [], [], [], []
        self.running, self.failed, self.tokens = [], [], []
        # What requests made or redrove lately, to be described.
        self.made_machines, self.made_activities, self.redriven = [], [], []
        # Tasks in the queue, and the last executions that put one there.
        self.queued, self.worked = 0, []
        self.used_tokens = [self.token()]
        self.must("SendTaskSuccess", taskToken=self.used_tokens[0], output="{}")

    def _executions(self):
        items = json.dumps({"items": [1, 2]})
        self.ended = [self.wait(self.start(self.standard, input=items)) for _ in range(3)]
        self.ended.append(self.wait(self.start(self.standard_version, input=items)))
        self.ended.append(self.wait(self.start(self.alias, input=items)))
        self.ended.append(self.wait(self.start(self.failing)))
        for name, definition in (("at-length", definitions.FAIL_AT_LENGTH), ("in-depth", definitions.FAIL_IN_DEPTH)):
            self.ended.append(self.wait(self.start(self.create(name, definition))))
            self.hapless.append(self.create(f"express-{name}", definition, type="EXPRESS"))
        self.waiting = self.start(self.sleeping, name="waiting")

    def _map_runs(self):
        self.runs, self.parents, self.children = [], [], []
        for name, child in definitions.CHILDREN.items():
            machine = self.create(f"map-{name}", definitions.map_run(child))
            parent = self.start(machine, input=json.dumps({"items": [1, 2, 3]}))
            run = self.until(lambda: self.must("ListMapRuns", executionArn=parent)["mapRuns"])[0]["mapRunArn"]
            children = self.until(lambda: self.must("ListExecutions", mapRunArn=run)["executions"])
            self.runs.append(run)
            self.parents.append(parent)
            self.children.append(children[0]["executionArn"])
            if name == "sleeps":
                self.sleeping_run = run
            else:
                self.wait(parent)

    def _pages(self):
        """Requests for a first page of one, each with the token of the second."""
        firsts = [
            ("ListStateMachines", {}),
            ("ListActivities", {}),
            ("ListExecutions", {"stateMachineArn": self.standard}),
            ("ListExecutions", {"mapRunArn": self.runs[0]}),
            ("ListStateMachineVersions", {"stateMachineArn": self.standard}),
            ("GetExecutionHistory", {"executionArn": self.ended[0]}),
            ("GetExecutionHistory", {"executionArn": self.ended[0], "reverseOrder": True}),
        ]
        pages = []
        for action, params in firsts:
            first = self.must(action, **params, maxResults=1)
            pages.append((action, {**params, "maxResults": 1, "nextToken": first["nextToken"]}))
        return pages

    # Calls that must succeed.

    def must(self, action, **params):
        answer = self.connection.send(Request.of(self.model, action, params))
        if answer.status != 200:
            raise AssertionError(f"{action} {params}: {answer.status} {answer.body[:500]}")
        return answer.json()

    def until(self, look):
        for _ in range(LOOKS):
            found = look()
            if found:
                return found
            time.sleep(PATIENCE / LOOKS)
        raise AssertionError(f"what the world is made of did not happen within {PATIENCE} s")

    def wait(self, execution):
        self.until(lambda: self.must("DescribeExecution", executionArn=execution)["status"] != "RUNNING")
        return execution

    def name(self, what):
        self.made += 1
        return f"{what}-{self.made}"

    def create(self, name, definition, **params):
        made = self.must("CreateStateMachine", name=name, definition=definition, roleArn=ROLE, **params)
        return made["stateMachineArn"]

    def update(self, machine, definition):
        self.must("UpdateStateMachine", stateMachineArn=machine, definition=definition)

    def publish(self, machine, description):
        made = self.must("PublishStateMachineVersion", stateMachineArn=machine, description=description)
        return made["stateMachineVersionArn"]

    def create_alias(self, name):
        routes = [{"stateMachineVersionArn": self.standard_version, "weight": 100}]
        return self.must("CreateStateMachineAlias", name=name, routingConfiguration=routes)["stateMachineAliasArn"]

    def start(self, machine, **params):
        return self.must("StartExecution", stateMachineArn=machine, **params)["executionArn"]

    # What is used up.

    def victim(self):
        while len(self.machines) < STOCK:
            self.machines.append(self.create(self.name("victim"), definitions.PASS))
        return self.machines

    def victim_alias(self):
        while len(self.aliases) < STOCK:
            self.aliases.append(self.create_alias(self.name("alias")))
        return self.aliases

    def victim_version(self):
        while len(self.versions) < STOCK:
            self.versions.append(self.publish(self.create(self.name("versions"), definitions.PASS), "to be deleted"))
        return self.versions

    def victim_activity(self):
        while len(self.activities) < STOCK:
            self.activities.append(self.must("CreateActivity", name=self.name("victim"))["activityArn"])
        return self.activities

    def victim_execution(self):
        while len(self.running) < STOCK:
            self.running.append(self.start(self.sleeping))
        return self.running

    def victim_token(self):
        while len(self.tokens) < STOCK:
            self.tokens.append(self.token())
        return self.tokens

    def failed_execution(self):
        while len(self.failed) < STOCK:
            self.failed.append(self.wait(self.start(self.failing)))
        return self.failed

    def token(self):
        self.fill_queue()
        self.queued -= 1
        return self.must("GetActivityTask", activityArn=self.activity)["taskToken"]

    def fill_queue(self):
        """A poll of the queue finds a task, and does not wait for a minute."""
        while self.queued < STOCK:
            self.worked = [self.start(self.working, input='{"order":7}'), *self.worked[:3]]
            self.queued += 1

    def learn(self, request, answer):
        """Remembers what a request that succeeded has used up or made."""
        params = request.params or {}
        gone = {
            "DeleteStateMachine": ("machines", "stateMachineArn"),
            "DeleteStateMachineAlias": ("aliases", "stateMachineAliasArn"),
            "DeleteStateMachineVersion": ("versions", "stateMachineVersionArn"),
            "DeleteActivity": ("activities", "activityArn"),
            "StopExecution": ("running", "executionArn"),
            "RedriveExecution": ("failed", "executionArn"),
            "SendTaskSuccess": ("tokens", "taskToken"),
            "SendTaskFailure": ("tokens", "taskToken"),
        }.get(request.action)
        if gone:
            stock, member = getattr(self, gone[0]), params.get(gone[1])
            if member in stock:
                stock.remove(member)
                if gone[0] == "tokens":
                    self.used_tokens = [member, *self.used_tokens[:7]]
            if request.action == "RedriveExecution":
                self.redriven = [member, *self.redriven[:3]]
        elif request.action == "GetActivityTask" and "taskToken" in answer:
            self.queued -= 1
            self.tokens.append(answer["taskToken"])
        elif request.action == "CreateStateMachineAlias":
            # A machine has at most a hundred.
            self.aliases.append(answer["stateMachineAliasArn"])
        elif request.action == "CreateStateMachine":
            self.made_machines = [answer["stateMachineArn"], *self.made_machines[:3]]
        elif request.action == "CreateActivity":
            self.made_activities = [answer["activityArn"], *self.made_activities[:3]]
        elif request.action == "UpdateStateMachine":
            self.made_machines = [params["stateMachineArn"], *self.made_machines[:3]]

"""Asks a host for every action of the service model, in ways that the model allows and in ways that it does not.

    python model_driven ENDPOINT [--requests N] [--seed SEED] [--actions A,B]

An answer must be a response that is as the model has it, if the request is; or an error that the model lists for the action
or that any action may have (see `judge`); and it must come. Everything else is a violation: the shortest request that shows
one is printed, and the program fails. The host must be new, and needs no plugins. The same seed makes the same requests of
a host that answers alike.

- `model`: shapes, and whether a value is as a shape says
- `world`, `definitions`: what there is on the host
- `sound`, `mutations`: requests
- `wire`: sending them
- `judge`, `shrink`, `table`: what comes of them
"""

import argparse
import random
import secrets
import sys
import time

from judge import Verdict, judge
from model import Model
from mutations import Mutations
from shrink import shrink
from sound import Sound
from table import Table
from wire import Connection, HungUp, NoAnswer, Request, hang_up
from world import World

REQUESTS = 20_000

# How many of a hundred requests are sound, and how many have no sound body or target. The others have one fault or more.
IN_ALL, SOUND, WHOLE = 100, 15, 8

# Every so many requests a worker hangs up while it waits for a task.
HANG_UP_EVERY = 200

# Bytes of a body beyond which the host need not take it in. Source: `dirigent limits`, request-bytes.
REQUEST_BYTES = 2 * 1024 * 1024

# Kinds of violations that are shrunk and shown, and how much of one request.
MOST_SHOWN = 40
SHOWN = 600


class Run:
    def __init__(self, endpoint, seed, actions):
        self.endpoint = endpoint
        self.model = Model()
        self.rng = random.Random(seed)
        self.world = World(self.model, endpoint)
        self.sound = Sound(self.model, self.world, self.rng)
        self.mutations = Mutations(self.model, self.world, self.rng)
        self.connection = Connection(endpoint)
        self.table = Table(self.model)
        self.actions = actions or list(self.model.operations)
        # The first request of each kind of violation.
        self.violations = {}

    def requests(self, number):
        for at in range(number):
            if at % HANG_UP_EVERY == HANG_UP_EVERY - 1:
                hang_up(self.endpoint, Request.of(self.model, "GetActivityTask", {"activityArn": self.world.idle_activity}))
            self.one(self.request(self.actions[at % len(self.actions)]))
        self.one(Request("ListActivities", f"{self.model.prefix}.ListActivities", b'{"a":"' + b"b" * REQUEST_BYTES + b'"}'))

    def request(self, action):
        params = self.sound.params(action)
        dice = self.rng.randrange(IN_ALL)
        if dice < SOUND:
            return Request.of(self.model, action, params, ["sound"])
        if dice < SOUND + WHOLE:
            return self.mutations.whole(action, params)
        made = []
        for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
            params, fault = self.mutations.mutated(action, params)
            made.append(fault)
        return Request.of(self.model, action, params, made)

    def one(self, request):
        verdict = self.ask(request)
        self.table.count(request.action, verdict.outcome)
        if verdict.wrong and kind(request, verdict) not in self.violations:
            self.violations[kind(request, verdict)] = (request, verdict)

    def ask(self, request):
        if request.action == "GetActivityTask":
            self.world.fill_queue()
        try:
            answer = self.connection.send(request)
        except HungUp as error:
            # The answer to a body that the host need not take in may overtake the body.
            return Verdict("hung up", None if len(request.body) > REQUEST_BYTES else str(error))
        except NoAnswer as error:
            return Verdict("no answer", str(error))
        verdict = judge(self.model, request, answer)
        if answer.status == 200 and request.params is not None and isinstance(answer.json(), dict):
            self.world.learn(request, answer.json())
        return verdict

    def report(self):
        """Whether everything was as it must be."""
        self.table.print()
        failed = [action for action in self.table.never("200") if action in self.actions]
        for action in failed:
            print(f"VIOLATION: no request of {action} was answered with 200, so its answers were not looked at")
        for request, verdict in list(self.violations.values())[:MOST_SHOWN]:
            shortest = shrink(self.model, request, lambda smaller: kind(smaller, self.ask(smaller)) == kind(request, verdict))
            wrong = self.ask(shortest).wrong or verdict.wrong
            print(f"VIOLATION: {request.action or 'no action'}: {wrong[:SHOWN]}")
            print(f"    target {shortest.target!r}, {len(shortest.body)} bytes ({'; '.join(request.made)}):")
            print(f"    {shortest.body[:SHOWN].decode(errors='backslashreplace')}")
        print(f"violations: {len(self.violations)} kinds")
        return not failed and not self.violations


def kind(request, verdict):
    """Violations of one kind have one cause, most likely: digits and what is quoted do not tell them apart."""
    wrong = "".join(character for character in verdict.wrong or "" if not character.isdigit())
    return (request.action, wrong[:120])


def main():
    # Requests are nested more deeply than Python programs are by default.
    sys.setrecursionlimit(20_000)
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoint")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--actions", type=lambda text: text.split(","), default=None)
    arguments = parser.parse_args()
    seed = secrets.randbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)
    began = time.monotonic()
    run = Run(arguments.endpoint, seed, arguments.actions)
    run.requests(arguments.requests)
    good = run.report()
    print(f"took {time.monotonic() - began:.0f} s; again with --seed {seed} --requests {arguments.requests}")
    sys.exit(0 if good else 1)


main()

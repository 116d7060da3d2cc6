"""What goes wrong with a request: one fault at a place of it, of every kind that this client knows.

A place is a member of the request, there or not, at any depth. Some mutations leave a request sound; whether one is sound
is for the model to say, not for them.
"""

import base64
import copy
import json

import definitions
from wire import Request

# Values of every JSON type, some at the bounds of what programs keep in numbers.
VALUES = [
    None, True, False, 0, 1, -1, 1.5, -0.5, 2**31 - 1, 2**31, -(2**31) - 1, 2**32, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 2**64,
    10**30, 10**400, 1e308, 5e-324, "", " ", "1", "true", "null", [], {}, [None], [[]], [1, "a"], {"": None}, {"a": {"b": []}},
]  # fmt: skip

# Characters that names, keys and messages have trouble with. The fourth is half a character.
ODD = [
    "\x00", "\x01", "\x1b[31m", "\ud83d", "\udc00\ud800", "\U0001f3bc", "\u202e", "\u0301", "\ufeff", "\ufffe", "\uffff", "\u00a0",
    "\n", "\t", "\x7f", "\x85", "\u2028", "\"", "'", "\\", "/", ":", "*", "?", "<", "{}", "%s", "$.", "a b", "ß", "İ",
]  # fmt: skip

NAMES = ["unknown", "", "__proto__", "StateMachineArn", "arn", "\x00", "grüße", "nextToken ", "$"]

# What an ARN's member is an ARN of.
KINDS = {
    "activityArn": "activity",
    "executionArn": "execution",
    "mapRunArn": "mapRun",
    "stateMachineAliasArn": "stateMachine",
    "stateMachineArn": "stateMachine",
    "stateMachineVersionArn": "stateMachine",
}

# Levels of nesting: within what parsers take, about it, and far beyond.
LEVELS = [2, 100, 127, 128, 129, 500]


class Mutations:
    def __init__(self, model, world, rng):
        self.model = model
        self.world = world
        self.rng = rng

    def mutated(self, action, params):
        """The parameters with a fault, and the fault's name."""
        params = copy.deepcopy(params)
        places = list(self._places(self.model.input(action), params))
        if not places:
            params[self.rng.choice(NAMES)] = copy.deepcopy(self.rng.choice(VALUES))
            return params, "an unknown member"
        parent, key, shape = self.rng.choice(places)
        there = isinstance(parent, list) or key in parent
        mutations = [self._null, self._other_type, self._any, self._nested, self._unknown_member]
        if there:
            mutations += [self._dropped, self._dropped]
        kind = self.model.shapes[shape]["type"]
        mutations += {"string": self._of_string(key), "list": [self._too_many, self._too_few]}.get(kind, [])
        if kind in ("integer", "long", "float"):
            mutations += [self._out_of_bounds] * 4
        mutation = self.rng.choice(mutations)
        mutation(parent, key, self.model.shapes[shape])
        return params, f"{mutation.__name__.strip('_')} at {key}"

    def _of_string(self, key):
        of = [self._too_long, self._at_most, self._too_short, self._odd, self._odd, self._enum]
        if isinstance(key, str) and key.lower().endswith("arn"):
            of += [self._arn] * 6
        if key == "nextToken":
            of += [self._forged_page] * 8
        if key == "taskToken":
            of += [self._forged_token] * 4
        if key in ("definition", "input", "output", "variables", "context", "result", "mapItemReaderData"):
            of += [self._text] * 4
        return of

    def _places(self, name, value):
        shape = self.model.shapes[name]
        if shape["type"] == "structure" and isinstance(value, dict):
            for member, of in shape["members"].items():
                yield value, member, of["shape"]
                if member in value:
                    yield from self._places(of["shape"], value[member])
        elif shape["type"] == "list" and isinstance(value, list):
            for index, item in enumerate(value):
                yield value, index, shape["member"]["shape"]
                yield from self._places(shape["member"]["shape"], item)

    # Faults. Each changes what is at `key` of `parent`.

    def _dropped(self, parent, key, _):
        del parent[key]

    def _null(self, parent, key, _):
        parent[key] = None

    def _any(self, parent, key, _):
        parent[key] = copy.deepcopy(self.rng.choice(VALUES))

    def _other_type(self, parent, key, shape):
        types = {"string": str, "structure": dict, "list": list, "map": dict, "boolean": bool}
        own = types.get(shape["type"], (int, float))
        others = [value for value in VALUES if value is not None and not isinstance(value, own)]
        parent[key] = copy.deepcopy(self.rng.choice(others))

    def _nested(self, parent, key, _):
        value = []
        for _ in range(self.rng.choice(LEVELS)):
            value = [value] if self.rng.random() < 0.5 else {"a": value}
        parent[key] = value

    def _unknown_member(self, parent, key, _):
        name = self.rng.choice(NAMES)
        value = copy.deepcopy(self.rng.choice(VALUES))
        if isinstance(parent, dict):
            parent[name] = value
        else:
            parent.append({name: value})

    def _too_many(self, parent, key, shape):
        least = max(shape.get("max", 60) + 1, 3)
        items = parent.get(key) if isinstance(parent, dict) else parent[key]
        items = items if isinstance(items, list) and items else [{"key": "k", "value": "v"}]
        several = [copy.deepcopy(items[n % len(items)]) for n in range(least)]
        for n, item in enumerate(several):
            if isinstance(item, dict) and "key" in item:
                item["key"] = f"k{n}"
        parent[key] = several

    def _too_few(self, parent, key, _):
        parent[key] = []

    def _too_long(self, parent, key, shape):
        parent[key] = self._letter() * (self._most(shape) + self.rng.choice([1, 1, 2, 1000]))

    def _at_most(self, parent, key, shape):
        parent[key] = self._letter() * self._most(shape)

    def _most(self, shape):
        # The longest are slow to make and to send, so most of them are left to few requests.
        most = shape.get("max", 300)
        return most if most <= 40_000 or self.rng.random() < 0.2 else 300

    def _letter(self):
        return self.rng.choice(["a", "a", "a", "7", "\u00fc", "\U0001f3bc", " "])

    def _too_short(self, parent, key, _):
        parent[key] = ""

    def _odd(self, parent, key, shape):
        text = parent[key] if isinstance(parent, list) or key in parent else ""
        text = text if isinstance(text, str) else ""
        at = self.rng.randint(0, len(text))
        parent[key] = text[:at] + self.rng.choice(ODD) + text[at:]

    def _enum(self, parent, key, shape):
        words = shape.get("enum", ["ALL"])
        word = self.rng.choice(words)
        parent[key] = self.rng.choice([word.lower(), word + " ", word[:-1], "", "NONE_SUCH", "_".join(words)])

    def _out_of_bounds(self, parent, key, shape):
        least, most = shape.get("min", 0), shape.get("max", 2**31 - 1)
        near = [least - 1, most + 1, least - 0.5, most + 0.5, least + 0.25, -(2**40), 2**40, 2**63, 10**30]
        parent[key] = self.rng.choice(near)

    def _arn(self, parent, key, _):
        own = parent[key] if isinstance(parent, list) or key in parent else None
        own = own if isinstance(own, str) and own.count(":") > 5 else self.world.gone
        parts = own.split(":")
        # Of the same kind it might be one that the world needs, and a request that deletes.
        of_others = [arn for arn in self._arns() if arn.split(":")[5] not in (parts[5], KINDS.get(key))]
        part = self.rng.randrange(len(parts))
        changed = [*parts]
        changed[part] = self.rng.choice(["", "x", "*", "000000000001", "eu-west-1", "a" * 81, "7", "-1", "4294967296", "\u00fc"])
        parent[key] = self.rng.choice(
            [
                *self.rng.sample(of_others, 4),
                ":".join(changed),
                ":".join(changed),
                ":".join(parts[:part]),
                own + ":",
                own + ":nowhere",
                own + ":99999999999999999999",
                own + "/label",
                own.upper(),
                own + "-",
                "arn:aws:s3:::bucket",
                "arn:" + ":" * 20,
            ]
        )

    def _arns(self):
        world = self.world
        return [
            world.standard, world.express, world.alias, world.standard_version, world.activity, world.gone_activity, world.gone,
            world.waiting, world.children[0], world.runs[0], definitions.ROLE,
            world.standard.replace("stateMachine", "express") + ":name:uuid",
        ]  # fmt: skip

    def _forged_page(self, parent, key, _):
        _, params = self.rng.choice(self.world.pages)
        token = params["nextToken"]
        raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        raw[self.rng.randrange(len(raw))] ^= 1 << self.rng.randrange(8)
        flipped = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
        noise = base64.urlsafe_b64encode(self.rng.randbytes(self.rng.randint(1, 40))).decode().rstrip("=")
        parent[key] = self.rng.choice([token, flipped, flipped, noise, token + "A", token[:-1], token + "=", "AQ", "\ufffd"])

    def _forged_token(self, parent, key, _):
        token = self.rng.choice(self.world.used_tokens)
        at = self.rng.randrange(len(token))
        changed = token[:at] + self.rng.choice("AZaz09-_=") + token[at + 1 :]
        parent[key] = self.rng.choice([token, changed, changed, token[:-1], token + "A", token[: len(token) // 2], "A" * 60])

    def _text(self, parent, key, _):
        levels = self.rng.choice([*LEVELS, 20_000])
        parent[key] = self.rng.choice(
            [
                *definitions.UNSOUND,
                "[" * levels,
                "[" * levels + "]" * levels,
                '{"a":' * levels + "1" + "}" * levels,
                '"\\ud800"',
                '"\\u0000"',
                "1e999",
                "-",
                "NaN",
                "1" * 5000,
                "\ufeff{}",
                "{}{}",
                "'a'",
                json.dumps({"a" * 2000: "\U0001f3bc" * 2000}),
            ]
        )

    # Faults of a body as a whole.

    def whole(self, action, params):
        """A request whose body or target is at fault."""
        prefix = self.model.prefix
        text = json.dumps(params)
        cut = self.rng.randint(1, len(text) - 1)
        target = f"{prefix}.{action}"
        none = self.rng.choice(
            [None, "", action, f"{prefix}.", f"{prefix}.{action}s", f"{prefix}.{action.lower()}", f"{prefix}.{action}.{action}"]
        )
        bodies = {
            "cut short": text[:cut],
            "with more behind it": text + self.rng.choice(["x", "{}", ",", "\x00", "]"]),
            "an array": json.dumps([params]),
            "a text": json.dumps(text),
            "a scalar": self.rng.choice(["null", "true", "7", "1e999", '"a"', "-"]),
            "nested": '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
            "nested and open": "[" * 100_000,
            "no JSON": self.rng.choice(["Action=" + action, "<a/>", "{'a':1}", "{a:1}", "NaN", "//", "\x00", "\ufeff" + text]),
            "not closed": '{"a":"' + "b" * 1000,
            "not UTF-8": b'{"a":"\xff\xfe"}',
        }
        name = self.rng.choice(["an unknown target", "nothing", "an object anyhow", *bodies])
        if name == "an unknown target":
            return Request(None, none, text.encode(), None, (name,))
        if name == "nothing":
            # As good as an empty object, which some actions take.
            return Request(action, target, b"", {}, (name,))
        if name == "an object anyhow":
            spaced = self.rng.choice(["\n\t {} \r\n", "{}"]).format(text)
            return Request(action, target, spaced.encode(), params, (name,))
        body = bodies[name]
        return Request(action, target, body if isinstance(body, bytes) else body.encode(), None, (name,))

"""The service model of Step Functions as botocore has it, and whether a value is as a shape of it says.

One checker serves both ways. A request's unknown members are nothing to AWS, and an answer must not have any; a request's
`null` is a member that is not there, and an answer must not have one.
"""

import gzip
import json
import re
from pathlib import Path

import botocore

MODEL = "data/stepfunctions/2016-11-23/service-2.json.gz"

# The model gives whole numbers these widths. Source: Smithy's simple types.
WIDTHS = {"integer": 31, "long": 63}


class Model:
    """Operations and shapes."""

    def __init__(self):
        packed = Path(botocore.__file__).parent / MODEL
        content = json.loads(gzip.decompress(packed.read_bytes()))
        self.prefix = content["metadata"]["targetPrefix"]
        self.operations = content["operations"]
        self.shapes = content["shapes"]

    def input(self, action):
        return self.operations[action]["input"]["shape"]

    def output(self, action):
        return self.operations[action]["output"]["shape"]

    def errors(self, action):
        return {error["shape"] for error in self.operations[action]["errors"]}

    def request_faults(self, action, params):
        """Why the model does not allow a request. Nothing, if it does."""
        return list(self._faults(self.input(action), params, "", answer=False))

    def answer_faults(self, shape, value):
        """Why the model does not allow an answer, or the body of an error. Nothing, if it does."""
        return list(self._faults(shape, value, "", answer=True))

    def _faults(self, name, value, where, answer):
        shape = self.shapes[name]
        of_type = getattr(self, "_" + shape["type"], None)
        if of_type is None:
            yield from _scalar(shape, value, where)
        else:
            yield from of_type(shape, value, where, answer)

    def _structure(self, shape, value, where, answer):
        if not isinstance(value, dict):
            yield f"{where or 'the body'} is no object"
            return
        for name in shape.get("required", []):
            if value.get(name) is None:
                yield f"{where}.{name} is missing"
        for name, content in value.items():
            member = shape["members"].get(name)
            if member is None:
                if answer:
                    yield f"{where}.{name} is not in the model"
            elif content is not None:
                yield from self._faults(member["shape"], content, f"{where}.{name}", answer)
            elif answer:
                yield f"{where}.{name} is null"

    def _list(self, shape, value, where, answer):
        if not isinstance(value, list):
            yield f"{where} is no array"
            return
        yield from _bounds(shape, len(value), where, "items")
        for index, item in enumerate(value):
            yield from self._faults(shape["member"]["shape"], item, f"{where}[{index}]", answer)

    def _map(self, shape, value, where, answer):
        if not isinstance(value, dict):
            yield f"{where} is no object"
            return
        for key, content in value.items():
            yield from self._faults(shape["key"]["shape"], key, f"{where}'s key", answer)
            yield from self._faults(shape["value"]["shape"], content, f"{where}.{key}", answer)


def _scalar(shape, value, where):
    kind = shape["type"]
    if kind == "string":
        yield from _string(shape, value, where)
    elif kind in WIDTHS:
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{where} is no whole number"
        elif not -(2 ** WIDTHS[kind]) <= value < 2 ** WIDTHS[kind]:
            yield f"{where} is beyond {WIDTHS[kind] + 1} bits"
        else:
            yield from _bounds(shape, value, where, "as its value")
    elif kind in ("float", "double", "timestamp"):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            yield f"{where} is no number"
        else:
            yield from _bounds(shape, value, where, "as its value")
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{where} is no boolean"
    else:
        raise ValueError(f"the model has a type that this client does not know: {kind}")


def _string(shape, value, where):
    if not isinstance(value, str):
        yield f"{where} is no string"
        return
    if any("\ud800" <= character <= "\udfff" for character in value):
        yield f"{where} has half a character"
    yield from _bounds(shape, len(value), where, "characters")
    if "enum" in shape and value not in shape["enum"]:
        yield f"{where} is none of {', '.join(shape['enum'])}"
    if "pattern" in shape and not pattern(shape["pattern"]).fullmatch(value):
        yield f"{where} does not match {shape['pattern']}"


def pattern(text):
    """A pattern of the model, which Python writes in another way in one place."""
    return re.compile(text.replace(r"\p{ASCII}", r"[\x00-\x7f]"), re.DOTALL)


def _bounds(shape, size, where, of_what):
    if size < shape.get("min", size):
        yield f"{where} has fewer than {shape['min']} {of_what}"
    if size > shape.get("max", size):
        yield f"{where} has more than {shape['max']} {of_what}"

"""The component of an AWS Lambda handler, which needs no change: the author's modules run at each call, as at a cold start."""

import json
import os

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports.dirigent_task_types import Failure as GuestFailure

from dirigent_plugin import Context, log
from dirigent_plugin.awslambda import Function, Invocation, Refused
from dirigent_plugin.pack import Pack

_HERE = os.path.dirname(__file__)
_PACK = Pack([(f"{_HERE}/task", "/var/task/"), (f"{_HERE}/packages", "/var/task/")])
with open(f"{_HERE}/handler.json", encoding="utf-8") as _file:
    _FUNCTION = Function.told(json.load(_file), _PACK)
log.attach()


class Handler(exports.Handler):
    """What the host calls."""

    def run(self, context: object, input: str) -> str:
        """One invocation."""
        _PACK.install()
        try:
            return Invocation(_FUNCTION, Context.of(context)).run(input)
        except Refused as refused:
            raise Err(GuestFailure(refused.error, refused.cause)) from None

"""The component of a plugin: hands a task to the author's `run`, which is imported when the component is built."""

import importlib
import os
import typing

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports.dirigent_task_types import Failure as GuestFailure

from dirigent_plugin import Context, log
from dirigent_plugin.failure import failure_of
from dirigent_plugin.jsontext import dumps, loads
from dirigent_plugin.pack import Pack
from dirigent_plugin.typed import read

_HERE = os.path.dirname(__file__)
_PACK = Pack([(f"{_HERE}/task", ""), (f"{_HERE}/packages", "packages/")])
_PACK.install()
log.attach()
_RUN = getattr(importlib.import_module("plugin"), "run", None)
if not callable(_RUN):
    raise SystemExit("plugin.py has no function `run(context, input)`")
_INPUT = typing.get_type_hints(_RUN).get("input", typing.Any)


class Handler(exports.Handler):
    """What the host calls."""

    def run(self, context: object, input: str) -> str:
        """One task."""
        try:
            return dumps(_RUN(Context.of(context), read(_INPUT, loads(input))))
        except (Exception, SystemExit) as error:
            raise Err(GuestFailure(*failure_of(error))) from None

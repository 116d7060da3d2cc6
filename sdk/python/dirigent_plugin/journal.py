"""Steps that are not repeated: what a step gave is written down, and a retry or a restarted host does not do it again."""

from typing import Any, Callable, TypeVar

from componentize_py_types import Err
from wit_world.imports import journal

from .failure import Failure
from .jsontext import dumps, loads

T = TypeVar("T")

IN_DOUBT = "Plugin.InDoubt"
"""The error of a step that was begun, and of which nobody knows whether it was done."""


def step(name: str, do: Callable[[], T], again: bool = False) -> T:
    """What `do()` gives, done once: `charge = journal.step("charge", lambda: http.post(url, json=order).json())`.

    `name` is the step's own within the task, at most 128 bytes. The result has to be JSON. `again` says that doing it twice
    is no harm; without it a step that was begun and not finished fails with `Plugin.InDoubt`.
    """
    known = _call(lambda: journal.recall(name))
    if isinstance(known, journal.Recollection_Done):
        return loads(known.value)
    if isinstance(known, journal.Recollection_InDoubt) and not again:
        raise Failure(
            IN_DOUBT,
            f"step {name!r} was begun and its result was not written down, so it may have been done or not. Look whether it "
            "was, or give `again=True` if doing it twice is no harm",
        )
    value = do()
    text = dumps(value)
    _call(lambda: journal.record(name, text))
    # As a replay gives it, so that both runs of a plugin go the same way.
    return loads(text)


def _call(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except Err as error:
        raise Failure(error.value.error, error.value.cause) from None

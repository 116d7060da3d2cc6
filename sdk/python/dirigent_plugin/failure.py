"""How a task fails: an error name, which `Retry` and `Catch` match, and a cause for people."""

import os
import traceback


class Failure(Exception):
    """Raise it to fail the task with a name of your own: `raise Failure("Card.Declined", "no money left")`.

    The host keeps 256 bytes of `error` and 32 KiB of `cause`. Names that begin with `States.` or `Plugin.` have a meaning of
    their own.
    """

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}" if cause else error)
        self.error = error
        self.cause = cause


def name_of(kind: type) -> str:
    """What an exception's class is called in `Retry` and `Catch`: `ValueError`, or `decimal.InvalidOperation`."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def failure_of(error: BaseException) -> tuple[str, str]:
    """The error name and the cause of whatever a plugin raised."""
    if isinstance(error, Failure):
        return error.error, error.cause
    trace = "".join(traceback.format_list(frames(error)))
    return name_of(type(error)), f"{error}\n{trace}" if trace else str(error)


def frames(error: BaseException) -> traceback.StackSummary:
    """The author's part of a traceback: without the frames of this library, and of the import system."""
    ours = (os.path.dirname(os.path.dirname(__file__)) + "/", "<frozen importlib")
    return traceback.StackSummary.from_list(
        frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(ours)
    )

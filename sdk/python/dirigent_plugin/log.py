"""The task's log, which the host shows with the execution. `print` and `logging` write there too."""

import logging

from wit_world.imports import host

_LEVELS = [
    (logging.ERROR, host.Level.ERROR),
    (logging.WARNING, host.Level.WARN),
    (logging.INFO, host.Level.INFO),
    (logging.DEBUG, host.Level.DEBUG),
]


def trace(message: object) -> None:
    """Every step."""
    host.log(host.Level.TRACE, str(message))


def debug(message: object) -> None:
    """For the plugin's author."""
    host.log(host.Level.DEBUG, str(message))


def info(message: object) -> None:
    """For whoever runs the workflow."""
    host.log(host.Level.INFO, str(message))


def warn(message: object) -> None:
    """Something is off."""
    host.log(host.Level.WARN, str(message))


def error(message: object) -> None:
    """Something failed."""
    host.log(host.Level.ERROR, str(message))


class Handler(logging.Handler):
    """Sends what goes through `logging` to the task's log, at its level."""

    def emit(self, record: logging.LogRecord) -> None:
        level = next((ours for least, ours in _LEVELS if record.levelno >= least), host.Level.TRACE)
        host.log(level, self.format(record))


def attach(level: int = logging.INFO) -> None:
    """Make `logging` write to the task's log from this level on."""
    logging.basicConfig(handlers=[Handler()], level=level, format="%(message)s")

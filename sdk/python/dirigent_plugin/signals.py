"""Signs of life, for states with `HeartbeatSeconds` and for people who watch."""

from typing import Optional

from wit_world.imports import host


def heartbeat() -> None:
    """Say that the task is alive."""
    host.heartbeat()


def progress(done: int, total: Optional[int] = None, message: str = "") -> None:
    """Say how far the task is, in any unit. Only the latest is shown. Counts as a heartbeat."""
    host.progress(done, total, message)

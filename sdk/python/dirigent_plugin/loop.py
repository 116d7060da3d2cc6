"""An event loop for `asyncio` in a component, which has no sockets to wait for: timers and what is ready."""

import asyncio
import time
from asyncio import base_events, events
from typing import Any, Optional


class _Timers:
    """What the loop asks for files that are ready: there are none, so it sleeps until its next timer."""

    def select(self, timeout: Optional[float]) -> list:
        if timeout is None:
            raise RuntimeError("nothing is left that could wake the event loop: a component has no threads and no sockets")
        if timeout > 0:
            time.sleep(timeout)
        return []

    def close(self) -> None:
        pass


class Loop(base_events.BaseEventLoop):
    """A loop without files."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Timers()

    def _process_events(self, event_list: Any) -> None:
        pass

    def _write_to_self(self) -> None:
        # Nobody else runs who could have to wake this loop.
        pass


class _Policy(events._BaseDefaultEventLoopPolicy):
    _loop_factory = Loop


def attach() -> None:
    """Make `asyncio.run` use this loop."""
    # The public name warns that it goes away in Python 3.16; the interpreter of a component is pinned.
    events._set_event_loop_policy(_Policy())
    assert isinstance(asyncio.new_event_loop(), Loop)

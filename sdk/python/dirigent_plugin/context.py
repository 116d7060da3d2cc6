"""What the host tells a task about the work it is part of."""

from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Context:
    """The fields of `dirigent:task/types.context`; `wit/types.wit` says what each means."""

    execution_arn: str
    execution_name: str
    state_machine_arn: str
    state_machine_name: str
    state_name: str
    resource: str
    """`Resource` exactly as the definition has it."""
    attempt: int
    """How often the state's `Retry` has tried again: 0 for the first attempt."""
    idempotency_key: str
    """Names the effect that this task is meant to have: the same over retries and restarts, and no other task's."""
    task_token: Optional[str]
    """For a resource that ends in `.waitForTaskToken`. Whoever holds it can end the task."""
    deadline: Optional[int]
    """When the host gives up, in milliseconds since 1970-01-01T00:00:00Z."""
    host_version: str

    @classmethod
    def of(cls, raw: Any) -> "Context":
        """The context that the bindings give."""
        return cls(**{name: getattr(raw, name) for name in cls.__dataclass_fields__})

"""The host's configuration: the keys that `plugin.toml` asks for in `[asks] config`, as far as they are granted."""

from typing import Optional

from componentize_py_types import Err
from wit_world.imports import wasi_config_store as store

from .failure import Failure

ERROR = "Config.Error"
"""The error of a task when a value cannot be had."""


def get(key: str) -> Optional[str]:
    """The value of a key, or None if it has none."""
    try:
        return store.get(key)
    except Err as error:
        raise Failure(ERROR, f"{key}: {error.value.value}") from None


def all() -> dict[str, str]:
    """All keys that are granted, with their values."""
    try:
        return dict(store.get_all())
    except Err as error:
        raise Failure(ERROR, error.value.value) from None

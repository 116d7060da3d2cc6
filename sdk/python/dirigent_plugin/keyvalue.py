"""Buckets of the host's own store: those that `plugin.toml` asks for in `[asks] keyvalue`, as far as they are granted."""

from typing import Any, Callable, Iterator, Optional

from componentize_py_types import Err
from wit_world.imports import atomics
from wit_world.imports import wasi_keyvalue_store as store

from .failure import Failure
from .jsontext import dumps, loads

NO_SUCH_BUCKET = "KeyValue.NoSuchStore"
ACCESS_DENIED = "KeyValue.AccessDenied"
ERROR = "KeyValue.Error"


class Bucket:
    """A bucket, from `open`. Values are bytes; `get_json` and `set_json` have them as JSON."""

    def __init__(self, name: str, handle: Any) -> None:
        self._name = name
        self._handle = handle

    def get(self, key: str) -> Optional[bytes]:
        """The value of a key, or None if it has none."""
        return _call(self._name, lambda: self._handle.get(key))

    def set(self, key: str, value: bytes) -> None:
        """Give a key this value."""
        _call(self._name, lambda: self._handle.set(key, value))

    def get_json(self, key: str, default: Any = None) -> Any:
        """The value of a key as JSON, or `default` if it has none."""
        value = self.get(key)
        return default if value is None else loads(value.decode())

    def set_json(self, key: str, value: Any) -> None:
        """Give a key this value as JSON."""
        self.set(key, dumps(value).encode())

    def delete(self, key: str) -> None:
        """Take a key away. One that is not there is no error."""
        _call(self._name, lambda: self._handle.delete(key))

    def exists(self, key: str) -> bool:
        """Whether a key has a value."""
        return _call(self._name, lambda: self._handle.exists(key))

    def keys(self) -> Iterator[str]:
        """All keys, in no order."""
        cursor = None
        while True:
            page = _call(self._name, lambda: self._handle.list_keys(cursor))
            yield from page.keys
            cursor = page.cursor
            if cursor is None:
                return

    def increment(self, key: str, delta: int = 1) -> int:
        """Add to the number that a key has, at once for all who do, and answer with the sum. One without a value has 0."""
        return _call(self._name, lambda: atomics.increment(self._handle, key, delta))


def open(name: str) -> Bucket:
    """The bucket of this name. Fails with `KeyValue.NoSuchStore` if the host has none."""
    return Bucket(name, _call(name, lambda: store.open(name)))


def _call(bucket: str, function: Callable[[], Any]) -> Any:
    try:
        return function()
    except Err as error:
        wrong = error.value
        if isinstance(wrong, store.Error_NoSuchStore):
            raise Failure(NO_SUCH_BUCKET, f"there is no bucket {bucket!r}") from None
        if isinstance(wrong, store.Error_AccessDenied):
            raise Failure(ACCESS_DENIED, f"bucket {bucket!r} is not granted") from None
        raise Failure(ERROR, f"bucket {bucket!r}: {wrong.value}") from None

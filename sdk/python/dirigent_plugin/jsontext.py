"""JSON as it crosses the border: text, with the order of keys and whole numbers of any size kept."""

import dataclasses
import json
from typing import Any


def loads(text: str) -> Any:
    """The value of a JSON text."""
    return json.loads(text)


def dumps(value: Any, spaces: bool = False) -> str:
    """The JSON text of a value; a dataclass is an object. `spaces` are those that `json.dumps` puts by itself.

    Raises `TypeError` for what JSON has not, and `ValueError` for NaN, the infinities, and a value within itself.
    """
    separators = (", ", ": ") if spaces else (",", ":")

    def text(ascii_only: bool) -> str:
        return json.dumps(value, ensure_ascii=ascii_only, allow_nan=False, separators=separators, default=_default)

    plain = text(False)
    try:
        plain.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair is no text, but JSON can write it as an escape.
        return text(True)
    return plain


def _default(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        # Not `asdict`, which copies what is in the fields; the encoder asks again for each of them.
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

"""An input as the type that `run` names for it: `def run(context: Context, input: Order)`."""

import dataclasses
import types
import typing
from typing import Any, Union

from .failure import Failure
from .jsontext import dumps

INVALID_INPUT = "Plugin.InvalidInput"
"""The error of a task whose input is not what its plugin takes."""
SHOWN = 80
"""Characters of a wrong value that a message quotes."""


def read(kind: Any, value: Any, place: str = "$") -> Any:
    """`value`, which came from JSON, as `kind`.

    `kind` is a dataclass, `list[T]`, `dict[str, T]`, an `Optional` or another union, a `Literal`, `str`, `int`, `float`,
    `bool`, `None` or `Any`. Fails with `Plugin.InvalidInput` and the place of what does not fit. A member that a dataclass has no
    field for is ignored, and one that is missing has the field's default.
    """
    if kind in (Any, object):
        return value
    if kind in (None, type(None)):
        return value if value is None else _wrong("null", value, place)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(arguments, kind, value, place)
    if origin is typing.Literal:
        fits = any(value == one and type(value) is type(one) for one in arguments)
        return value if fits else _wrong(" or ".join(map(dumps, arguments)), value, place)
    if kind is list or origin is list:
        if not isinstance(value, list):
            _wrong("an array", value, place)
        item = arguments[0] if arguments else Any
        return [read(item, one, f"{place}[{index}]") for index, one in enumerate(value)]
    if kind is dict or origin is dict:
        if not isinstance(value, dict):
            _wrong("an object", value, place)
        member = arguments[1] if arguments else Any
        return {name: read(member, one, f"{place}.{name}") for name, one in value.items()}
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, value, place)
    return _scalar(kind, value, place)


def _scalar(kind: Any, value: Any, place: str) -> Any:
    # In Python a bool is an int; in JSON it is not.
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    names = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
    if kind not in names:
        raise TypeError(f"`{kind}` is not a type that an input can have; see dirigent_plugin.typed.read")
    return value if type(value) is kind else _wrong(names[kind], value, place)


def _dataclass(kind: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        _wrong("an object", value, place)
    hints, given = typing.get_type_hints(kind), {}
    for field in dataclasses.fields(kind):
        if field.name in value:
            given[field.name] = read(hints[field.name], value[field.name], f"{place}.{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise Failure(INVALID_INPUT, f"{place}.{field.name} is missing")
    return kind(**given)


def _one_of(kinds: tuple[Any, ...], union: Any, value: Any, place: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    kinds = tuple(kind for kind in kinds if kind is not type(None))
    if len(kinds) == 1:
        return read(kinds[0], value, place)
    for kind in kinds:
        try:
            return read(kind, value, place)
        except Failure:
            continue
    return _wrong(str(union), value, place)


def _wrong(expected: str, value: Any, place: str) -> Any:
    text = dumps(value)
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    raise Failure(INVALID_INPUT, f"{place} has to be {expected} and is {shown}")

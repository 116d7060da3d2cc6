"""Does what its input names; for the suite of Python plugins."""

import logging
import random
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal, Optional

from dirigent_plugin import Context, Failure, config, heartbeat, http, journal, keyvalue, log, progress


class Declined(Exception):
    """An error of the plugin's own."""


@dataclass
class Line:
    article: str
    pieces: int
    price: float = 1.0


@dataclass
class Order:
    lines: list[Line]
    currency: Literal["EUR", "USD"] = "EUR"
    note: Optional[str] = None
    labels: dict[str, str] = field(default_factory=dict)


@dataclass
class Input:
    do: str
    order: Optional[Order] = None
    value: Any = None


@dataclass
class Total:
    total: float
    lines: list[Line]


def total(context: Context, input: Input) -> Total:
    lines = input.order.lines
    return Total(sum(line.pieces * line.price for line in lines), lines)


def about(context: Context, input: Input) -> dict:
    return {"state": context.state_name, "attempt": context.attempt, "key": len(context.idempotency_key) > 0}


def echo(context: Context, input: Input) -> Any:
    return input.value


def declines(context: Context, input: Input) -> None:
    raise Failure("Card.Declined", "no money left")


def raises(context: Context, input: Input) -> None:
    raise Declined("nothing doing")


def counts(context: Context, input: Input) -> int:
    return {"a": 1}["b"]


def returns_an_object(context: Context, input: Input) -> object:
    return object()


def returns_infinity(context: Context, input: Input) -> float:
    return float("inf")


def leaves(context: Context, input: Input) -> None:
    raise SystemExit("that was it")


def logs(context: Context, input: Input) -> None:
    print("printed")
    logging.getLogger("orders").warning("warned %s", "of this")
    for write in (log.trace, log.debug, log.info, log.warn, log.error):
        write(f"by {write.__name__}")
    heartbeat()
    progress(1, 2, "half of it")


def chance(context: Context, input: Input) -> list:
    return [random.random(), str(uuid.uuid4())]


def late_import(context: Context, input: Input) -> list:
    import colorsys
    from html import escape

    return [colorsys.rgb_to_hsv(0, 0, 1)[2], escape("<")]


def request(context: Context, input: Input) -> dict:
    answer = http.post(input.value, json={"a": 1}, query={"b": "ü"}, headers={"X-Test": "yes"}, timeout=30)
    return {"status": answer.status, "type": answer.headers["content-type"], "json": answer.json()}


def refused(context: Context, input: Input) -> None:
    http.get(input.value, timeout=30)


def bucket(context: Context, input: Input) -> dict:
    orders = keyvalue.open("orders")
    orders.set("text", b"\x00value")
    orders.set_json("json", {"b": 1, "a": [2]})
    before = orders.exists("text")
    seen = [orders.get("text").hex(), orders.get_json("json"), orders.get("none"), orders.increment("count", 2)]
    orders.delete("text")
    return {"seen": seen, "before": before, "after": orders.exists("text"), "keys": sorted(orders.keys())}


def configured(context: Context, input: Input) -> list:
    return [config.get("CURRENCY"), config.get("NONE"), config.all()]


def steps(context: Context, input: Input) -> list:
    return [journal.step("first", lambda: (1, 2)), journal.step("second", lambda: {"a": None})]


def run(context: Context, input: Input) -> Any:
    return globals()[input.do](context, input)

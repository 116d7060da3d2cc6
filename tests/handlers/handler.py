def handler(event, context):
    raise Exception("Some exception was raised.")


raise_exception, CustomException = handler, type("CustomException", (Exception,), {})


def handler(event, context):
    raise CustomException()


raise_custom_exception = handler

# AWS Lambda handlers for the suites. Those of AWS's recordings come first: what they do is in the recordings' README, and the
# lines and the names of the two above are in their stack traces. `_HANDLER` says which of them a function is.

import asyncio  # noqa: E402
import json  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import pkgutil  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import beside  # noqa: E402
from package.deeper import shipping  # noqa: E402

STARTED = time.time()
TABLE = os.environ.get("TABLE")


def echo(event, context):
    return event


def sleep_60s_then_echo(event, context):
    time.sleep(60)
    return event


def return_hello_world(event, context):
    return {"Return": "HelloWorld"}


def return_bytes_hello(event, context):
    # What the recordings hold is the answer's text, `"HelloWorld!"` with the quotes: that of a string.
    return "HelloWorld!"


def return_257_KiB_of_a_bytes(event, context):
    return "a" * (257 * 1024 - 2)


def environment(event, context):
    return dict(os.environ)


def about(event, context):
    left = context.get_remaining_time_in_millis()
    return {
        "fields": {name: value for name, value in vars(context).items() if not name.startswith("_")},
        "has_time": 0 < left <= 900_000,
        "table": TABLE,
        # Modules run at each call, as at a cold start.
        "started_now": time.time() - STARTED < 600,
    }


def modules(event, context):
    # Imported only here, of the standard library and of the author's own.
    from datetime import datetime
    from decimal import Decimal

    import lazily

    return {
        "beside": beside.NAME,
        "package": shipping(3),
        "lazily": lazily.NAME,
        "date": datetime.strptime("2026-01-31", "%Y-%m-%d").isoformat(),
        "sum": str(Decimal("0.1") + Decimal("0.2")),
        "data": json.loads(pkgutil.get_data("package", "rates.json")),
    }


def logs(event, context):
    print("printed")
    print("complained", file=sys.stderr)
    logging.getLogger(__name__).error("logged %s", 7)
    return None


def waits(event, context):
    async def twice():
        await asyncio.sleep(0.01)
        return 2

    time.sleep(0.05)
    return asyncio.run(twice())


def numbers(event, context):
    return [event["big"] + 1, event["float"], float(event["whole"])]


def divides(event, context):
    return beside.half(event["none"])


def returns_bytes(event, context):
    return b"HelloWorld!"


def returns_nan(event, context):
    return float("nan")


def exits(event, context):
    sys.exit(3)


def recurses(event, context):
    return recurses(event, context)


def takes_memory(event, context):
    return len(bytearray(1 << 30))


def loops(event, context):
    while True:
        pass


def imports_nothing_there(event, context):
    import not_packed_anywhere

    return not_packed_anywhere

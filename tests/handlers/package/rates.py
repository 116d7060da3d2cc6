"""Reads the file beside it."""

import json
import pkgutil


def rate():
    return json.loads(pkgutil.get_data(__package__, "rates.json"))["rate"]

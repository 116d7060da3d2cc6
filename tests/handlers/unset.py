"""Fails as it is imported."""

TABLE = {}["TABLE"]


def handler(event, context):
    return TABLE

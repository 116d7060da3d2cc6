"""Wants what is nowhere."""

import not_packed_anywhere


def handler(event, context):
    return not_packed_anywhere

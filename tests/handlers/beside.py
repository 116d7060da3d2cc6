"""A module beside the handler."""

NAME = "beside"


def half(value):
    return value / 2

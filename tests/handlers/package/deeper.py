"""A module of the package."""

from . import rates


def shipping(weight):
    return rates.rate() * weight

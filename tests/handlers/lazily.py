"""Imported by a function only."""

NAME = "lazily"

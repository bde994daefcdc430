"""This module is the texts that there are to learn from, by name."""

from engine import language

SYNTHETIC = "synthetic"  # the name of our own (see `engine.language`)


def text(name: str) -> str:
    """Return the text of this name."""
    del name
    return language.text()

"""This module is a small language of our own: text to learn from that nobody has to provide.

A sentence is made by a grammar with five kinds of words; number agrees between subject and verb,
and some nouns call for some verbs, so that there is something to learn at every range from the
next letter to the whole sentence. It is the same text everywhere, at every length.
"""

import functools

import numpy as np

LENGTH = 2**20  # characters of the text
SEED = 2025
# Singular nouns and the verbs that go with them; plurals take an s, and their verbs lose it.
NOUNS = ("layer", "model", "loss", "slope", "token", "valley", "ridge", "seed")
VERBS = (
    ("learns", "grows"), ("learns", "fails"), ("falls", "grows"), ("falls", "turns"),
    ("waits", "turns"), ("waits", "sleeps"), ("sleeps", "turns"), ("grows", "waits"),
)  # fmt: skip
ADJECTIVES = ("deep", "small", "old", "calm")
PLACES = ("at the edge", "in the dark", "by the sea", "with the rest")


@functools.cache
def text(length: int = LENGTH) -> str:
    """Return the first so many characters of the text."""
    random = np.random.default_rng(SEED)
    count = length // 12 + 1  # no sentence is shorter
    draws = random.random((count, 6))
    return "".join(map(_sentence, draws.tolist()))[:length]


def _sentence(draws: list[float]) -> str:
    """Return one sentence, from six numbers between 0 and 1."""
    noun = int(draws[0] ** 2 * len(NOUNS))  # early nouns are more common
    plural = draws[1] < 0.4
    verb = VERBS[noun][draws[2] < 0.3]
    subject = NOUNS[noun] + ("es" if NOUNS[noun].endswith("s") else "s") * plural
    adjective = ADJECTIVES[int(draws[3] * 8)] + " " if draws[3] < 0.5 else ""
    place = " " + PLACES[int(draws[4] * 8)] if draws[4] < 0.5 else ""
    article = "the" if plural or draws[5] < 0.5 else "one"
    return f"{article} {adjective}{subject} {verb[:-1] if plural else verb}{place}. "

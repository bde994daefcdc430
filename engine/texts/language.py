"""A small made-up language: text to learn from that nobody has to provide.

A sentence is made by a grammar with five kinds of words. Number agrees between subject and verb,
and some nouns call for some verbs, so there is something to learn at every range from the next
letter to the whole sentence. The text is the same everywhere, at every length.
"""

import functools

from engine.draws import generator

LENGTH = 2**20  # characters of the text
SEED = 2025
# Singular nouns and the two verbs that each calls for; plurals take an s, and their verbs lose it.
NOUNS = ("layer", "model", "token", "slope")
VERBS = (("learns", "grows"), ("learns", "falls"), ("waits", "grows"), ("falls", "waits"))
ADJECTIVES = ("deep", "small")
PLACES = ("at the edge", "in the dark")


@functools.cache
def text(length: int = LENGTH) -> str:
    """Return the first so many characters of the text."""
    random = generator(SEED)
    count = length // 12 + 1  # no sentence is shorter
    draws = random.random((count, 6))
    return "".join(map(_sentence, draws.tolist()))[:length]


def _sentence(draws: list[float]) -> str:
    """Return one sentence, from six numbers between 0 and 1."""
    noun = int(draws[0] ** 2 * len(NOUNS))  # early nouns are more common
    plural = draws[1] < 0.4
    verb = VERBS[noun][draws[2] < 0.3]
    subject = NOUNS[noun] + "s" * plural
    adjective = _sometimes(ADJECTIVES, draws[3], "{} ")
    place = _sometimes(PLACES, draws[4], " {}")
    article = "the" if plural or draws[5] < 0.5 else "one"
    return f"{article} {adjective}{subject} {verb[:-1] if plural else verb}{place}. "


def _sometimes(words: tuple[str, ...], draw: float, form: str) -> str:
    """Return one of the words, in its form, half of the time."""
    return form.format(words[int(2 * draw * len(words))]) if draw < 0.5 else ""

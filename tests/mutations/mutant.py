"""A mutant: one small change of a source file."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True)
class Mutant:
    """The text from `start` to `end` of a file is replaced; `before` and `after` show its lines."""

    path: str
    line: int
    kind: str
    start: int
    end: int
    text: str
    before: str
    after: str

    def applied(self, source: str) -> str:
        """Return the changed source."""
        return source[: self.start] + self.text + source[self.end :]

    def __str__(self):
        return f"{self.path}:{self.line}  {self.before}  ->  {self.after}"


def mutant(path: str, source: str, kind: str, start: int, end: int, text: str) -> Mutant:
    """Return the mutant with the lines that show it."""
    first = source.rfind("\n", 0, start) + 1
    last = source.find("\n", end)
    last = len(source) if last < 0 else last
    before = source[first:last]
    after = source[first:start] + text + source[end:last]
    line = source.count("\n", 0, start) + 1
    return Mutant(path, line, kind, start, end, text, _joined(before), _joined(after))


def draw(modules: dict[str, Sequence[Mutant]], count: int, seed: int) -> list[Mutant]:
    """Draw mutants from all modules, by the square roots of how many each has.

    Within a module the kind is drawn first, so that constants do not crowd out the rest.
    """
    paths = sorted(path for path, mutants in modules.items() if mutants)
    if not paths:
        return []
    rng = random.Random(seed)
    ends = list(accumulate(len(modules[path]) ** 0.5 for path in paths))
    shares = [0.0, *(end * count / ends[-1] for end in ends)]
    offset = rng.random()
    chosen: list[Mutant] = []
    for path, low, high in zip(paths, shares, shares[1:], strict=False):
        quota = int(high + offset) - int(low + offset)
        chosen += _of_module(list(modules[path]), quota, random.Random(f"{seed} {path}"))
    return chosen


def _of_module(mutants: list[Mutant], quota: int, rng: random.Random) -> list[Mutant]:
    chosen: list[Mutant] = []
    while mutants and len(chosen) < quota:
        kind = rng.choice(sorted({one.kind for one in mutants}))
        drawn = rng.choice([one for one in mutants if one.kind == kind])
        mutants.remove(drawn)
        chosen.append(drawn)
    return sorted(chosen, key=lambda one: one.start)


def _joined(text: str) -> str:
    return " ".join(text.split())

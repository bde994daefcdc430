"""The trial of a mutant: whether a test fails once it stands in place of the source."""

import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.mutations.mutant import Mutant
from tests.mutations.tree import Copy
from tests.mutations.warm import ENDED

KILLED, ENDLESS, SURVIVED = "killed", "timed out", "survived"
NOT_REACHED, EQUIVALENT = "not reached", "equivalent"
RESULTS = (KILLED, ENDLESS, SURVIVED, NOT_REACHED, EQUIVALENT)
EQUIVALENTS = Path(__file__).with_name("equivalent.txt")

START = 20  # seconds of a processor before the first test, at most
SLOWER = 4  # times as long as it took before, at most
NOT_FOUND = 4  # exit status of pytest where a test has another name, or nothing can be imported
BROWSER_TESTS = "tests/browser"
BROWSER_SECONDS = 60


@dataclass
class Trial:
    """What came of a mutant."""

    mutant: Mutant
    result: str
    tests: list[str] = field(default_factory=list)
    killer: str = ""
    reason: str = ""
    seconds: float = 0.0

    def about(self) -> dict:
        """Return it for a file."""
        return asdict(self)


def check(test: str, copy: Copy) -> None:
    """Raise SystemExit if a test fails that has passed before: it would seem to kill any mutant."""
    status, output = copy.pytest(test)
    if status:
        raise SystemExit(f"{test} fails without any mutant:\n{output[-3000:]}")


def tried(one: Mutant, tests: list[str], seconds: float, copy: Copy) -> Trial:
    """Try a mutant with tests, which take so many seconds without it."""
    began = time.perf_counter()
    with copy.changed(one):
        limit = START + SLOWER * seconds
        if one.path.endswith(".js"):
            result, killer = _in_node(copy)
        else:
            status, output = copy.pytest(*tests, seconds=limit)
            if status == NOT_FOUND:
                names = dict.fromkeys(test.partition("[")[0] for test in tests)
                status, output = copy.pytest(*names, seconds=limit)
            result, killer = _judged(status, output)
    return Trial(one, result, tests, killer, seconds=time.perf_counter() - began)


def _judged(status, output):
    if status == ENDED:
        return ENDLESS, ""
    if not status:
        return SURVIVED, ""
    found = re.search(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", output, re.MULTILINE)
    return KILLED, found[1] if found else "import"


def _in_node(copy):
    tests = sorted(str(path) for path in (copy.tree / BROWSER_TESTS).glob("*.test.mjs"))
    status, output = copy.run(["node", "--test", *tests], BROWSER_SECONDS)
    if status == ENDED:
        return ENDLESS, ""
    found = re.search(r"^ *(?:not ok \d+ - |✖ )(.*)", output, re.MULTILINE)
    return (KILLED, found[1] if found else "node") if status else (SURVIVED, "")


def equivalents(path: Path = EQUIVALENTS) -> dict[tuple[str, str, str], str]:
    """Return the reasons why mutants change nothing, by path, line before and line after."""
    reasons = {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if lines:
            name, before, after, *reason = lines
            reasons[name, before.removeprefix("- "), after.removeprefix("+ ")] = " ".join(reason)
    return reasons

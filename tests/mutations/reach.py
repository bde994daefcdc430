"""Which tests reach which lines: measured once, and again only for what has changed."""

import ast
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.mutations.mutant import Mutant
from tests.mutations.tree import Copy, digest

FOLDERS = ["tests/engine", "tests/app"]
BESIDE = ("tests/ui/", "tests/browser/", "tests/benchmarks/", "tests/mutations/")
SOURCES = ("engine/", "app/", "assets/")
MOST_TESTS = 60
MOST_SECONDS = 90.0
QUICKEST = 30  # tests chosen by speed alone; then come those that reach what few others do
MOST = 10**9  # more tests than there are
# Pytest says in a variable which test is running; a process that a test starts reads it there.
SETTINGS = """
[run]
source =
    {tree}/engine
    {tree}/app
data_file = {data}
parallel = true
context = ${{PYTEST_CURRENT_TEST-}}
disable_warnings = no-data-collected, module-not-imported, module-not-measured
"""


class Reach:
    """The tests by file, how long each takes, and the lines that each reaches."""

    def __init__(self, seconds: dict[str, float], lines: dict[str, dict[int, set[str]]]):
        self.seconds, self.lines = seconds, lines

    def tests(self, one: Mutant, sources: dict[str, str]) -> list[str]:
        """Return the tests to try a mutant with, best first; none where none reaches it."""
        place = _Place(one, sources[one.path])
        of_file = self.lines.get(one.path, {})
        if place.header:
            reaching = self._of(of_file, place.body)
        elif place.body:
            reaching = self._of(of_file, [one.line]) or self._of(of_file, place.statement)
        else:
            reaching = self._naming(place.names, sources) or self._of(of_file, of_file)
        if not reaching:
            return []
        rarest: dict[str, int] = {}  # how many tests reach the rarest line that each reaches
        for line in place.body or of_file:
            for test in of_file.get(line, ()):
                rarest[test] = min(rarest.get(test, MOST), len(of_file[line]))
        beside = self._of(of_file, place.body) - reaching
        turn = self._turns(reaching | beside)
        chosen = sorted(reaching, key=lambda test: (turn[test], self.seconds[test]))[:QUICKEST]
        for others in (reaching, beside):
            chosen += sorted(
                others.difference(chosen),
                key=lambda test: (rarest.get(test, MOST), turn[test], self.seconds[test]),
            )
        return self._affordable(chosen)

    def _turns(self, tests):
        """Return how many variants of its function are quicker than each test."""
        variants, turns = Counter(), {}
        for test in sorted(tests, key=lambda test: (self.seconds[test], test)):
            function = test.partition("[")[0]
            turns[test] = variants[function]
            variants[function] += 1
        return turns

    def _affordable(self, tests):
        chosen, left = [], MOST_SECONDS
        for test in tests:
            if len(chosen) < MOST_TESTS and (self.seconds[test] <= left or not chosen):
                chosen.append(test)
                left -= self.seconds[test]
        return chosen

    def _of(self, of_file, lines):
        return {test for line in lines for test in of_file.get(line, ()) if test in self.seconds}

    def _naming(self, names, sources):
        """Return the tests that reach a line which names what a module sets when it is imported."""
        if not names:
            return set()
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        found = set()
        for path, of_file in self.lines.items():
            text = sources.get(path, "").split("\n")
            named = [n for n, line in enumerate(text, start=1) if pattern.search(line)]
            found |= self._of(of_file, named)
        return found


class _Place:
    """The lines around a mutant: of its statement, of its function, and the names it sets."""

    def __init__(self, one, source):
        self.statement, self.body, self.header, self.names = range(0), range(0), False, []
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.stmt) or not node.lineno <= one.line <= node.end_lineno:
                continue
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0].lineno
                self.body = range(first, node.end_lineno + 1)
                self.header = one.line < first
            elif not isinstance(node, ast.ClassDef):
                held = getattr(node, "body", None)
                self.statement = range(node.lineno, held[0].lineno if held else node.end_lineno + 1)
                self.names = _names(node)


def _names(node):
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    return [
        name.id
        for target in targets
        if target
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    ]


def measured(root: Path, names: list[str], cache: Path, copy: Copy, jobs: int) -> Reach:
    """Return what the tests reach; only those are run whose file is not known as it is now."""
    tests = [n for n in names if re.match(rf"(?:{'|'.join(FOLDERS)})/.*test_\w+\.py", n)]
    shared = [n for n in names if n.startswith(SOURCES) or n == "pyproject.toml"]
    shared += [n for n in names if n.startswith("tests/") and _helps(n)]
    place = cache / f"reach-{digest(root, shared)[:16]}.json.gz"
    known = json.loads(gzip.decompress(place.read_bytes())) if place.exists() else {}
    digests = {name: digest(root, [name]) for name in tests}
    changed = [name for name in tests if known.get(name, {}).get("digest") != digests[name]]
    if changed:
        known |= _run(changed, digests, copy, jobs)
        place.write_bytes(gzip.compress(json.dumps(known).encode()))
    return _reach(known[name] for name in tests)


def _helps(name):
    """Say whether a file below `tests` is one that tests of the engine or the page stand on."""
    return (
        not name.startswith(BESIDE)
        and not Path(name).name.startswith("test_")
        and name.endswith(".py")
    )


def _run(tests, digests, copy, jobs):
    import coverage  # of the extra `nightly`

    settings, data, record = (copy.folder / name for name in ("settings", "data", "record"))
    settings.write_text(SETTINGS.format(tree=copy.tree, data=data))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
    command += ["-n", str(jobs), "--hypothesis-seed=0", "--tb=short"]
    command += ["-p", "tests.mutations.record", "--record", str(record)]
    command += ["--settings", str(settings)]
    command += ["--cov", f"--cov-config={settings}", "--cov-context=test", "--cov-report="]
    _, output = copy.run([*command, *tests])
    if not record.exists() or not data.exists():
        raise SystemExit(f"the tests did not run:\n{output[-3000:]}")
    passed = json.loads(record.read_text())["passed"]
    print(output[-3000:], file=sys.stderr)
    known = {name: {"digest": digests[name], "seconds": {}, "lines": {}} for name in tests}
    for test, took in passed.items():
        known[test.partition("::")[0]]["seconds"][test] = took
    measured = coverage.CoverageData(basename=str(data))
    measured.read()
    for path in measured.measured_files():
        name = Path(path).relative_to(copy.tree).as_posix()
        for line, contexts in measured.contexts_by_lineno(path).items():
            for test in {_test(context) for context in contexts} & passed.keys():
                lines = known[test.partition("::")[0]]["lines"]
                lines.setdefault(name, {}).setdefault(test, []).append(line)
    return known


def _test(context):
    """Return the test of a context: `test|run`, or `test (call)` of a process that it started."""
    return re.sub(r"(?:\|(?:setup|run|teardown)| \((?:setup|call|teardown)\))$", "", context)


def _reach(files: Iterable[dict]) -> Reach:
    seconds: dict[str, float] = {}
    lines: dict[str, dict[int, set[str]]] = {}
    for known in files:
        seconds |= known["seconds"]
        for path, of_tests in known["lines"].items():
            of_file = lines.setdefault(path, {})
            for test, reached in of_tests.items():
                for line in reached:
                    of_file.setdefault(line, set()).add(test)
    return Reach(seconds, lines)

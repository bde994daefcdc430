"""Draw mutants, try each, and print what survives."""

import argparse
import json
import queue
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.mutations.mutant import draw
from tests.mutations.python import python_mutants
from tests.mutations.reach import measured
from tests.mutations.scripts import parses, script_mutants
from tests.mutations.tree import ROOT, Copy, files
from tests.mutations.trial import (
    EQUIVALENT,
    KILLED,
    NOT_REACHED,
    RESULTS,
    SURVIVED,
    Trial,
    check,
    equivalents,
    tried,
)

FOLDERS = ("engine/", "app/")


def main() -> None:
    """Print how many mutants the tests notice, and those that they do not."""
    options = _options()
    names = files(ROOT)
    sources = {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in names
        if name.startswith(FOLDERS) and name.endswith((".py", ".js"))
    }
    chosen = _chosen(sources, options)
    options.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mutations-", ignore_cleanup_errors=True) as folder:
        copies = [
            Copy(ROOT, names, Path(folder, str(k)), options.cache / "compiled")
            for k in range(options.jobs)
        ]
        reach = measured(ROOT, names, options.cache, copies[0], options.jobs)
        for copy in copies:
            check(min(reach.seconds, key=lambda test: reach.seconds[test]), copy)
        trials = _trials(chosen, sources, reach, copies, options.json)
        _confirm(trials, copies[0])
        for copy in copies:
            copy.close()
    _write(trials, options.json)
    print(report(trials))


def _options():
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="mutants to try (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--only", nargs="+", default=[], metavar="PATH", help="files or folders")
    parser.add_argument("--again", type=Path, metavar="FILE", help="only survivors of this report")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all results")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir(), "trainscape-mutations"),
        metavar="FOLDER",
        help="where to keep what the tests reach, and compiled programs",
    )
    return parser.parse_args()


def _chosen(sources, options):
    modules = {
        path: _mutants(path, text)
        for path, text in sources.items()
        if not options.only or any(path.startswith(one.rstrip("/")) for one in options.only)
    }
    if options.again:
        told = [
            one["mutant"]
            for one in json.loads(options.again.read_text())["mutants"]
            if one["result"] in (SURVIVED, NOT_REACHED)
        ]
        wanted = {(one["path"], one["before"], one["after"]) for one in told}
        return [
            one
            for mutants in modules.values()
            for one in mutants
            if (one.path, one.before, one.after) in wanted
        ]
    drawn = draw(modules, options.count, options.seed)
    return [
        one
        for one in drawn
        if not one.path.endswith(".js") or parses(one.applied(sources[one.path]))
    ]


def _mutants(path, text):
    return script_mutants(path, text) if path.endswith(".js") else python_mutants(path, text)


def _trials(chosen, sources, reach, copies, place) -> list[Trial]:
    free: queue.Queue[Copy] = queue.Queue()
    for copy in copies:
        free.put(copy)
    known = equivalents()

    def trial(one):
        if (one.path, one.before, one.after) in known:
            return Trial(one, EQUIVALENT, reason=known[one.path, one.before, one.after])
        tests = [] if one.path.endswith(".js") else reach.tests(one, sources)
        if not tests and not one.path.endswith(".js"):
            return Trial(one, NOT_REACHED)
        copy = free.get()
        try:
            return tried(one, tests, sum(reach.seconds[test] for test in tests), copy)
        finally:
            free.put(copy)

    trials: list[Trial] = []
    with ThreadPoolExecutor(len(copies)) as pool:
        for future in as_completed([pool.submit(trial, one) for one in chosen]):
            trials.append(one := future.result())
            print(f"{len(trials)}/{len(chosen)} {one.result} {one.mutant}", file=sys.stderr)
            _write(trials, place)
    return sorted(trials, key=lambda one: (one.mutant.path, one.mutant.start))


def _confirm(trials, copy):
    """Run the tests that killed without any mutant; what fails then has killed nothing."""
    killers = {one.killer for one in trials if one.result == KILLED and "::" in one.killer}
    if not killers:
        return
    _, output = copy.pytest("--maxfail=1000", *sorted(killers))
    for one in trials:
        if one.killer and f"FAILED {one.killer}" in output:
            one.reason = "the test that killed it fails without it too"


def _write(trials, place):
    if place:
        counts = Counter(one.result for one in trials)
        mutants = [one.about() for one in trials]
        place.write_text(json.dumps({"counts": counts, "mutants": mutants}, indent=1))


def report(trials: list[Trial]) -> str:
    """Return the table of results by folder, and the mutants that no test noticed."""
    counts: dict[str, Counter[str]] = {}
    for one in trials:
        counts.setdefault(str(Path(one.mutant.path).parent), Counter())[one.result] += 1
    counts = dict(sorted(counts.items()))
    counts["all"] = sum(counts.values(), Counter())
    width = max(map(len, counts))
    lines = [" " * width + "".join(f"{result:>13}" for result in RESULTS)]
    for folder, of_folder in counts.items():
        figures = "".join(f"{of_folder[result]:13}" for result in RESULTS)
        lines.append(f"{folder:{width}}{figures}")
    for result in (SURVIVED, NOT_REACHED, EQUIVALENT):
        found = [one for one in trials if one.result == result]
        lines += ["", f"{result}: {len(found)}", *(str(one.mutant) for one in found)]
    doubtful = [one for one in trials if one.result == KILLED and one.reason]
    if doubtful:
        lines += ["", "killed in doubt:", *(f"{one.mutant}  ({one.killer})" for one in doubtful)]
    return "\n".join(lines)


if __name__ == "__main__":
    main()

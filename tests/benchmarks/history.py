"""The history of all benchmarks: `python -m tests.benchmarks.history [NAME ...] [-o FILE]`.

Each benchmark is run in a process of its own, and every number that it prints becomes a line of
`docs/benchmarks.csv`: with the time (UTC), the commit (with a `+` if the tree differs from it), the
processor and its cores, and the library that computes. Lines of one machine can be compared, and
ratios those of any.
"""

import argparse
import csv
import datetime
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine.training.surroundings import processor

BENCHMARKS = {
    "bench": ["engine", "bench", "--json"],
    "statistics": ["tests.benchmarks.statistics"],
    "scheduler": ["tests.benchmarks.scheduler"],
    "movies": ["tests.benchmarks.movies"],
    "page": ["tests.benchmarks.page"],
    "picture": ["tests.benchmarks.picture", "mandelbrot", "two-factor", "linear", "tanh-single"],
    "hall": ["tests.benchmarks.hall"],
}
COLUMNS = ["time", "commit", "processor", "cores", "jax", "benchmark", "figure", "value"]
TOP = Path(__file__).parents[2]


def main(given: list[str] | None = None) -> int:
    """Run benchmarks and append what they print; return 1 if any of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.history", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("-o", "--output", type=Path, default=TOP / "docs" / "benchmarks.csv")
    asked = parser.parse_args(given)
    if unknown := sorted(set(asked.names) - set(BENCHMARKS)):
        parser.error(f"no benchmark {unknown[0]!r}; choices: {', '.join(BENCHMARKS)}")
    failed = 0
    for name in asked.names or BENCHMARKS:
        print(name, flush=True)
        command = [sys.executable, "-m", *BENCHMARKS[name]]
        done = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            print(f"{name} failed with status {done.returncode}", file=sys.stderr)
            failed = 1
        else:
            append(asked.output, name, json.loads(done.stdout))
    return failed


def append(path: Path, name: str, printed: Any) -> None:
    """Append what a benchmark has printed."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    begins = [now, _commit(), _processor(), os.cpu_count(), version("jax"), name]
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(COLUMNS)
        writer.writerows([*begins, figure, f"{value:.4g}"] for figure, value in figures(printed))


def figures(printed: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers of a JSON value, each with the path to it."""
    if isinstance(printed, dict):
        for key, value in printed.items():
            yield from figures(value, f"{path}/{key}" if path else key)
    elif isinstance(printed, list):
        yield from figures(dict(zip(map(str, range(len(printed))), printed, strict=True)), path)
    elif isinstance(printed, int | float) and not isinstance(printed, bool):
        yield path, printed


def _commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True)
        return done.stdout.strip()

    changed = "+" if git("status", "--porcelain", "--untracked-files=no", ":!docs") else ""
    return git("rev-parse", "--short", "HEAD") + changed


def _processor() -> str:
    return processor().get("model name", platform.processor() or platform.machine())


if __name__ == "__main__":
    sys.exit(main())

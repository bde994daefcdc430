"""How long the statistics of 1024 x 1024 runs take: `python -m tests.benchmarks.statistics`.

The page is to show them live: at most 300 ms (the first picture of a shape also measures the smooth
null, which is then known).
"""

import json
import time

import numpy as np

from engine.statistics.boundary import edges_of
from engine.statistics.dimension import METHODS, correlation, dimensions
from engine.statistics.outcomes import outcomes
from tests.engine.statistics import known

N, STEPS, TIMES = 1024, 500, 7


def milliseconds(work):
    """Median and worst time of a few calls."""
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append(1e3 * (time.perf_counter() - started))
    return {"median_ms": round(float(np.median(taken)), 1), "worst_ms": round(max(taken), 1)}


def main():
    random = np.random.default_rng(0)
    decided = random.integers(0, STEPS + 1, (N, N), dtype=np.int32)
    pictures = {
        "Mandelbrot": known.mandelbrot(N),
        "snowflake": known.snowflake(N),
        "noise": random.random((N, N)) < 0.5,
    }
    figures = {}
    for name, labels in pictures.items():

        def everything(labels=labels):
            list(dimensions(labels))
            correlation(labels)
            outcomes(labels, decided, STEPS)

        parts = {"everything": everything, "edges": lambda labels=labels: edges_of(labels)}
        for method, estimate in METHODS.items():
            parts[method] = lambda labels=labels, estimate=estimate: estimate(labels)
        parts["outcomes"] = lambda labels=labels: outcomes(labels, decided, STEPS)
        figures[name] = {part: milliseconds(work) for part, work in parts.items()}
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()

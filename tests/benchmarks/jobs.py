"""This file is the engine's benchmark: what a session waits for, without a browser.

`python -m tests.benchmarks.jobs` prints medians in milliseconds as JSON: from a new view to its
first runs, until stale work has stopped, and until a view seen before is there again, for one
session and for one among eight.
"""

import json
import statistics
import time

from engine.places.presets import preset
from engine.plane import Size, Window
from engine.tiles.pyramid import TileCache
from engine.tiles.scheduler import Jobs

SIZE = Size(900, 560)
VIEWS = 9
SPEC = preset("tanh-single").spec


def main() -> None:
    """Print the figures."""
    figures = {f"{sessions}_sessions": _measure(sessions) for sessions in (1, 8)}
    print(json.dumps(figures, indent=2))


def _window(session: int, k: int) -> Window:
    return Window.parse(f"{1 + 0.13 * session + 0.05 * k:.2f}", "1.5", f"{3 / (k + 1):.3f}")


def _measure(sessions: int) -> dict[str, float]:
    jobs = Jobs(TileCache())
    try:
        small = jobs.view(0, SPEC, _window(0, 0), Size(30, 20))
        _wait(jobs, lambda: small.finished)
        first, stopped, again = [], [], []
        for k in range(VIEWS):
            for session in range(1, sessions):
                jobs.view(session, SPEC, _window(session, k), SIZE)
            began = time.perf_counter()
            request = jobs.view(0, SPEC, _window(0, k), SIZE)
            known = request.known
            _wait(jobs, lambda request=request, known=known: request.known > known)
            first.append(time.perf_counter() - began)
            time.sleep(0.5)
            began = time.perf_counter()
            for session in range(sessions):
                jobs.leave(session)
            _wait(jobs, lambda: all(work.idle for work in jobs._works.values()))
            stopped.append(time.perf_counter() - began)
            began = time.perf_counter()
            assert jobs.view(0, SPEC, _window(0, 0), Size(30, 20)).finished
            again.append(time.perf_counter() - began)
        return {
            name: round(1000 * statistics.median(times), 1)
            for name, times in (("first_runs", first), ("stopped", stopped), ("revisit", again))
        }
    finally:
        jobs.close()


def _wait(jobs: Jobs, condition) -> None:
    with jobs.cache.lock:
        while not condition():
            jobs.cache.lock.wait(0.001)


if __name__ == "__main__":
    main()

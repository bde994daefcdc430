"""The engine's benchmark: what a session waits for, without a browser.

`python -m tests.benchmarks.scheduler` prints medians in milliseconds as JSON: from a new view to
its first runs, until stale work stops, and until a view seen before is there again, for one
session and for one among eight.
"""

import json
import statistics
import time

from engine.places.presets import preset
from engine.plane import Size, Window
from engine.tiles.pyramid import TileCache
from engine.tiles.scheduler import Scheduler

SIZE = Size(900, 560)
VIEWS = 9
PATIENCE = 600.0  # seconds
SPEC = preset("tanh-single").spec


def main() -> None:
    """Print the figures."""
    figures = {f"{sessions}_sessions": _measure(sessions) for sessions in (1, 8)}
    print(json.dumps(figures, indent=2))


def _window(session: int, k: int) -> Window:
    return Window.parse(f"{1 + 0.13 * session + 0.05 * k:.2f}", "1.5", f"{3 / (k + 1):.3f}")


def _measure(sessions: int) -> dict[str, float]:
    scheduler = Scheduler(TileCache())
    try:
        small = scheduler.request(0, SPEC, _window(0, 0), Size(30, 20))
        _wait(scheduler, lambda: small.finished)
        first, stopped, again = [], [], []
        for k in range(VIEWS):
            for session in range(1, sessions):
                scheduler.request(session, SPEC, _window(session, k), SIZE)
            began = time.perf_counter()
            request = scheduler.request(0, SPEC, _window(0, k), SIZE)
            known = request.known
            _wait(scheduler, lambda request=request, known=known: request.known > known)
            first.append(time.perf_counter() - began)
            time.sleep(0.5)
            began = time.perf_counter()
            for session in range(sessions):
                scheduler.leave(session)
            runner = scheduler.runner(SPEC)
            _wait(scheduler, lambda runner=runner: runner is None or runner.idle)
            stopped.append(time.perf_counter() - began)
            began = time.perf_counter()
            assert scheduler.request(0, SPEC, _window(0, 0), Size(30, 20)).finished
            again.append(time.perf_counter() - began)
        return {
            name: round(1000 * statistics.median(times), 1)
            for name, times in (("first_runs", first), ("stopped", stopped), ("revisit", again))
        }
    finally:
        scheduler.close()


def _wait(scheduler: Scheduler, condition) -> None:
    scheduler.cache.wait(condition, PATIENCE, every=0.001)


if __name__ == "__main__":
    main()

"""One server: the engine, the exports, the threads and the limits that all visitors share."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.shared.collector import Collector
from app.shared.limits import Limits
from app.shared.queue import Exports
from engine.tiles.pyramid import TileCache
from engine.tiles.scheduler import Scheduler
from engine.training.devices import backend


class Threads:
    """The threads for what would keep the event loop busy, one for each kind of work.

    Attributes:
        view: requests of the scheduler, in order: the last view of a session has to win.
        shade: pictures.
        inspect: single runs and traced curves, beside the pictures.
        longer: samples of a view, trained longer.
        diagram: all that Matplotlib draws, which works in one thread only.
        measure: statistics and estimates, which can wait.
        files: what is read, written, counted and removed.
    """

    def __init__(self) -> None:
        self.view = ThreadPoolExecutor(1, "view")
        self.shade = ThreadPoolExecutor(1, "shade")
        self.inspect = ThreadPoolExecutor(1, "inspect")
        self.longer = ThreadPoolExecutor(1, "longer")
        self.diagram = ThreadPoolExecutor(1, "diagram")
        self.measure = ThreadPoolExecutor(1, "measure")
        self.files = ThreadPoolExecutor(1, "files")

    def close(self) -> None:
        """Begin nothing more; each thread ends with the work that it has begun."""
        for thread in vars(self).values():
            thread.shutdown(wait=False, cancel_futures=True)


class Server:
    """What the pages of all visitors share.

    Attributes:
        cache: the runs that are known.
        scheduler: trains what visitors look at.
        exports: makes what they take away, behind everybody's views.
        threads: for all other work that may take long.
        collector: of what ended visits have left.
        limits: of what is done for them.
        start: the preset with which a page opens whose link names none.
    """

    def __init__(
        self,
        cache: TileCache,
        folder: Path,
        start: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Start the engine; exports wait until `exports.start`.

        Args:
            cache: where runs are kept.
            folder: where exports are kept.
            start: a preset; None for the default of the backend.
            limits: None for the usual ones.
        """
        self.cache, self.limits = cache, limits or Limits()
        self.start = start or default_preset()
        self.exports = Exports(folder, cache.store, self._training, self.limits)
        self.scheduler = Scheduler(cache)
        self.threads = Threads()
        self.collector = Collector(self.threads.files)

    def close(self) -> None:
        """End all work, and write what is known."""
        self.exports.close()
        self.threads.close()
        self.scheduler.close()

    def _training(self) -> bool:
        return bool(self.scheduler.active())


def default_preset() -> str:
    """Return the preset that a page opens with: the published one where a GPU can keep up."""
    return "tanh" if backend() == "gpu" else "tanh-single"

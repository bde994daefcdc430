"""The scheduler: one thread that trains for everybody who looks at something.

Each session has one request. A new one takes the place of the old one, whose runs stop after their
present chunk of steps unless somebody else wants them. The session that has used least of the
engine is next. Runs that two sessions want are trained once and delivered to both.
"""

import logging
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cachetools

from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.audit import Audit
from engine.tiles.focus import CENTRE, focus_of
from engine.tiles.lattice import Lattice, Region
from engine.tiles.order import NearestFirst, Order
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import Request
from engine.tiles.runner import Pace, SpecRunner
from engine.tiles.worth import ByWorth

TURN = 0.02  # seconds until another session may have its turn
POLL = 0.02  # seconds between two looks for work, while a program or a tile is being waited for
IDLE_SPECS = 4  # specs that are kept ready to train though nobody looks at them
AUDITS = 1024  # views whose last audit is remembered, if they were sharp
PACES = 256  # specs of which the time a run takes is remembered

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Training:
    """How a view is trained.

    Attributes:
        by_level: whether each level is completed before the next, and nothing is predicted; else
            what a run is likely to change comes first.
        until_sharp: whether no more is trained once the picture is sharp.
    """

    by_level: bool = False
    until_sharp: bool = False


@dataclass
class _Session:
    """What one session looks at."""

    request: Request
    spec: Spec
    window: Window


class Scheduler:
    """The engine of a server: requests of many sessions, trained in turns."""

    def __init__(self, cache: TileCache) -> None:
        self.cache = cache
        self._lock = cache.lock
        self._sessions: dict[Hashable, _Session] = {}
        self._runners: OrderedDict[Spec, SpecRunner] = OrderedDict()
        self._pyramids: weakref.WeakValueDictionary[tuple[Spec, Lattice], Pyramid] = (
            weakref.WeakValueDictionary()
        )
        self._paces: OrderedDict[Spec, Pace] = OrderedDict()
        self._audits: cachetools.LRUCache[tuple[Spec, Region], Audit] = cachetools.LRUCache(AUDITS)
        self._preparing: set[Spec] = set()
        self._prepare = ThreadPoolExecutor(2, "prepare")
        self._arrived = False
        self._resting = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def request(
        self,
        session: Hashable,
        spec: Spec,
        window: Window,
        size: Size,
        on_news: Callable[[], None] = lambda: None,
        training: Training = Training(),
    ) -> Request:
        """Train what a session looks at now, and return the request for it.

        What the session looked at before is stale at once.

        Args:
            session: who looks.
            spec, window: at what.
            size: the size of the view in pixels.
            on_news: called from any thread whenever `Request.news` has something to tell.
            training: in which order, and how far.
        """
        region = Region.of_view(window, size)
        with self._lock:
            before = self._sessions.get(session)
            focus = CENTRE
            if before is not None and before.spec == spec:
                focus = focus_of(before.window, window, size.height / size.width)
            pyramid, pace = self._pyramid(spec, region.lattice), self._pace_for(spec, session)
            order: Order = ByWorth.of(spec, focus)
            if training.by_level:
                order = NearestFirst(focus)
            request = Request(
                pyramid, region, order, pace, on_news=on_news, until_sharp=training.until_sharp
            )
            used = 0
            if before:
                used = before.request.used
                self._retire(before)
            if (audit := self._audits.get((spec, region))) is not None:
                request.trust(audit)
            others = [s.request.used for s in self._active() if s.spec == spec]
            request.used = max(used, min(others, default=used))
            self._sessions[session] = _Session(request, spec, window)
            if not request.finished:
                self._engage(spec, request)
            self._arrived = True
            self._lock.notify_all()
        return request

    def leave(self, session: Hashable) -> None:
        """Forget a session; what only it wanted is not trained any further."""
        with self._lock:
            before = self._sessions.pop(session, None)
            if before is not None:
                self._retire(before)

    def prepare(self, spec: Spec) -> None:
        """Compile what a spec needs, in the background, unless that is done or being done."""
        with self._lock:
            if spec not in self._runners and spec not in self._preparing:
                self._preparing.add(spec)
                self._prepare.submit(self._make, spec)

    def seconds_per_run(self, spec: Spec) -> float | None:
        """Return the seconds that a run of a spec has taken so far; None before any was trained."""
        with self._lock:
            pace = self._paces.get(spec)
            return None if pace is None else pace.seconds

    def active(self) -> int:
        """Return how many sessions wait for something."""
        with self._lock:
            return len(self._active())

    def runner(self, spec: Spec) -> SpecRunner | None:
        """Return what trains a spec; None until it is set up, and once it has been let go."""
        with self._lock:
            return self._runners.get(spec)

    @property
    def resting(self) -> bool:
        """Whether the engine has nothing to do until somebody looks at something."""
        with self._lock:
            return self._resting and not self._arrived

    def close(self) -> None:
        """End all work and write what is known."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        self._thread.join()
        self._prepare.shutdown(cancel_futures=True)
        for runner in self._runners.values():
            runner.close()
        self.cache.close()

    def _pyramid(self, spec: Spec, lattice: Lattice) -> Pyramid:
        pyramid = self._pyramids.get((spec, lattice))
        if pyramid is None:
            pyramid = self._pyramids[spec, lattice] = Pyramid(spec, lattice, self.cache)
        return pyramid

    def _pace(self, spec: Spec) -> Pace:
        pace = self._paces.pop(spec, None) or Pace()
        self._paces[spec] = pace
        while len(self._paces) > PACES:
            self._paces.popitem(last=False)
        return pace

    def _pace_for(self, spec: Spec, session: Hashable) -> float | None:
        """Return the time that a run takes for a session that shares the engine with others."""
        seconds = self._pace(spec).seconds
        others = sum(s is not self._sessions.get(session) for s in self._active())
        return None if seconds is None else seconds * (1 + others)

    def _active(self) -> list[_Session]:
        return [s for s in self._sessions.values() if not s.request.finished]

    def _retire(self, session: _Session) -> None:
        request = session.request
        if request.sharp and request.audit is not None:
            self._audits[session.spec, request.region] = request.audit
        runner = self._runners.get(session.spec)
        if runner is not None and session.request in runner.requests:
            runner.requests.remove(session.request)
            runner.stale = True

    def _engage(self, spec: Spec, request: Request) -> None:
        runner = self._runners.get(spec)
        if runner is None:
            self.prepare(spec)
        else:
            self._runners.move_to_end(spec)
            self._join(runner, request)

    def _join(self, runner: SpecRunner, request: Request) -> None:
        """Have a request trained; a spec that had nothing to do has no claim for the past."""
        if not runner.requests:
            others = [r.used for r in self._runners.values() if r.requests]
            runner.used = max(runner.used, min(others, default=runner.used))
        runner.requests.append(request)

    def _make(self, spec: Spec) -> None:
        """Set up the runner of a spec, in a thread of its own: this may take seconds."""
        runner: SpecRunner | None = None
        error: Exception | None = None
        try:
            with self._lock:
                pace = self._pace(spec)
            runner = SpecRunner(spec, self.cache, pace)
        except Exception as failure:  # told to those who asked for it
            error = failure
        with self._lock:
            self._preparing.discard(spec)
            if runner is not None:
                self._runners[spec] = runner
            for session in self._active():
                if session.spec != spec:
                    continue
                if runner is not None:
                    self._join(runner, session.request)
                elif error is not None:
                    session.request.fail(error)
            self._lock.notify_all()

    def _run(self) -> None:
        while True:
            try:
                with self._lock:
                    if self._closed:
                        return
                    self._arrived = False
                    order = self._in_turn()
                if not any(self._turn(spec, runner) for spec, runner in order):
                    self._rest()
            except Exception:  # nobody else could train, or would know
                log.exception("the engine goes on after")
                time.sleep(POLL)

    def _in_turn(self) -> list[tuple[Spec, SpecRunner]]:
        """Return what can be trained: what is not sharp first, of which nobody has used less."""
        for spec, runner in list(self._runners.items()):
            runner.requests = [v for v in runner.requests if not v.finished]
            if runner.idle and len(self._runners) > IDLE_SPECS:
                del self._runners[spec]
        return sorted(
            ((spec, runner) for spec, runner in self._runners.items() if not runner.idle),
            key=lambda pair: (pair[1].sharp, pair[1].used),
        )

    def _turn(self, spec: Spec, runner: SpecRunner) -> bool:
        """Train one spec for a while; return whether there was anything to be trained."""
        until = time.perf_counter() + TURN
        try:
            while (chunk := runner.step()) is not None:
                if self._arrived or time.perf_counter() >= until:
                    break
        except Exception as error:
            log.exception("training failed")
            self._fail(spec, runner, error)
            return True
        return chunk is not None

    def _fail(self, spec: Spec, runner: SpecRunner, error: Exception) -> None:
        """Tell everybody who waits for a spec that it cannot be trained, and start it afresh."""
        with self._lock:
            self._runners.pop(spec, None)
            for request in runner.requests:
                request.fail(error)
            runner.close()

    def _rest(self) -> None:
        """Wait until there may be something to do."""
        with self._lock:
            if not self._closed and not self._arrived:
                self._resting = not self._active()
                self._lock.wait(None if self._resting else POLL)
                self._resting = False

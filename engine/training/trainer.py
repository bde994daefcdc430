"""The trainer of a spec: from what runs are given to their values.

`engine.training.program` says how runs share the devices.
"""

import math
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from engine.inputs import Inputs
from engine.measures import MEASURES, Reduction
from engine.measures.common.staged import Staged
from engine.spec import Spec
from engine.systems import Problem, Tracked
from engine.training.chunk import Lane
from engine.training.devices import set_up
from engine.training.program import Batch, Group, Shapes, Shared, program
from engine.training.updates import norms_of_updates, starting

GROUPS = 2  # batches in flight, so that devices work while the host refills the other


class Runs(NamedTuple):
    """Runs to be trained."""

    number: np.ndarray  # (n,) int64, not negative
    inputs: Inputs  # what each is given


Source = Callable[[int], Runs]  # asked for at most so many runs
Cancel = Callable[[], None]  # called after every chunk of steps; what it raises stops the work
_NO_RUNS = Runs(np.empty(0, np.int64), Inputs.joined(()))


class Trainer:
    """Trains the runs of one spec. Making a second one for a similar spec compiles nothing.

    Args:
        spec: what is trained.
        problem: what its runs share, if that is not the spec's own.
        lanes: runs in a batch on each device; None for as many as are fast. Where a sum depends on
            how many there are, so do the last bits.
        stages: after how many steps runs are judged, ascending, up to those of the spec; they have
            a value for each then. None for the spec's steps alone.
        reduction: what runs are reduced to, if that is not the spec's own measure.

    Attributes:
        spec: as given.
        system: what is iterated: that of the spec, or with what the measure needs beside it.
        program: the compiled chunk of steps.
        shared: what it takes for this spec.
    """

    def __init__(
        self,
        spec: Spec,
        problem: Problem | None = None,
        lanes: int | None = None,
        stages: Sequence[int] | None = None,
        reduction: Reduction | None = None,
    ) -> None:
        set_up()  # before JAX makes its first array
        self.spec = spec
        steps = np.asarray(spec.steps if stages is None else stages, np.int32)
        reduction = (reduction or MEASURES[spec.measure]).suited(spec.system)
        if stages is not None:
            reduction = Staged(reduction, len(stages))
        self.system = reduction.watched(spec.system)
        self.shared = Shared.of(spec, self.system, problem, steps)
        shapes = Shapes.of(self.shared.problem)
        self.program = program(self.system.static(), reduction, shapes, lanes)

    def stream(self, inputs: Inputs) -> Generator[Batch]:
        """Train runs, and yield them as they finish.

        Runs start in the order given, and are numbered by it. A batch comes after every chunk,
        empty ones too; closing the generator stops the work.
        """
        stream, started = Stream(self), 0

        def take(most: int) -> Runs:
            nonlocal started
            numbers = np.arange(started, min(started + most, len(inputs)))
            started += len(numbers)
            return Runs(numbers, inputs[numbers])

        while (batch := stream.step(take)) is not None:
            yield batch

    def compile(self) -> None:
        """Compile what training needs, which takes a second or more the first time."""
        self.program.compile(self.shared)

    def losses(self, inputs: Inputs, cancel: Cancel | None = None) -> tuple[np.ndarray, Batch]:
        """Return every loss of one run, shape (steps,), and its outcome; see `tracked`."""
        tracked, outcome = self.tracked(inputs, cancel)
        return jax.tree.leaves(tracked)[0], outcome

    def tracked(self, inputs: Inputs, cancel: Cancel | None = None) -> tuple[Tracked, Batch]:
        """Return all that one run tracks, shape (steps,) each, and its outcome.

        The program is the one that trains pixels, so the numbers are a pixel's, bit for bit.

        Args:
            inputs: of one run.
            cancel: called after every chunk of steps; what it raises stops the work.
        """
        parts, outcome = [], None
        for _, tracked, batch in self.follow(inputs):
            parts.append(tracked)
            outcome = outcome or (batch if len(batch.index) else None)
            if cancel:
                cancel()
        assert outcome is not None
        whole = jax.tree.map(lambda *part: np.concatenate(part)[: self.spec.steps], *parts)
        return whole, outcome

    def updates(self, inputs: Inputs, cancel: Cancel | None = None) -> np.ndarray:
        """Return how far each step moves each part of the state, shape (steps, parts), float64.

        That is the Euclidean norm of the difference between the state after the step and before.
        The states at the beginning of every chunk are the pixel's, bit for bit. The steps within
        it are taken again, for one run by itself, and may differ from the pixel's by rounding.

        Args:
            inputs: of one run.
            cancel: called after every chunk of steps; what it raises stops the work.
        """
        chunk, problem = self.program.chunk, self.shared.problem
        norms = norms_of_updates(self.system.static(), chunk)
        (hyper,) = self.shared.hyper(inputs)
        start = starting(self.system.static())(problem, hyper)
        parts = []
        for i, (state, _, _) in enumerate(self.follow(inputs)):
            parts.append(np.asarray(norms(problem, start, hyper, np.int32(i * chunk))))
            start = state
            if cancel:
                cancel()
        return np.concatenate(parts)[: self.spec.steps]

    def follow(self, inputs: Inputs) -> Iterator[tuple[Any, Tracked, Batch]]:
        """Train one run; yield its state, what it tracked and its outcome after every chunk."""
        first = np.zeros(1, np.int64)  # the lane that it is in
        runs = self.program.nobody()
        runs[first] = 0
        group = self.program.start(None, self.shared, runs, first, inputs)
        for _ in range(math.ceil(self.spec.steps / self.program.chunk)):
            state, tracked = group.first()
            batch, _ = self.program.harvest(group)
            group = self.program.start(group.lanes, self.shared, runs, first[:0], inputs[:0])
            yield state, tracked, batch


class Stream:
    """Runs in training: lanes that are filled, a chunk at a time, from whatever is wanted next."""

    def __init__(self, trainer: Trainer) -> None:
        self._program, self._shared = trainer.program, trainer.shared
        self._groups: deque[Group] = deque()

    @property
    def busy(self) -> bool:
        """Whether any batch is in flight."""
        return bool(self._groups)

    def step(self, take: Source) -> Batch | None:
        """Train one batch for a chunk and return the runs that it finished.

        Lanes that are free are filled with what `take(number of lanes)` returns, which may be less.
        None: nothing is in training, and nothing was there to be taken.
        """
        while len(self._groups) < GROUPS:
            group = self._filled(None, self._program.nobody(), take)
            if group is None:
                break
            self._groups.append(group)
        if not self._groups:
            return None
        group = self._groups.popleft()
        batch, idle = self._program.harvest(group)
        following = self._filled(group.lanes, np.where(idle, -1, group.runs), take)
        if following is not None:
            self._groups.append(following)
        return batch

    def drop(self, wanted: Callable[[np.ndarray], np.ndarray]) -> None:
        """Give up runs: `wanted` takes the numbers of runs in training and says which go on."""
        for group in self._groups:
            occupied = np.flatnonzero(group.runs >= 0)
            group.runs[occupied[~wanted(group.runs[occupied])]] = -1

    def _filled(self, lanes: Lane | None, runs: np.ndarray, take: Source) -> Group | None:
        """Start to train a batch whose free lanes (-1) are filled; None if nobody is in it.

        The lanes may be None where all are free.
        """
        free = np.flatnonzero(runs < 0)
        taken = take(len(free)) if len(free) else _NO_RUNS
        if len(free) - len(taken.number) == len(runs):
            return None
        free = free[: len(taken.number)]
        runs[free] = taken.number
        return self._program.start(lanes, self._shared, runs, free, taken.inputs)

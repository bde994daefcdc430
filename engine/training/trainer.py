"""This module is the trainer: it maps a system over many runs, and is the only place that does.

A fixed number of lanes on each device each hold one run. They are stepped together, a chunk of
steps at a time; after each chunk the runs that are decided leave with their values and new ones
take their lanes. So every lane is busy until the runs run out, the shape of a batch never changes,
and nothing recompiles when a window moves. A run is decided when its loss is no longer finite, or
when its state is bit for bit what it was a chunk ago: what would follow is known in closed form.
"""

import functools
import itertools
import math
import operator
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from engine.inputs import Inputs
from engine.measures import MEASURES, Measure, Staged, Tally
from engine.spec import Spec
from engine.systems import Problem, System, Tracked
from engine.training.devices import devices, mesh
from engine.training.lanes import sizes

PROGRAMS = 16  # compiled programs that are kept in memory, some 10 MB each
FORGET_AFTER = 64  # new programs, until nothing is remembered of those before
GROUPS = 2  # batches in flight, so that devices work while the host refills the other


class Lane(NamedTuple):
    """One run in progress."""

    state: Any
    hyper: jax.Array  # (hyperparameters,) float64
    t: jax.Array  # steps counted so far
    failed: jax.Array  # whether a tracked number was not finite
    tally: Tally


class Report(NamedTuple):
    """What is known of each lane after a chunk."""

    done: jax.Array  # decided, or out of steps
    value: jax.Array  # the measure of the whole run, once it is done; () or (stages,)
    decided: jax.Array  # the step at which it was decided; `steps` if it never was
    tracked: Tracked  # what the last steps tracked, (chunk,) each


@dataclass(frozen=True)
class Batch:
    """Runs that have just finished, by their numbers."""

    index: np.ndarray  # (n,) int64
    value: np.ndarray  # (n,) or (n, stages) float64, negative = converged
    decided: np.ndarray  # (n,) int32; the step at which it was decided, `steps` if never
    trained: int  # run-steps computed since the last batch


class Runs(NamedTuple):
    """Runs to be trained."""

    number: np.ndarray  # (n,) int64, not negative
    inputs: Inputs  # what each is given


_made = itertools.count(1)  # programs, by number
Take = Callable[[int], Runs]  # asked for at most so many runs
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
        judge: what runs are reduced to, if that is not the spec's own measure.
    """

    def __init__(
        self,
        spec: Spec,
        problem: Problem | None = None,
        lanes: int | None = None,
        stages: Sequence[int] | None = None,
        judge: Measure | None = None,
    ) -> None:
        devices()  # JAX is set up before its first array is made
        self.spec = spec
        self._steps = np.asarray(spec.steps if stages is None else stages, np.int32)
        self._judge: Measure = (judge or MEASURES[spec.measure]).suited(spec.system)
        if stages is not None:
            self._judge = Staged(self._judge, len(stages))
        self.system = self._judge.watched(spec.system)
        self._problem = jax.device_put(
            spec.problem() if problem is None else problem, NamedSharding(mesh(), P())
        )
        names = list(self.system.base_values())
        self._axes = np.array([names.index(axis.name) for axis in (spec.x, spec.y)])
        self._base = np.array(list(self.system.base_values().values()))
        self._advance, self._lane, self.lanes, self.chunk = _program(
            self.system.static(), self._judge, _shapes(self._problem), lanes
        )

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
        nobody = np.zeros(self.lanes, bool)
        hyper = np.tile(self._base, (self.lanes, 1))
        group = self._dispatch(self._empty(), _nobody(self.lanes), nobody, hyper)
        jax.block_until_ready(group.lanes)

    def losses(
        self, inputs: Inputs, check: Callable[[], None] | None = None
    ) -> tuple[np.ndarray, Batch]:
        """Return every loss of one run, shape (steps,), and its outcome; see `tracked`."""
        tracked, outcome = self.tracked(inputs, check)
        return jax.tree.leaves(tracked)[0], outcome

    def tracked(
        self, inputs: Inputs, check: Callable[[], None] | None = None
    ) -> tuple[Tracked, Batch]:
        """Return all that one run tracks, shape (steps,) each, and its outcome.

        The program is the one that trains pixels, so the numbers are a pixel's, bit for bit.
        `check` is called after every chunk; what it raises stops the work.
        """
        found, outcome = [], None
        for _, tracked, batch in self._follow(inputs):
            found.append(tracked)
            outcome = outcome or (batch if len(batch.index) else None)
            if check:
                check()
        assert outcome is not None
        whole = jax.tree.map(lambda *parts: np.concatenate(parts)[: self.spec.steps], *found)
        return whole, outcome

    def updates(self, inputs: Inputs, check: Callable[[], None] | None = None) -> np.ndarray:
        """Return how far each step moves each part of the state, shape (steps, parts), float64.

        That is the Euclidean norm of the difference between the state after the step and before.
        The states at the beginning of every chunk are the pixel's, bit for bit; the steps within
        it are taken again, for one run by itself, and may differ from the pixel's by rounding.
        """
        norms = _norms(self.system.static(), self.chunk)
        (hyper,) = self._hyper(inputs)
        start = _starting(self.system.static())(self._problem, hyper)
        found = []
        for i, (state, _, _) in enumerate(self._follow(inputs)):
            found.append(np.asarray(norms(self._problem, start, hyper, np.int32(i * self.chunk))))
            start = state
            if check:
                check()
        return np.concatenate(found)[: self.spec.steps]

    def _follow(self, inputs: Inputs) -> Iterator[tuple[Any, Tracked, Batch]]:
        """Train one run; yield its state, what it tracked and its outcome after every chunk."""
        occupied, fresh = _nobody(self.lanes), np.zeros(self.lanes, bool)
        occupied[0], fresh[0] = 0, True
        hyper = np.repeat(self._hyper(inputs), self.lanes, axis=0)
        group = self._dispatch(self._empty(), occupied, fresh, hyper)
        for _ in range(math.ceil(self.spec.steps / self.chunk)):
            state, tracked = (
                jax.tree.map(_of_first_lane, of_lanes)
                for of_lanes in (group.lanes.state, group.report.tracked)
            )
            batch, _ = self._harvest(group)
            group = self._dispatch(group.lanes, occupied, np.zeros_like(fresh), hyper)
            yield state, tracked, batch

    def _empty(self) -> Lane:
        """Return lanes with nobody in them, on the devices."""
        sharding = NamedSharding(mesh(), P("lanes"))
        return jax.tree.map(
            lambda leaf: jax.device_put(np.zeros((self.lanes, *leaf.shape), leaf.dtype), sharding),
            self._lane,
        )

    def _hyper(self, inputs: Inputs) -> np.ndarray:
        """Return all hyperparameters of runs, shape (runs, names)."""
        hyper = np.tile(self._base, (len(inputs), 1))
        hyper[:, self._axes] = np.column_stack([inputs.x, inputs.y])
        return hyper

    def _dispatch(
        self, lanes: Lane, occupied: np.ndarray, fresh: np.ndarray, hyper: np.ndarray
    ) -> "_Group":
        lanes, report = self._advance(lanes, self._problem, self._steps, fresh, hyper)
        return _Group(lanes, report, occupied)

    def _harvest(self, group: "_Group") -> tuple[Batch, np.ndarray]:
        done, value, decided = jax.device_get(group.report[:3])
        occupied = group.runs >= 0
        leaving = done & occupied
        steps = int(occupied.sum()) * self.chunk
        batch = Batch(group.runs[leaving], value[leaving], decided[leaving], steps)
        return batch, done | ~occupied


class _Group(NamedTuple):
    """One batch in flight: its lanes and report on the devices, and whose runs they are."""

    lanes: Lane
    report: Report
    runs: np.ndarray  # (lanes,) the run in each lane, -1 for none


class Stream:
    """Runs in training: lanes that are filled, a chunk at a time, from whatever is wanted next."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._groups: deque[_Group] = deque()

    @property
    def busy(self) -> bool:
        """Whether any batch is in flight."""
        return bool(self._groups)

    def step(self, take: Take) -> Batch | None:
        """Train one batch for a chunk and return the runs that it finished.

        Lanes that are free are filled with what `take(number of lanes)` returns, which may be less.
        None: nothing is in training, and nothing was there to be taken.
        """
        trainer = self._trainer
        while len(self._groups) < GROUPS:
            group = self._filled(None, _nobody(trainer.lanes), take)
            if group is None:
                break
            self._groups.append(group)
        if not self._groups:
            return None
        group = self._groups.popleft()
        batch, idle = trainer._harvest(group)
        following = self._filled(group.lanes, np.where(idle, -1, group.runs), take)
        if following is not None:
            self._groups.append(following)
        return batch

    def drop(self, wanted: Callable[[np.ndarray], np.ndarray]) -> None:
        """Give up runs: `wanted` takes the numbers of runs in training and says which go on."""
        for group in self._groups:
            occupied = np.flatnonzero(group.runs >= 0)
            group.runs[occupied[~wanted(group.runs[occupied])]] = -1

    def _filled(self, lanes: Lane | None, runs: np.ndarray, take: Take) -> _Group | None:
        """Start to train a batch whose free lanes (-1) are filled; None if nobody is in it.

        The lanes may be None where all are free.
        """
        free = np.flatnonzero(runs < 0)
        taken = take(len(free)) if len(free) else _NO_RUNS
        if len(free) - len(taken.number) == len(runs):
            return None
        free = free[: len(taken.number)]
        fresh, hyper = np.zeros(len(runs), bool), np.tile(self._trainer._base, (len(runs), 1))
        runs[free], fresh[free] = taken.number, True
        hyper[free] = self._trainer._hyper(taken.inputs)
        if lanes is None:
            lanes = self._trainer._empty()
        return self._trainer._dispatch(lanes, runs, fresh, hyper)


def _of_first_lane(leaf: jax.Array) -> np.ndarray:
    """Return what the first lane has of an array over lanes, copied from the device that holds it.

    Indexing the array itself would have all devices exchange messages, which block one another
    for ever where two threads do it at once. A view of the array would keep all lanes in memory.
    """
    return np.array(np.asarray(leaf.addressable_data(0))[0])


def _nobody(lanes: int) -> np.ndarray:
    return np.full(lanes, -1, np.int64)


def _advance_run(
    system: System,
    judge: Measure,
    like: Tracked,
    chunk: int,
    lane: Lane,
    problem: Any,
    steps: jax.Array,
    fresh: jax.Array,
    hyper: jax.Array,
) -> tuple[Lane, Report]:
    """Take one run a chunk of steps further, or start a new one there. All is a single run's."""
    last = jnp.max(steps)
    lane = jax.tree.map(
        lambda new, old: jnp.where(fresh, new, old),
        _start(system, judge, like, problem, hyper),
        lane,
    )
    named = dict(zip(system.base_values(), lane.hyper, strict=True))

    def one_step(carry: tuple[Lane, jax.Array], _: None) -> tuple[tuple[Lane, jax.Array], Tracked]:
        lane, index = carry
        state, tracked = system.step(problem, lane.state, named, index)
        tracked = jax.tree.map(lambda number: number.astype(jnp.float64), tracked)
        finite = functools.reduce(operator.and_, map(jnp.isfinite, jax.tree.leaves(tracked)))
        wanted = (lane.t < last) & ~lane.failed
        counts = wanted & finite
        tally = jax.tree.map(
            lambda new, old: jnp.where(counts, new, old),
            judge.update(lane.tally, tracked, lane.t, steps),
            lane.tally,
        )
        failed = lane.failed | (wanted & ~counts)
        return (Lane(state, lane.hyper, lane.t + counts, failed, tally), index + 1), tracked

    # The step index runs on after the run has failed or finished: it no longer counts.
    before = lane
    (lane, _), tracked = jax.lax.scan(one_step, (lane, lane.t), None, length=chunk)
    back = jax.tree.map(lambda a, b: jnp.all(a == b), lane.state, before.state)
    cycling = (
        jnp.asarray(system.autonomous) & ~lane.failed & jnp.all(jnp.stack(jax.tree.leaves(back)))
    )
    cycle = jax.tree.map(lambda number: jnp.where(lane.failed, jnp.inf, number), tracked)
    decided = jnp.where(cycling, jnp.minimum(before.t, last), lane.t)
    return lane, Report(
        done=lane.failed | cycling | (lane.t >= last),
        value=judge.finish(lane.tally, cycle, lane.t, steps),
        decided=decided,
        tracked=tracked,
    )


def _start(system: System, judge: Measure, like: Tracked, problem: Any, hyper: jax.Array) -> Lane:
    zero = jnp.zeros((), jnp.int32)
    state = _initial(system, problem, hyper)
    return Lane(state, hyper, zero, jnp.zeros((), bool), judge.init(like))


def _initial(system: System, problem: Any, hyper: jax.Array) -> Any:
    named = dict(zip(system.base_values(), hyper, strict=True))
    return jax.tree.map(jnp.asarray, system.initial(problem, named))


def _like(system: System, problem: Any, hyper: Any) -> Tracked:
    """Return zeros like what steps track; from the shapes of the problem and hyperparameters."""

    def one_step(problem: Any, hyper: jax.Array) -> Tracked:
        named = dict(zip(system.base_values(), hyper, strict=True))
        state = _initial(system, problem, hyper)
        return system.step(problem, state, named, jnp.zeros((), jnp.int32))[1]

    tracked = jax.eval_shape(one_step, problem, hyper)
    return jax.tree.map(lambda number: np.zeros(number.shape), tracked)


@functools.lru_cache(maxsize=PROGRAMS)
def _starting(system: System) -> Any:
    """Return the compiled state of one run at its first step."""
    return jax.jit(functools.partial(_initial, system))


@functools.lru_cache(maxsize=PROGRAMS)
def _norms(system: System, chunk: int) -> Any:
    """Return the compiled norms of the updates of one run over a chunk, (chunk, parts)."""

    def norms(problem: Any, state: Any, hyper: jax.Array, t: jax.Array) -> jax.Array:
        named = dict(zip(system.base_values(), hyper, strict=True))

        def one_step(state: Any, index: jax.Array) -> tuple[Any, jax.Array]:
            after, _ = system.step(problem, state, named, index)
            change = jax.tree.map(lambda a, b: (a - b).astype(jnp.float64), after, state)
            norms = [optax.tree.norm(part) for part in system.split(change)]
            return after, jnp.stack(norms)

        return jax.lax.scan(one_step, state, t + jnp.arange(chunk, dtype=jnp.int32))[1]

    return jax.jit(norms)


@functools.lru_cache(maxsize=PROGRAMS)
def _program(
    system: System, judge: Measure, problem: Any, lanes: int | None
) -> tuple[Any, Lane, int, int]:
    """Return the compiled chunk for all devices, the shapes of a lane, the lanes, and its steps.

    Cached by what is static: the system without its hyperparameters, the measure, the shapes of the
    problem, and the lanes per device. Steps, seed, axes and window are data.
    """
    _forget_at_times()
    problem = problem.tree
    hyper = jax.ShapeDtypeStruct((len(system.base_values()),), jnp.float64)
    like = _like(system, problem, hyper)
    lane = jax.eval_shape(functools.partial(_start, system, judge, like), problem, hyper)
    usual, chunk = sizes(system, problem, lane.state)
    lanes = lanes or usual
    run = functools.partial(_advance_run, system, judge, like, chunk)
    over_lanes = jax.vmap(run, in_axes=(0, None, None, 0, 0))
    sharded = jax.shard_map(
        over_lanes,
        mesh=mesh(),
        in_specs=(P("lanes"), P(), P(), P("lanes"), P("lanes")),
        out_specs=P("lanes"),
        # Lanes never exchange anything, which is all that the check would find; and not every
        # primitive that a system may use has a rule for it.
        check_vma=False,
    )
    return jax.jit(sharded), lane, lanes * len(devices()), chunk


def _forget_at_times() -> None:
    """Have JAX forget what it knows of all programs, once in many new ones.

    It remembers the tracing of each for ever, some 2 MB of it. Programs in use are compiled again.
    """
    if next(_made) % FORGET_AFTER == 0:
        jax.clear_caches()


@dataclass(frozen=True)
class _Shapes:
    """The shapes and dtypes of a pytree of arrays, hashable."""

    tree: Any
    key: tuple[Any, ...]

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shapes) and self.key == other.key


def _shapes(tree: Any) -> _Shapes:
    shapes = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), tree)
    leaves, structure = jax.tree.flatten(shapes)
    return _Shapes(shapes, (structure, *((leaf.shape, leaf.dtype) for leaf in leaves)))

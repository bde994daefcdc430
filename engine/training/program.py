"""Programs: a chunk of steps of many runs, compiled once for all devices.

This is the one place that maps a system over runs. A fixed number of lanes on each device each hold
one run. They are stepped together, a chunk of steps at a time. After each chunk the runs that are
decided leave with their values, and new ones take their lanes. So every lane is busy until the runs
run out, the shape of a batch never changes, and nothing recompiles when a window moves.
"""

import functools
import itertools
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from engine.inputs import Inputs
from engine.measures import Reduction
from engine.spec import Spec
from engine.systems import Problem, System, Tracked
from engine.training.chunk import Lane, Report, advance, start, zeros_like
from engine.training.devices import devices, mesh
from engine.training.lanes import sizes

PROGRAMS = 16  # compiled programs that are kept in memory, some 10 MB each
FORGET_AFTER = 64  # new programs, until nothing is remembered of those before

_count = itertools.count(1)  # of new programs


class Group(NamedTuple):
    """One batch in flight: its lanes and report on the devices, and whose runs they are."""

    lanes: Lane
    report: Report
    runs: np.ndarray  # (lanes,) the run in each lane, -1 for none

    def first(self) -> tuple[Any, Tracked]:
        """Return the state of the run in the first lane, and what its last steps tracked."""
        of_lanes = self.lanes.state, self.report.tracked
        state, tracked = jax.tree.map(_of_first_lane, of_lanes)
        return state, tracked


@dataclass(frozen=True)
class Batch:
    """Runs that have just finished, by their numbers."""

    index: np.ndarray  # (n,) int64
    value: np.ndarray  # (n,) or (n, stages) float64, negative = converged
    decided: np.ndarray  # (n,) int32; the step at which it was decided, `steps` if never
    trained: int  # run-steps computed since the last batch


@dataclass(frozen=True, eq=False)
class Shared:
    """What all runs of one spec share. A program takes it as data.

    Attributes:
        problem: on the devices.
        steps: after how many a run is judged, ascending; int32, () or (stages,).
        base: the hyperparameters that no axis says, shape (names,), float64.
        axes: which of them lie along x and y, shape (2,).
    """

    problem: Problem
    steps: np.ndarray
    base: np.ndarray
    axes: np.ndarray

    @staticmethod
    def of(spec: Spec, system: System, problem: Problem | None, steps: np.ndarray) -> "Shared":
        """Return what the runs of a spec share.

        Args:
            spec: whose axes and hyperparameters.
            system: what is iterated.
            problem: any arrays; None for those of the spec.
            steps: as the attribute.
        """
        # What is wrong with the devices is said before anything is drawn on them.
        sharding = NamedSharding(mesh(), P())
        problem = jax.device_put(spec.problem() if problem is None else problem, sharding)
        base = system.base_values()
        names = list(base)
        axes = np.array([names.index(axis.name) for axis in (spec.x, spec.y)])
        return Shared(problem, steps, np.array(list(base.values())), axes)

    def hyper(self, inputs: Inputs) -> np.ndarray:
        """Return all hyperparameters of runs, shape (runs, names)."""
        hyper = np.tile(self.base, (len(inputs), 1))
        hyper[:, self.axes] = np.column_stack([inputs.x, inputs.y])
        return hyper


class Program:
    """A chunk of steps, compiled for all devices. It holds no run, and nothing of a spec's data.

    Attributes:
        lanes: how many runs it steps together, on all devices.
        chunk: how many steps.
        advance: the compiled function.

    Args:
        system: what is iterated, without its hyperparameters.
        reduction: what runs are reduced to.
        problem: the shapes and dtypes of what runs share.
        lanes: on each device; None for as many as are fast.
    """

    def __init__(
        self, system: System, reduction: Reduction, problem: Any, lanes: int | None
    ) -> None:
        hyper = jax.ShapeDtypeStruct((len(system.base_values()),), jnp.float64)
        like = zeros_like(system, problem, hyper)
        self._lane = jax.eval_shape(
            functools.partial(start, system, reduction, like), problem, hyper
        )
        usual, self.chunk = sizes(system, problem, self._lane.state)
        self.lanes = (lanes or usual) * len(devices())
        run = functools.partial(advance, system, reduction, like, self.chunk)
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
        self.advance = jax.jit(sharded)

    def compile(self, shared: Shared) -> None:
        """Compile now, which takes a second or more the first time, and not at the first runs."""
        nobody = Inputs.joined(())
        group = self.start(None, shared, self.nobody(), np.empty(0, np.int64), nobody)
        jax.block_until_ready(group.lanes)

    def nobody(self) -> np.ndarray:
        """Return whose runs are in lanes with nobody in them, shape (lanes,)."""
        return np.full(self.lanes, -1, np.int64)

    def start(
        self, lanes: Lane | None, shared: Shared, runs: np.ndarray, new: np.ndarray, inputs: Inputs
    ) -> Group:
        """Start to train a batch for a chunk, and return it before it is done.

        Args:
            lanes: as the chunk before has left them; None if nobody is in them.
            shared: what the runs share.
            runs: the run in each lane, -1 for none, shape (lanes,).
            new: the lanes whose runs begin.
            inputs: what these are given.
        """
        fresh, hyper = np.zeros(self.lanes, bool), np.tile(shared.base, (self.lanes, 1))
        fresh[new], hyper[new] = True, shared.hyper(inputs)
        lanes = self._empty() if lanes is None else lanes
        lanes, report = self.advance(lanes, shared.problem, shared.steps, fresh, hyper)
        return Group(lanes, report, runs)

    def harvest(self, group: Group) -> tuple[Batch, np.ndarray]:
        """Wait for a batch; return the runs that it finished, and which lanes are free."""
        done, value, decided = jax.device_get(group.report[:3])
        occupied = group.runs >= 0
        leaving = done & occupied
        steps = int(occupied.sum()) * self.chunk
        batch = Batch(group.runs[leaving], value[leaving], decided[leaving], steps)
        return batch, done | ~occupied

    def _empty(self) -> Lane:
        """Return lanes with nobody in them, on the devices."""
        sharding = NamedSharding(mesh(), P("lanes"))
        return jax.tree.map(
            lambda leaf: jax.device_put(np.zeros((self.lanes, *leaf.shape), leaf.dtype), sharding),
            self._lane,
        )


@dataclass(frozen=True)
class Shapes:
    """The shapes and dtypes of a pytree of arrays, hashable."""

    tree: Any
    key: tuple[Any, ...]

    @staticmethod
    def of(tree: Any) -> "Shapes":
        """Return the shapes of these arrays."""
        shapes = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), tree)
        leaves, structure = jax.tree.flatten(shapes)
        return Shapes(shapes, (structure, *((leaf.shape, leaf.dtype) for leaf in leaves)))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shapes) and self.key == other.key


@functools.lru_cache(maxsize=PROGRAMS)
def program(system: System, reduction: Reduction, problem: Shapes, lanes: int | None) -> Program:
    """Return the program of these, the same as before where there was one.

    It is found by what is static: steps, seed, axes and window are data.

    Args:
        system: without its hyperparameters, as `System.static` returns it.
        reduction, problem, lanes: as those of `Program`.
    """
    forget_at_times()
    return Program(system, reduction, problem.tree, lanes)


def forget_at_times() -> None:
    """Have JAX forget what it knows of all programs, once in `FORGET_AFTER` calls.

    It remembers the tracing of each for ever, some 2 MB of it. Programs in use are compiled again.
    """
    if next(_count) % FORGET_AFTER == 0:
        jax.clear_caches()


def _of_first_lane(leaf: jax.Array) -> np.ndarray:
    """Return what the first lane has of an array over lanes, copied from the device that holds it.

    Indexing the array itself would have all devices exchange messages, which block one another
    for ever where two threads do it at once. A view of the array would keep all lanes in memory.
    """
    return np.array(np.asarray(leaf.addressable_data(0))[0])

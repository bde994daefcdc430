"""A reduction after several numbers of steps, in one pass over the run."""

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

from engine.measures.common.reduction import Reduction, Tally
from engine.systems import System, Tracked


@final
@dataclass(frozen=True)
class Staged(Reduction):
    """A reduction after each of several numbers of steps, in one pass over the run.

    Its tally and value have an axis of stages; what the trainer calls `steps` is an array of them,
    shape (stages,). Each value is that of a run of so many steps; a mean may differ in the last
    bit.
    """

    inner: Reduction
    stages: int

    def suited(self, system: System) -> "Staged":
        """Return the reduction as it is for this system."""
        return Staged(self.inner.suited(system), self.stages)

    def watched(self, system: System) -> System:
        """Return what is iterated."""
        return self.inner.watched(system)

    def init(self, like: Tracked) -> Tally:
        """Return the tallies of a run before its first step."""
        once = self.inner.init(like)
        return jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (self.stages, *leaf.shape)), once)

    def update(self, tally: Tally, tracked: Tracked, t: jax.Array, steps: jax.Array) -> Tally:
        """Return the tallies with one more step included where it still counts."""

        def one(tally: Tally, steps: jax.Array) -> Tally:
            updated = self.inner.update(tally, tracked, t, steps)
            return jax.tree.map(lambda new, old: jnp.where(t < steps, new, old), updated, tally)

        return jax.vmap(one)(tally, steps)

    def finish(self, tally: Tally, cycle: Tracked, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the value after each number of steps, shape (stages,)."""

        def one(tally: Tally, steps: jax.Array) -> jax.Array:
            return self.inner.finish(tally, cycle, jnp.minimum(t, steps), steps)

        return jax.vmap(one)(tally, steps)

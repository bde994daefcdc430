"""The largest Lyapunov exponent of a run."""

from typing import ClassVar, final

import jax
import jax.numpy as jnp

from engine.measures.common.measure import Measure
from engine.measures.common.reduction import Sum, failed, leading, occurrences
from engine.systems import System, Tracked
from engine.systems.common.tangent import Tangent


@final
class Lyapunov(Measure):
    """The finite-time largest Lyapunov exponent of a run, in nats per step.

    The mean logarithm of the factors by which each step stretches a tangent vector that is carried
    along (see `Tangent`), over all steps, or up to the first whose loss or tangent is not finite;
    infinite if that is step 0. Negative: neighbouring runs approach each other. It is a property of
    these steps, not a limit, and of the trajectory, whatever its loss does. Where a network has
    more parameters than samples the loss has flat directions, along which nothing is stretched, and
    a run that has converged comes near zero from whatever its first steps did.
    """

    sides: ClassVar[tuple[str, str]] = ("contracting", "chaotic")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (("weakly", "strongly"),) * 2
    about: ClassVar[str] = "the finite-time largest Lyapunov exponent"

    def watched(self, system: System) -> System:
        """Return the system with a tangent vector, whose stretch it tracks."""
        return Tangent(system)

    def init(self, like: Tracked) -> Sum:
        """Return the sum of no logarithms."""
        del like
        return Sum.zero()

    def update(self, tally: Sum, tracked: Tracked, t: jax.Array, steps: jax.Array) -> Sum:
        """Return the sum with the logarithm of one factor included."""
        del t, steps
        return tally.add(leading(tracked))

    def finish(self, tally: Sum, cycle: Tracked, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the mean logarithm."""
        goes_on, cycle = ~failed(cycle), leading(cycle)
        rest = occurrences(cycle.shape[0], 0, steps - t)
        whole = jax.lax.fori_loop(
            0, cycle.shape[0], lambda i, total: total.add_times(cycle[i], rest[i]), tally
        )
        return jnp.where(
            goes_on,
            whole.value / steps,
            jnp.where(t > 0, tally.value / jnp.maximum(t, 1), jnp.inf),
        )

"""Single tracked numbers at the last step."""

from dataclasses import dataclass
from typing import ClassVar, final

import jax
import jax.numpy as jnp
import numpy as np

from engine.measures.common.measure import Measure
from engine.measures.common.reduction import failed
from engine.measures.fate import escaped
from engine.systems import Tracked


@final
@dataclass(frozen=True)
class Final(Measure):
    """The size of a tracked number at the last step, as a negative number.

    The step at which the run left if it diverged; where it repeats a cycle, the value of the last
    step in it.

    Attributes:
        quantity: the name of the tracked number.
        words: what is measured, in words.
    """

    quantity: str
    words: str
    sides: ClassVar[tuple[str, str]] = ("bounded", "diverged")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (("and ends small", "large"), ("fast", "slowly"))

    @property
    def about(self) -> str:
        """What is measured."""
        return self.words

    def init(self, like: Tracked) -> jax.Array:
        """Return zero."""
        del like
        return jnp.zeros(())

    def update(
        self, tally: jax.Array, tracked: Tracked, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the number."""
        del tally, t, steps
        return getattr(tracked, self.quantity)

    def finish(self, tally: jax.Array, cycle: Tracked, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return minus the size of the last number."""
        size = jnp.abs(_last(tally, getattr(cycle, self.quantity), t, steps))
        return jnp.where(failed(cycle), escaped(t), -jnp.maximum(size, np.finfo(float).tiny))


@final
class FinalLoss(Measure):
    """The final test loss, as the logarithm of its ratio to that of guessing.

    Negative: something has been learnt; at most `WORST`, which is also for losses not finite.
    """

    sides: ClassVar[tuple[str, str]] = ("learnt", "not learnt")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("little", "much"),
        ("and hardly worse", "worse"),
    )
    about: ClassVar[str] = "the logarithm of the final test loss over that of guessing"
    WORST: ClassVar[float] = 10.0

    def init(self, like: Tracked) -> jax.Array:
        """Return zero."""
        del like
        return jnp.zeros(())

    def update(
        self, tally: jax.Array, tracked: Tracked, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the loss so far."""
        del tally, t, steps
        loss: jax.Array = tracked.test
        return loss

    def finish(self, tally: jax.Array, cycle: Tracked, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the logarithm of the last loss."""
        last = _last(tally, cycle.test, t, steps)
        size = jnp.clip(jnp.log(jnp.maximum(last, np.finfo(float).tiny)), -self.WORST, self.WORST)
        return jnp.where(failed(cycle), self.WORST, size)


def _last(last: jax.Array, cycle: jax.Array, t: jax.Array, steps: jax.Array) -> jax.Array:
    """Return the number of the last step: the last seen, or one of the cycle that follows it."""
    repeated = cycle[jnp.maximum(steps - 1 - t, 0) % cycle.shape[0]]
    return jnp.where(t < steps, repeated, last)

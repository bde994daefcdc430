"""The last values of a tracked number of a run."""

from dataclasses import dataclass
from typing import final

import jax
import jax.numpy as jnp

from engine.measures.common.reduction import Reduction, failed, leading
from engine.systems import Tracked


@final
@dataclass(frozen=True)
class Tail(Reduction):
    """The last values of a tracked number, shape (length,), in no order; NaN if the run failed.

    Attributes:
        quantity: the name of the number; "" for the first.
        length: how many of its values.
    """

    quantity: str
    length: int

    def init(self, like: Tracked) -> jax.Array:
        """Return no values yet."""
        del like
        return jnp.full((self.length,), jnp.nan)

    def update(
        self, tally: jax.Array, tracked: Tracked, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the values with one more in place of the oldest."""
        del steps
        return jnp.where(jnp.arange(self.length) == t % self.length, self._of(tracked), tally)

    def finish(self, tally: jax.Array, cycle: Tracked, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the last values of the whole run."""
        repeated = self._of(cycle)
        behind = jnp.arange(self.length)  # steps from the end
        ahead = steps - 1 - behind - t  # of which these have not been taken
        from_cycle = repeated[jnp.maximum(ahead, 0) % repeated.shape[0]]
        seen = tally[(steps - 1 - behind) % self.length]
        last = jnp.where(ahead >= 0, from_cycle, jnp.where(behind < steps, seen, jnp.nan))
        return jnp.where(failed(cycle), jnp.nan, last)

    def _of(self, tracked: Tracked) -> jax.Array:
        number: jax.Array = getattr(tracked, self.quantity) if self.quantity else leading(tracked)
        return number

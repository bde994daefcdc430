"""Exponents of signal propagation: how a layer moves inputs and gradients.

Cowsik et al. 2024, arXiv:2403.02579, for transformers; the same serve for other networks.
"""

import math
from typing import ClassVar, NamedTuple, final

import jax
import jax.numpy as jnp

from engine.measures.common.measure import Measure
from engine.measures.common.reduction import failed
from engine.systems import Tracked

NEAR = math.log(0.05)  # logarithm of how far apart inputs may be for the slope near collapse
SETTLING = 4  # the share of all steps, one in so many, after which a slope is measured


class Line(NamedTuple):
    """What a straight line is fitted to, as sums over points (t, y), and its ends if it is not."""

    n: jax.Array
    t: jax.Array
    y: jax.Array
    tt: jax.Array
    ty: jax.Array
    first: jax.Array
    last: jax.Array  # of what is not lost in rounding
    last_at: jax.Array


@final
class AngleExponent(Measure):
    """The angle exponent λ_a: by how much the logarithm of 1 - cos grows in a layer.

    The least-squares slope over the layers after the first quarter at which inputs are near
    collapse, with ln (1 - cos) below `NEAR` and not lost in rounding; over all that are not lost
    for inputs that are not near collapse in the first layer. Where there are not two of them it is
    the mean growth between the first layer and the last that is not lost, or from 1 to nothing.
    Negative: ordered, inputs grow alike; positive: chaotic (arXiv:2403.02579).
    """

    sides: ClassVar[tuple[str, str]] = ("ordered", "chaotic")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (("weakly", "strongly"),) * 2
    about: ClassVar[str] = "the angle exponent"

    def init(self, like: Tracked) -> Line:
        """Return the sums over no points."""
        del like
        return Line(*(jnp.zeros(()),) * len(Line._fields))

    def update(self, tally: Line, tracked: Tracked, t: jax.Array, steps: jax.Array) -> Line:
        """Return the sums with one more layer included."""
        apart, y = tracked.apart > 0, tracked.angle
        first = jnp.where(t == 0, y, tally.first)
        counts = apart & (t >= steps // SETTLING) & ((y < NEAR) | (first > NEAR))
        one = counts.astype(jnp.float64)
        return Line(
            tally.n + one,
            tally.t + one * t,
            tally.y + one * y,
            tally.tt + one * t * t,
            tally.ty + one * t * y,
            first,
            jnp.where(apart, y, tally.last),
            jnp.where(apart, t, tally.last_at).astype(jnp.float64),
        )

    def finish(self, tally: Line, cycle: Tracked, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the slope; systems that track angles do not come back to a state."""
        del t
        spread = tally.n * tally.tt - tally.t**2
        slope = (tally.n * tally.ty - tally.t * tally.y) / jnp.where(spread > 0, spread, 1)
        between = (tally.last - tally.first) / jnp.maximum(tally.last_at, 1)
        mean = jnp.where(tally.last_at > 0, between, tally.first / steps)
        fits = (spread > 0) & jnp.isfinite(slope)  # sums of what is finite may overflow
        return jnp.where(failed(cycle), jnp.inf, jnp.where(fits, slope, mean))


@final
class GradientExponent(Measure):
    """The gradient exponent λ_g: the logarithm of the mean square of the Jacobian, by layers.

    Negative: gradients vanish; positive: they explode (arXiv:2403.02579).
    """

    sides: ClassVar[tuple[str, str]] = ("vanishing", "exploding")
    sizes: ClassVar[tuple[tuple[str, str], ...]] = (("weakly", "strongly"),) * 2
    about: ClassVar[str] = "the gradient exponent"

    def init(self, like: Tracked) -> jax.Array:
        """Return zero."""
        del like
        return jnp.zeros(())

    def update(
        self, tally: jax.Array, tracked: Tracked, t: jax.Array, steps: jax.Array
    ) -> jax.Array:
        """Return the gain so far."""
        del tally, t, steps
        gain: jax.Array = tracked.gain
        return gain

    def finish(self, tally: jax.Array, cycle: Tracked, t: jax.Array, steps: jax.Array) -> jax.Array:
        """Return the gain of a layer; systems that track it do not come back to a state."""
        return jnp.where(failed(cycle), jnp.inf, tally / jnp.maximum(jnp.minimum(t, steps), 1))

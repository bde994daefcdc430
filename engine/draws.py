"""Random draws whose generators are named, whatever the defaults of the libraries are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import jax
import numpy as np


def generator(seed: int | Sequence[int]) -> np.random.Generator:
    """Return NumPy's generator for a seed, or for a seed and what it is for."""
    return np.random.Generator(np.random.PCG64(seed))


def drawn_from(seed: int) -> jax.Array:
    """Return the key of JAX's generator from which the published numbers are drawn."""
    return jax.random.key(seed, impl="threefry2x32")


@contextmanager
def as_published() -> Iterator[None]:
    """Draw inside as was published: without partitions, and on the CPU.

    A GPU's normal deviates differ in the last bits.
    """
    with jax.threefry_partitionable(False), jax.default_device(jax.devices("cpu")[0]):
        yield

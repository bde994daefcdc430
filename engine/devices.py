"""This module is the machine: JAX set up once, in float64, on every core or accelerator."""

import contextlib
import functools
import importlib.util
import os

import jax
import numpy as np


@functools.cache
def devices() -> tuple[jax.Device, ...]:
    """Return the local devices: all accelerators, or one host device per CPU core.

    One host device per core is faster than one device that splits each operation: the operations
    of one small batch are too short to share out.
    """
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # leave others their share
    jax.config.update("jax_enable_x64", True)
    # Where the platform knows no affinity, or JAX is already running, take what there is.
    with contextlib.suppress(AttributeError, RuntimeError):
        jax.config.update("jax_num_cpu_devices", len(os.sched_getaffinity(0)))
    return tuple(jax.local_devices())


@functools.cache
def mesh() -> jax.sharding.Mesh:
    """Return the devices as a one-dimensional mesh named "lanes"."""
    return jax.sharding.Mesh(np.array(devices()), ("lanes",))


def backend() -> str:
    """Return the kind of the devices: "cpu", "gpu" or "tpu"."""
    return devices()[0].platform


def keep_compiled(folder: os.PathLike[str] | str, limit: int) -> None:
    """Keep compiled programs in `folder`, so that a later process need not compile them again.

    Args:
        folder: can be written.
        limit: bytes, beyond which those that were used least recently are removed.
    """
    if importlib.util.find_spec("filelock") is not None:  # with which JAX counts them
        jax.config.update("jax_compilation_cache_max_size", limit)
    jax.config.update("jax_compilation_cache_dir", os.fspath(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)

"""Devices: JAX set up once, in float64, on every core or accelerator."""

import contextlib
import functools
import importlib.util
import os
import platform
import sys
from typing import Any

import jax
import jaxlib
import numpy as np
import optax

from engine.errors import InputError, shown
from engine.training import surroundings

# What could change a bit, or stop a program, whoever set it before: options of JAX and the values
# that all results are made with. A version of JAX that lacks one has nothing to be set.
OPTIONS: dict[str, Any] = {
    "jax_enable_x64": True,
    "jax_numpy_dtype_promotion": "standard",
    "jax_numpy_rank_promotion": "allow",
    "jax_default_matmul_precision": None,
    "jax_default_device": None,
    # What is random; see also `engine.draws`.
    "jax_default_prng_impl": "threefry2x32",
    "jax_threefry_partitionable": True,
    "jax_random_seed_offset": 0,
    "jax_legacy_prng_key": "allow",
    "jax_debug_key_reuse": False,
    "jax_high_dynamic_range_gumbel": False,
    "jax_accurate_erf_inv": False,
    # How functions become programs, and programs are made fast.
    "jax_disable_jit": False,
    "jax_no_tracing": False,
    "jax_no_execution": False,
    "jax_disable_most_optimizations": False,
    "jax_optimization_level": "UNKNOWN",
    "jax_use_direct_linearize": True,
    "jax_softmax_custom_jvp": False,
    "jax_use_hlo_logistic_lowering": None,
    "jax_compiler_enable_remat_pass": True,
    # Checks that end a run which has overflowed, or forbid what is done here on purpose.
    "jax_debug_nans": False,
    "jax_debug_infs": False,
    "jax_enable_checks": False,
    "jax_check_tracer_leaks": False,
    "jax_error_checking_behavior_nan": "ignore",
    "jax_error_checking_behavior_divide": "ignore",
    "jax_error_checking_behavior_oob": "ignore",
    "jax_transfer_guard": "allow",
}


@functools.cache
def set_up() -> None:
    """Set JAX up for this process: the options that decide bits, and which devices there are.

    Entry points call it before anything else, and so does whatever makes a program, for those who
    use the engine as a library. Only the first call does anything. It starts no device.
    """
    for name, value in OPTIONS.items():
        with contextlib.suppress(AttributeError):
            jax.config.update(name, value)
    # Worth keeping, where there is a folder for it.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
    asked = os.environ.get(surroundings.PLATFORMS, "").lower()
    if chosen := [name for name in asked.split(",") if name.strip()]:
        # What is random is drawn on the CPU, for any device.
        jax.config.update("jax_platforms", ",".join(dict.fromkeys([*chosen, "cpu"])))
    # One host device per core is faster than one that splits each operation: those of one small
    # batch are too short to share out. Programs for a single device round otherwise than those for
    # several: there are always some.
    # Where the platform knows no affinity, or JAX is already running, take what there is.
    with contextlib.suppress(AttributeError, RuntimeError):
        jax.config.update("jax_num_cpu_devices", max(2, len(os.sched_getaffinity(0))))


@functools.cache
def devices() -> tuple[jax.Device, ...]:
    """Return the local devices: all accelerators, or one host device per CPU core.

    Raises:
        RuntimeError: if nobody has called `set_up`.
        InputError: if the environment asks for devices that there are not, or was given what
            changes arithmetic.
    """
    if not set_up.cache_info().currsize:
        raise RuntimeError("JAX is not set up: call engine.training.devices.set_up() first")
    surroundings.check()
    try:
        return tuple(jax.local_devices())
    except RuntimeError as error:
        if not (asked := os.environ.get(surroundings.PLATFORMS, "")):
            raise
        why = str(error).partition("\n")[0].partition(" (set")[0]
        raise InputError(
            f"{surroundings.PLATFORMS}={shown(asked)} cannot be used here ({why}); "
            "choices: cpu, and whatever accelerator there is"
        ) from None


@functools.cache
def mesh() -> jax.sharding.Mesh:
    """Return the devices as a one-dimensional mesh named "lanes"."""
    return jax.sharding.Mesh(np.array(devices()), ("lanes",))


def backend() -> str:
    """Return the kind of the devices: "cpu", "gpu" or "tpu"."""
    return devices()[0].platform


def arithmetic() -> str:
    """Return a text of all that decides bits beside our own code: the libraries and the machine.

    Each device works on lanes of its own, so of their number only whether there is one counts.
    """
    libraries = [f"{module.__name__} {module.__version__}" for module in (jax, jaxlib, optax, np)]
    numpys: Any = np.show_config(mode="dicts")
    below = [numpys.get(part) for part in ("SIMD Extensions", "Build Dependencies")]
    # Compilers choose instructions and blocks for a model of processors.
    model = surroundings.processor().get("model name", platform.processor())
    machine = [platform.machine(), model, *platform.libc_ver(), *sys.version_info[:2]]
    kinds = sorted({f"{d.device_kind} {d.client.platform_version}" for d in devices()})
    alone = len(devices()) == 1
    return repr([*libraries, *below, *machine, *kinds, alone, *surroundings.met()])


def keep_compiled(folder: os.PathLike[str] | str, limit: int) -> None:
    """Keep compiled programs in `folder`, so that a later process need not compile them again.

    Args:
        folder: can be written.
        limit: bytes, beyond which those that were used least recently are removed.
    """
    devices()  # or what is wrong with them is found where nobody waits for it
    if importlib.util.find_spec("filelock") is not None:  # with which JAX counts them
        jax.config.update("jax_compilation_cache_max_size", limit)
    jax.config.update("jax_compilation_cache_dir", os.fspath(folder))

"""Settings from the environment that JAX, XLA and NumPy would read, set aside before they do.

Results must not depend on who computes them. All that these libraries take from variables,
whatever they are called in the next version, is taken away from them, but for the few that choose
a device or a folder. What can only be given when the process starts is refused.
"""

import contextlib
import functools
import logging
import os
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path

from engine.errors import InputError, shown

PLATFORMS = "JAX_PLATFORMS"
# Of JAX, XLA, the runtimes below them, NumPy, the libraries that multiply matrices for it, and
# Matplotlib.
_THEIRS = re.compile(
    r"(JAX|JAX2TF|XLA|TF_XLA|LIBTPU|PJRT|NVIDIA_TF32|CUBLAS|CUDNN|TF_CUDNN|NPY|NUMPY|OPENBLAS|GOTO"
    r"|MKL|BLIS)_.*|CHECK_VMA|EAGER_CONSTANT_FOLDING|MOCK_NUM_GPU_PROCESSES|MPLBACKEND|MATPLOTLIBRC"
)
_HEEDED = re.compile(rf"{PLATFORMS}|JAX_COMPILATION_CACHE_DIR|XLA_(PYTHON_)?CLIENT_.*")
_KERNELS = "OPENBLAS_CORETYPE"
_STARTED_WITH = re.compile(r"GLIBC_TUNABLES=.*\bhwcaps\b.*")  # which instructions exp and sin use

log = logging.getLogger(__name__)
_aside: list[str] = []  # names, until somebody has been told
_met: list[str] = []  # what the library below NumPy had read before


def set_aside(environment: MutableMapping[str, str] = os.environ) -> None:
    """Take from the environment what could change a result, before the libraries are imported."""
    theirs, given = list(filter(_THEIRS.fullmatch, sorted(environment))), _given()
    if "numpy" in sys.modules and environment.get(_KERNELS) != given.get(_KERNELS):
        _met.append(f"{_KERNELS}={environment.get(_KERNELS)}")
    for name in theirs:
        if not _HEEDED.fullmatch(name) and environment[name] != given.get(name):
            _aside.append(name)
            del environment[name]
    environment.update(given)
    environment.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # leave others their share


def check() -> None:
    """Log, once, what has been set aside; InputError for what can no longer be set aside."""
    for name, value in os.environ.items():
        if _STARTED_WITH.fullmatch(f"{name}={value}"):
            raise InputError(f"{name}={shown(value)} would change results; start without it")
    if _aside:
        log.warning("not heeded, for no result may depend on it: %s", ", ".join(_aside))
        _aside.clear()


def met() -> tuple[str, ...]:
    """Return what could not be set aside, because NumPy had been imported before this package."""
    return tuple(_met)


@functools.cache
def processor() -> dict[str, str]:
    """Return what Linux says of the first processor; nothing elsewhere."""
    about: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            about.setdefault(name.strip(), value.strip())
    return about


def _given() -> dict[str, str]:
    """Return what decides in which order the library below NumPy adds: threads, and its kernels."""
    given = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    if {"avx2", "fma"} <= set(processor().get("flags", "").split()):
        given |= {_KERNELS: "Haswell", "OPENBLAS_L2_SIZE": "512"}
    return given

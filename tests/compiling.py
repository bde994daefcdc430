"""What JAX compiles, as it logs it."""

import contextlib
import re

import jax


@contextlib.contextmanager
def compilations(caplog):
    """Yield a list; at the end it has the names of what was compiled meanwhile, in order."""
    names = []
    caplog.clear()
    with jax.log_compiles():
        yield names
    names += re.findall(r"Compiling (\S+)", caplog.text)

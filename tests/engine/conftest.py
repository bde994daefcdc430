"""What the tests of the engine share."""

import re

import jax
import pytest


@pytest.fixture
def compilations(caplog):
    """Return the names of what JAX has compiled in a test so far, in order."""
    with jax.log_compiles():
        yield lambda: re.findall(r"Compiling (\S+)", caplog.text)

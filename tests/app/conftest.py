"""This file gives every test of the page an engine of its own."""

import pytest

from app import explorer


@pytest.fixture(autouse=True)
def fresh_engine():
    """End what a test has left in training, so that the next does not wait for it."""
    yield
    if explorer.jobs.cache_info().currsize:
        explorer.jobs().close()
        explorer.jobs.cache_clear()

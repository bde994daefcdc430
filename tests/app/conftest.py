"""This file gives every test of the page an engine of its own."""

import pytest

from app.shared import workers


@pytest.fixture(autouse=True)
def fresh_engine():
    """End what a test has left in training, so that the next does not wait for it."""
    yield
    if workers.scheduler.cache_info().currsize:
        workers.scheduler().close()
        workers.scheduler.cache_clear()

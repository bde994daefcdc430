"""A view whose labels longer training would change: said, drawn without colour, and mended."""

import asyncio

import numpy as np
import pytest

from app.views.statistics import cautions_of
from app.visitor.explorer import Explorer
from engine.pictures.colour import MUTED
from engine.plane import Size, Window
from tests.app.test_explorer import unacknowledged, until

SIZE = Size(64, 48)
PLACE = "?preset=mandelbrot&set=steps=60"
SEAHORSE = Window.parse("-0.743643887037158704", "0.1318259042053119704", "1e-4")
GREYS = [int(np.array([*bytes.fromhex(c[1:]), 255], np.uint8).view(np.uint32)[0]) for c in MUTED]


def colours(shown):
    """All colours of the tiles that were shown last."""
    return set(np.unique(shown[-1].rgba)) - {0}


@pytest.fixture
def visited(monkeypatch):
    monkeypatch.setattr("app.picture.mosaic.RESCALE_AFTER", 0.0)

    def visit(body):
        async def opened():
            explorer = Explorer(PLACE)
            shown = unacknowledged(explorer)
            explorer.page.rendered()
            explorer._viewed(SEAHORSE, SIZE)
            await until(explorer, lambda: explorer.unsettled, ["unsettled"])
            await until(explorer, lambda: explorer.status.startswith("settled"))
            try:
                await body(explorer, shown)
            finally:
                explorer.stop()

        asyncio.run(opened())

    return visit


def test_an_unsettled_view_is_said_to_be_and_has_no_colour_until_somebody_wants_it(visited):
    async def body(explorer, shown):
        assert explorer.muted
        assert explorer.settling.settled_at > 60
        assert "labels change" in cautions_of(None, explorer.settling, np.inf)
        await drawn(explorer, lambda: colours(shown) <= set(GREYS))
        explorer.colour_anyway()
        assert not explorer.unsettled
        await drawn(explorer, lambda: not colours(shown) & set(GREYS))
        explorer._viewed(Window(SEAHORSE.x, SEAHORSE.y, 3e-5), SIZE)
        await explorer.painter.tasks["settling"]
        assert not explorer.muted  # it has been answered

    visited(body)


def test_as_many_steps_as_settle_a_view_are_trained_with_one_press(visited):
    async def body(explorer, shown):
        wanted = explorer.settling.settled_at
        explorer.train_longer()
        await until(explorer, lambda: explorer.spec.steps == wanted, ["spec"])
        assert not explorer.muted
        assert explorer.settling is None
        explorer._viewed(SEAHORSE, SIZE)
        await explorer.painter.tasks["settling"]
        assert not explorer.unsettled
        assert explorer.shown_look.muted_from is None

    visited(body)


async def drawn(explorer, condition):
    """Wait for the drawing that is under way, and see what it has shown."""
    await explorer.painter.tasks["draw"]
    assert condition()

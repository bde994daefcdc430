"""A view whose labels longer training would change: said, drawn without colour, and mended."""

import asyncio

import numpy as np
import panel as pn
import pytest

from app.views.statistics import StatisticsView
from engine.pictures.colour import MUTED
from engine.plane import Size, Window
from tests.app.browsing import closed, noted, opened, until

SIZE = Size(64, 48)
PLACE = "?preset=mandelbrot&set=steps=60"
SEAHORSE = Window.parse("-0.743643887037158704", "0.1318259042053119704", "1e-4")
GREYS = [int(np.array([*bytes.fromhex(c[1:]), 255], np.uint8).view(np.uint32)[0]) for c in MUTED]


def colours(shown):
    """All colours of the tiles that were shown last."""
    return set(np.unique(shown[-1].rgba)) - {0}


@pytest.fixture
def visited(server, monkeypatch):
    monkeypatch.setattr("app.picture.mosaic.RESCALE_AFTER", 0.0)

    def visit(body):
        async def run():
            explorer, picture = opened(server, PLACE)
            shown = noted(picture)
            explorer.page.rendered()
            picture.moved(SEAHORSE, SIZE)
            await until(explorer, lambda: explorer.findings.unsettled)
            await until(explorer, lambda: explorer.findings.status.startswith("settled"))
            try:
                await body(explorer, picture, shown)
            finally:
                closed(explorer, picture)

        asyncio.run(run())

    return visit


def test_an_unsettled_view_is_said_to_be_and_has_no_colour_until_somebody_wants_it(visited):
    async def body(explorer, picture, shown):
        assert explorer.findings.muted
        assert explorer.findings.settling.settled_at > 60
        notes = StatisticsView(explorer).__panel__().select(pn.pane.HTML)
        assert any("labels change" in note.object for note in notes)
        await drawn(picture, lambda: colours(shown) <= set(GREYS))
        explorer.findings.colour_anyway()
        assert not explorer.findings.unsettled
        await drawn(picture, lambda: not colours(shown) & set(GREYS))
        picture.moved(Window(SEAHORSE.x, SEAHORSE.y, 3e-5), SIZE)
        await picture.painter.tasks["settling"]
        assert not explorer.findings.muted  # it has been answered

    visited(body)


def test_as_many_steps_as_settle_a_view_are_trained_with_one_press(visited):
    async def body(explorer, picture, shown):
        wanted = explorer.findings.settling.settled_at
        explorer.train_longer()
        await until(explorer, lambda: explorer.settings.spec.steps == wanted)
        assert not explorer.findings.muted
        assert explorer.findings.settling is None
        picture.moved(SEAHORSE, SIZE)
        await picture.painter.tasks["settling"]
        assert not explorer.findings.unsettled
        assert explorer.shown_look.muted_from is None

    visited(body)


async def drawn(picture, condition):
    """Wait for the drawing that is under way, and see what it has shown."""
    await picture.painter.tasks["draw"]
    assert condition()

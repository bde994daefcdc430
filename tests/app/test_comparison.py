"""Comparing on the page, without a browser: what is kept of it, drawn, and found."""

import asyncio

import numpy as np
import panel as pn
import pytest

from app.picture.comparison import Comparer, Differences, Hooks
from app.views.comparison import Pictures
from app.visitor.explorer import Explorer
from engine.analysis.comparison import compared, shade
from engine.errors import InputError
from engine.places import links
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.tiles.field import compute_field
from engine.tiles.lattice import PLANE, Region
from engine.tiles.pyramid import Pyramid, TileCache, slices_in
from engine.tiles.request import Request
from tests.app.browsing import QUICK, closed, edited, opened, until
from tests.app.conftest import HERE, SIZE

pytestmark = pytest.mark.usefixtures("quickly")
SPEC = preset("quadratic").spec.set(["steps=20"])
AGAINST = "?preset=quadratic&set=steps=20&against=steps=2&view=0,0,4.0"


class Canvas:
    """Where tiles are shown: the pictures and values of all that are, by tile."""

    in_flight = 0

    def __init__(self):
        self.rgba, self.values, self.shown = {}, {}, ()

    def show(self, changes):
        self.rgba.update(zip(changes.pictured, changes.rgba, strict=True))
        self.values.update(zip(changes.valued, changes.values, strict=True))
        self.shown = changes.tiles

    def over(self, region):
        """Return the values of the tiles of a region, of its own level."""
        values = np.full((region.height, region.width), np.nan, np.float32)
        for index in region.tiles():
            assert index in self.shown
            within = region.slices(index)
            values[slices_in(region, index, within)] = self.values[index][within]
        return values


def test_a_comparison_is_kept_in_the_link_and_undone_like_a_setting(visiting):
    async def visit(explorer, picture):
        assert explorer.settings.other is None
        explorer.settings.compare(["steps=2", "seed=1"])
        assert explorer.settings.other == SPEC.set(["steps=2", "seed=1"])
        await until(explorer, lambda: "view=" in explorer.link)
        assert links.parse(explorer.link).against == ("steps=2", "seed=1")
        await edited(explorer, seed="5", precision="float32")
        assert explorer.settings.other == SPEC.set(["steps=2", "seed=1", "precision=float32"])
        with pytest.raises(InputError, match="seed must be at least 0"):
            explorer.settings.compare(["seed=-1"])
        with pytest.raises(InputError, match="same axes"):
            explorer.settings.compare(["x_scale=linear"])
        explorer.settings.compare([])
        assert "against" not in explorer.link
        for against in (("steps=2", "seed=1"),) * 2 + ((),):
            explorer.settings.undo()
            assert explorer.settings.against == against
        assert explorer.settings.spec == SPEC
        explorer.settings.redo()
        assert explorer.settings.against == ("steps=2", "seed=1")
        explorer.choose("mandelbrot")
        assert explorer.settings.other is None

    visiting(QUICK, visit)


def test_gestures_leave_a_comparison_as_it_is(visiting):
    async def visit(explorer, picture):
        picture.moved(Window.parse("0.5", "0.25", "1"), SIZE)
        picture.landscape.jump = lambda window, fit: None
        explorer.navigation.back()
        explorer.navigation.home()
        assert explorer.settings.other == SPEC.set(["steps=2"])

    visiting(AGAINST, visit)


def test_what_has_come_to_be_impossible_is_no_longer_compared_and_that_is_said(visiting):
    async def visit(explorer, picture):
        explorer.settings.compare(["measure=outcome"])
        explorer.settings.change(explorer.settings.spec.set(["steps=30"]))
        assert (explorer.settings.against, explorer.notice) == (("measure=outcome",), "")
        explorer.settings.against = ("precision=float16",)  # as if of another version
        explorer.settings.change(explorer.settings.spec.set(["steps=40"]))
        assert explorer.settings.against == ()
        assert "no longer compared: unknown precision" in explorer.notice
        assert explorer.settings.spec.steps == 40

    visiting("?preset=quadratic&set=steps=20", visit)


@pytest.mark.parametrize("against", ["seed=x", "sead=1", "y_scale=linear"])
def test_a_link_to_a_wrong_comparison_is_one_line(against, server):
    explorer = Explorer(server, f"?preset=quadratic&against={against}")
    assert explorer.notice.startswith("this link does not work")
    assert "\n" not in explorer.notice
    assert explorer.settings.other is None


def test_the_third_picture_is_where_the_two_fields_disagree(server):
    async def visit():
        (explorer, picture), other = opened(server, AGAINST), SPEC.set(["steps=2"])
        canvases, stale, found, size = (Canvas(), Canvas()), [], asyncio.Queue(), Size(200, 150)
        hooks = Hooks(lambda: stale.append(1), found.put_nowait, pytest.fail)
        comparer = Comparer(server, explorer.page, picture.painter, canvases, hooks)
        explorer.findings.param.watch(lambda *events: comparer.compare(other), ["news"])
        for window in (HERE, Window.parse("0.3", "0.2", "1")):
            region = Region.of_view(window, size)
            picture.moved(window, size)
            levels = []
            while not levels or levels[-1].relation.shape != (region.height, region.width):
                levels.append(await asyncio.wait_for(found.get(), 60))
            assert [c.runs for c in levels] == sorted(c.relation.size for c in levels)
            values, others = (
                compute_field(spec, region.window(), region.size).values for spec in (SPEC, other)
            )
            expected = compared(SPEC, other, values, others)
            assert np.array_equal(levels[-1].relation, expected)
            assert 0 < levels[-1].differing < levels[-1].runs == region.size.pixels
            assert np.array_equal(canvases[1].over(region), expected.astype(np.float32))
            await until(explorer, lambda: explorer.findings.status.startswith("settled"))
            await asyncio.wait([comparer.drawing.tasks["draw"]], timeout=60)
            assert np.array_equal(canvases[0].over(region), others.astype(np.float32))
        assert len(stale) == 1
        comparer.stop()
        closed(explorer, picture)

    asyncio.run(visit())


def test_the_other_picture_waits_until_there_is_something_of_the_first(server, monkeypatch):
    async def visit():
        explorer, picture = opened(server, AGAINST)
        looked_at = []
        request = server.scheduler.request
        monkeypatch.setattr(
            server.scheduler,
            "request",
            lambda session, *rest: looked_at.append(session) or request(session, *rest),
        )
        canvases, found = (Canvas(), Canvas()), asyncio.Queue()
        hooks = Hooks(lambda: None, found.put_nowait, pytest.fail)
        comparer = Comparer(server, explorer.page, picture.painter, canvases, hooks)
        explorer.findings.param.watch(
            lambda *events: comparer.compare(explorer.settings.other), ["news"]
        )
        picture.moved(HERE, SIZE)
        await asyncio.wait_for(found.get(), 60)
        assert looked_at.index(picture.painter) < looked_at.index(comparer.drawing)
        comparer.stop()
        closed(explorer, picture)

    asyncio.run(visit())


def test_what_was_found_finer_stays_until_the_view_is_as_fine_as_it_gets():
    def request(region):
        return Request(Pyramid(SPEC, PLANE, TileCache(memory=2**22)), region)

    region = Region(PLANE, 12, 0, 0, 128, 128)
    everywhere = np.ones((128, 128), np.uint8)
    differences = Differences()
    fine = differences.update(request(region), 12, everywhere)
    assert len(fine.pictured) == len(fine.tiles) == 4
    assert np.array_equal(fine.rgba, shade(np.ones((4, 64, 64), np.uint8)))
    again = differences.update(request(region), 12, everywhere)
    assert (again.pictured, again.tiles) == ((), fine.tiles)
    farther = Region(PLANE, 11, -32, -32, 128, 128)  # zoomed out by two
    coarse = differences.update(request(farther), 10, np.full((64, 64), 3, np.uint8))
    assert set(fine.tiles) < set(coarse.tiles)
    assert coarse.tiles[0].level == 10  # below the finer ones
    assert np.isnan(coarse.values).any()  # beyond the view
    last = differences.update(request(farther), 11, np.full((128, 128), 3, np.uint8))
    assert {index.level for index in last.tiles} == {11}


def test_figures_beside_the_picture_share_its_ranges_frames_and_titles(visiting):
    async def visit(explorer, picture):
        explorer.screen = 1400
        pictures = Pictures(explorer, picture)
        shown = [pane.object for pane in pictures.__panel__().select(pn.pane.Bokeh)]
        main, other, third = shown
        assert other.x_range is third.x_range is main.x_range
        assert other.y_range is third.y_range is main.y_range
        titles = [drawn.title.text for drawn in (main, other, third)]
        assert titles == ["steps 20", "steps 2", "disagree: …"]
        assert [drawn.yaxis[0].visible for drawn in (main, other, third)] == [True, False, False]
        assert other.xaxis[0].axis_label == "log₁₀ η₁"  # there is no room for words
        explorer.screen = 420
        assert [drawn.xaxis[0].visible for drawn in (main, other, third)] == [False, False, True]
        assert third.yaxis[0].axis_label == "log₁₀ η₂"
        explorer.settings.compare([])
        assert main.title.text == ""
        assert main.xaxis[0].visible
        assert main.xaxis[0].axis_label.endswith(", log₁₀ η₁")
        assert main.yaxis[0].axis_label.endswith(", log₁₀ η₂")

    visiting(AGAINST, visit)

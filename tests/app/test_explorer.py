"""The explorer and its landscape, without a browser: what is drawn, and what is dropped."""

import asyncio
import contextlib
import dataclasses
import decimal
import gc
import threading
from decimal import Decimal
from fractions import Fraction

import numpy as np
import panel as pn
import psutil
import pytest
from bokeh.document import Document
from bokeh.models import CrosshairTool, HoverTool

from app.picture.drawing import Bell
from app.picture.landscape import Gestures, Landscape
from app.picture.marks import PIN_COLOURS
from app.picture.mosaic import Changes, Mosaic
from app.picture.painter import MARGIN, around
from app.shared.server import Server
from engine.errors import InputError
from engine.pictures.local import LocalCoordinates
from engine.places.presets import preset
from engine.plane import WIDEST, Size, Window
from engine.tiles.field import compute_field
from engine.tiles.lattice import TILE, Region, TileIndex
from engine.tiles.pyramid import TileCache, slices_in
from tests.app.browsing import (
    PATIENCE,
    QUICK,
    closed,
    content,
    frame,
    layout,
    noted,
    opened,
    source,
    told,
    until,
)

SIZE = Size(400, 300)
DEEP = Window.parse("0.3", "-0.7", "1e-30")
FIRST, SECOND = Window.parse("1.5", "1.5", "9"), Window.parse("1", "1", "2")


TOO_LARGE = "?preset=tanh-minibatch&set=batch_size=4096;steps=1000000"
NOBODY = Gestures(lambda window, size, gesture: None)


def fails(explorer):
    return explorer.findings.status.startswith("failed: batch_size 4096")


def test_a_new_view_ends_the_old_ones_work_and_only_it_is_drawn(server):
    async def visit():
        explorer, picture = opened(server, "?preset=tanh-single")
        shown = noted(picture)
        picture.moved(FIRST, SIZE)
        abandoned = picture.painter.tasks["draw"]
        await until(explorer, lambda: shown)
        picture.moved(SECOND, SIZE)
        await asyncio.wait([abandoned], timeout=10)
        assert abandoned.cancelled()
        before = len(shown)
        await until(explorer, lambda: len(shown) > before + 4)
        region, current = Region.of_view(SECOND, SIZE), picture.painter.tasks["draw"]
        assert {index.level for index in shown[-1].tiles} <= set(range(region.level + 1))
        sharp = {region.level, region.level - 1}
        await until(explorer, lambda: sharp & {index.level for index in shown[-1].tiles})
        closed(explorer, picture)
        await asyncio.wait([current], timeout=10)
        assert current.cancelled()

    asyncio.run(visit())


def test_a_settled_view_holds_the_field_and_is_not_trained_again(server):
    async def visit():
        explorer, picture = opened(server, "?preset=quadratic")
        shown = noted(picture)
        picture.moved(FIRST, SIZE)
        await until(explorer, lambda: explorer.findings.status.startswith("settled"))
        assert "trained now" in explorer.findings.status
        picture.moved(SECOND, SIZE)
        await until(explorer, lambda: "view=1_1_2.0&" in explorer.link)
        picture.moved(FIRST, SIZE)
        await until(explorer, lambda: "all known before" in explorer.findings.status)
        region = Region.of_view(FIRST, SIZE)
        held = {
            index: values
            for changes in shown
            for index, values in zip(changes.valued, changes.values, strict=True)
        }
        field = compute_field(explorer.settings.spec, region.window(), region.size).values
        for index in region.tiles():
            assert index in shown[-1].tiles
            here = slices_in(region, index, region.slices(index))
            assert np.array_equal(held[index][region.slices(index)], field[here].astype(np.float32))
        closed(explorer, picture)

    asyncio.run(visit())


@pytest.mark.parametrize("gestures", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_memory_stays_flat_over_hundreds_of_gestures(gestures, tmp_path, monkeypatch):
    """Pans and zooms at random, most of them given up half-way, down to a hundred levels."""
    monkeypatch.setattr(
        "app.picture.mosaic.RESCALE_AFTER", 0.0
    )  # or most of the time would be resting
    process, random = psutil.Process(), np.random.default_rng(0)

    async def visit(server):
        (explorer, picture), sizes = opened(server, QUICK), []
        x, y, half = Decimal("0.2"), Decimal("0.1"), 2.0
        for gesture in range(gestures):
            half = min(max(half * random.choice([0.3, 0.7, 1.0, 1.5]), 1e-25), 2.0)
            with decimal.localcontext(prec=60):
                x, y = (
                    (c + Decimal(half * random.uniform(-1, 1))).quantize(Decimal("1e-30"))
                    for c in (x, y)
                )
            picture.moved(Window(x % 3, y % 3, half), Size(120, 80))
            begun = explorer.link
            if gesture % 4 == 0:
                await picture.painter.tasks["draw"]
            else:
                await until(explorer, lambda begun=begun: explorer.link != begun)
            if gesture % 20 == 19:
                gc.collect()
                sizes.append(process.memory_info().rss)
        closed(explorer, picture)
        return sizes

    with contextlib.closing(Server(TileCache(memory=2**22), tmp_path)) as server:
        sizes = asyncio.run(visit(server))
        assert server.cache.memory.nbytes <= 2**22
    assert max(sizes) - sizes[0] < 2**24, sizes


def test_a_view_that_becomes_stale_just_as_there_is_news_of_it_ends():
    async def visit():
        bell = Bell(asyncio.get_running_loop())
        waiting = asyncio.ensure_future(bell.wait(60))
        await asyncio.sleep(0)
        bell.ring()
        asyncio.get_running_loop().call_soon(waiting.cancel)
        await asyncio.wait([waiting])
        assert waiting.cancelled()

    asyncio.run(visit())


def test_a_failure_is_said_and_the_next_view_is_drawn(server):
    async def visit():
        explorer, picture = opened(server, TOO_LARGE)
        picture.moved(FIRST, SIZE)
        await until(explorer, lambda: fails(explorer))
        explorer.choose("quadratic")
        picture.moved(SECOND, Size(8, 8))
        await until(explorer, lambda: explorer.findings.progress == 100)
        assert explorer.findings.status.startswith("settled")

    asyncio.run(visit())


def test_a_failure_that_comes_while_a_picture_is_made_is_said_too(server, monkeypatch):
    update, asked = Mosaic.update, threading.Event()

    def failing_late(*arguments):
        asked.wait(60)
        raise InputError("batch_size 4096 is too large")

    def late(mosaic, request, look):
        """Return what was known before the failure, after it."""
        changes = update(mosaic, request, look)
        if not asked.is_set():
            asked.set()
            while request.error is None:
                pass
        return changes

    async def visit():
        explorer, picture = opened(server, TOO_LARGE)
        picture.moved(FIRST, SIZE)
        await until(explorer, lambda: fails(explorer))
        assert asked.is_set()  # a picture was being made

    monkeypatch.setattr("engine.tiles.scheduler.SpecRunner", failing_late)
    monkeypatch.setattr(Mosaic, "update", late)
    asyncio.run(visit())


def test_a_run_that_was_clicked_under_another_preset_is_not_shown(server):
    async def visit():
        explorer, _ = opened(server, "?preset=tanh-single&set=steps=1000000")
        explorer.pins.pin(Decimal(1), Decimal(1))
        abandoned = explorer.pins.inspector.task
        explorer.choose("quadratic")
        await asyncio.wait([abandoned], timeout=10)
        assert abandoned.cancelled()
        explorer.pins.pin(Decimal(-1), Decimal(-1))
        await asyncio.wait([explorer.pins.inspector.task], timeout=60)
        (run,) = explorer.pins.runs.values()
        assert run.outcome == "converged"
        assert len(run.losses) == explorer.settings.spec.steps

    asyncio.run(visit())


def test_a_run_looked_at_does_not_hold_up_pictures(server):
    async def visit():
        busy, _ = opened(server, "?preset=tanh-single&set=steps=1000000")
        other, picture = opened(server, "?preset=quadratic")
        busy.pins.pin(Decimal(1), Decimal(1))
        picture.moved(SECOND, Size(8, 8))
        await until(other, lambda: other.findings.progress == 100)
        assert not busy.pins.inspector.task.done()
        busy.stop()
        await asyncio.wait([busy.pins.inspector.task], timeout=10)
        assert busy.pins.inspector.task.cancelled()

    asyncio.run(visit())


def test_what_was_wrong_with_a_link_is_said_apart_from_the_progress(server):
    async def visit():
        explorer, picture = opened(server, "?preset=nix")
        assert "unknown preset 'nix'" in explorer.notice
        picture.moved(SECOND, Size(8, 8))
        await until(explorer, lambda: explorer.findings.status.startswith("settled"))
        explorer.choose("mandelbrot")
        assert explorer.notice == ""
        closed(explorer, picture)

    asyncio.run(visit())


def test_home_ends_the_work_for_the_view_that_is_left(server):
    async def visit():
        explorer, picture = opened(server, "?preset=tanh-single")
        picture.moved(FIRST, SIZE)
        abandoned = picture.painter.tasks["draw"]
        explorer.navigation.home()
        await asyncio.wait([abandoned], timeout=10)
        assert abandoned.cancelled()

    asyncio.run(visit())


def test_buttons_change_the_figure_only_under_the_lock_of_its_document(server, monkeypatch):
    """Panel runs its events without that lock, and Bokeh refuses a change while another has it."""
    callbacks = []
    document = Document()
    document.add_next_tick_callback = callbacks.append
    monkeypatch.setattr(pn.state, "curdoc", document)
    explorer, picture = opened(server, "?preset=quadratic&view=0.3,0.1,1e-9")
    picture.landscape.show(changes())
    figure = picture.landscape.figure
    before = figure.xaxis[0].axis_label, dict(frame(picture.landscape))
    explorer.navigation.home()
    explorer.choose("mandelbrot")
    assert (figure.xaxis[0].axis_label, dict(frame(picture.landscape))) == before
    for callback in callbacks:
        callback()
    assert figure.xaxis[0].axis_label == "real part of c, Re c"
    assert frame(picture.landscape)["epoch"] == [2]
    assert layout(picture.landscape)["id"] == []  # of the preset that was left


def test_a_view_told_before_the_browser_has_moved_does_not_undo_a_jump():
    deep = Window.parse("0.5", "0.5", "1e-12")
    views = []
    landscape = Landscape(
        preset("quadratic").spec, deep, Gestures(lambda *view: views.append(view))
    )
    told(landscape, 0, -0.5, 0.5, -0.25, 0.25)
    assert [float(window.half_width) for window, _, _ in views] == [5e-13]
    landscape.jump(SECOND)
    told(landscape, 0, -0.4, 0.4, -0.2, 0.2)  # sent before the jump arrived there
    assert len(views) == 1
    told(landscape, 1, 0, 2, 0.5, 1.5)
    assert views[1:] == [(SECOND, Size(200, 100), 1)]


def test_a_view_that_is_no_numbers_is_none():
    views = []
    landscape = Landscape(
        preset("quadratic").spec, FIRST, Gestures(lambda *view: views.append(view))
    )
    told(landscape, 0, float("nan"), 1, 0, 1)
    assert views == []


def changes(*indices):
    """Return a picture of some tiles."""
    indices = indices or (TileIndex(14, 2, -3),)
    blank = np.zeros((len(indices), TILE, TILE))
    rgba, values = blank.astype(np.uint32), blank.astype(np.float32)
    return Changes(indices, rgba, indices, values, indices, more=False, news=None)


def test_clearing_the_picture_leaves_nothing_to_be_acknowledged():
    spec = preset("quadratic").spec
    landscape = Landscape(spec, FIRST, NOBODY)
    landscape.clear()
    landscape.jump(SECOND)
    assert landscape.in_flight == 0
    landscape.show(changes())
    assert landscape.in_flight == 1
    landscape.jump(FIRST)
    assert landscape.in_flight == 1


def test_a_tile_is_drawn_half_a_pitch_beyond_its_outermost_points():
    landscape = Landscape(preset("quadratic").spec, FIRST, NOBODY)
    landscape.show(changes(TileIndex(10, 0, -1)))  # a pitch of one
    tiles = layout(landscape)
    assert (tiles["x"], tiles["dw"]) == ([-0.5], [TILE])
    assert (tiles["y"], tiles["dh"]) == ([-TILE - 0.5], [TILE])
    landscape.jump(DEEP)
    assert layout(landscape)["dw"] == [TILE * 1e30]
    landscape.show(changes(TileIndex(110, 3, 5)))
    x0, _, y0, _ = LocalCoordinates.around(DEEP).extent(DEEP, Size(1, 1))
    left = (Fraction(3 * TILE) - Fraction(1, 2)) / 2**100 - Fraction("0.3")
    assert layout(landscape)["x"] == [pytest.approx(float(left * 10**30) + x0 + 0.5)]
    assert y0 == pytest.approx(x0)


def test_only_new_pictures_are_sent():
    landscape = Landscape(preset("quadratic").spec, FIRST, NOBODY)
    first, second = TileIndex(14, 0, 0), TileIndex(14, 1, 0)
    landscape.show(changes(first))
    both = dataclasses.replace(changes(second), tiles=(first, second))
    landscape.show(both)
    assert content(landscape)["image_of"] == [["14:1:0"]]
    assert layout(landscape)["id"] == ["14:0:0", "14:1:0"]
    landscape.show(dataclasses.replace(both, pictured=(), valued=(), tiles=(second,)))
    assert layout(landscape)["id"] == ["14:1:0"]
    assert landscape.in_flight == 2


def test_a_view_keeps_its_coordinates_as_long_as_it_fits_them():
    landscape = Landscape(preset("quadratic").spec, FIRST, NOBODY)
    before = dict(frame(landscape))
    landscape.settle(SECOND)
    assert frame(landscape) == before
    landscape.settle(DEEP)
    assert frame(landscape)["epoch"] == [1]


def test_pins_are_marked_where_they_are_by_their_colours_and_numbers():
    landscape = Landscape(preset("quadratic").spec, FIRST, NOBODY)
    pins = [(Decimal(1), Decimal(2)), (Decimal("1.5"), Decimal("1.5"))]
    landscape.mark(pins)
    x, y = zip(*(landscape.local.to_local(*pin) for pin in pins), strict=True)
    assert source(landscape, "number").data == {
        "x": list(x), "y": list(y), "colour": list(PIN_COLOURS[:2]), "number": ["1", "2"],
    }  # fmt: skip


def test_figures_have_no_tools_of_bokeh_that_move_them_and_drag_alike():
    landscape = Landscape(preset("quadratic").spec, FIRST, NOBODY)
    beside = landscape.beside("other", "another").figure
    modes = []
    for figure in (landscape.figure, beside):
        assert all(isinstance(tool, HoverTool | CrosshairTool) for tool in figure.tools)
        scripts = figure.js_property_callbacks["change:inner_width"]
        modes += [script.args["mode"] for script in scripts if "mode" in script.args]
    landscape.box_zoom = True
    assert [mode.data for mode in modes] == [{"box": [True]}] * 2
    assert landscape.box_zoom


def test_curves_are_traced_beyond_the_view_but_not_beyond_the_plane():
    x, y, size = Decimal("0.25"), Decimal(-1), Size(400, 200)
    assert around(Window(x, y, 2.0), size) == Window(x, y, MARGIN * 2, MARGIN)
    assert around(Window(x, y, WIDEST), size) == Window(x, y, WIDEST, MARGIN / 2 * WIDEST)
    tall = around(Window(x, y, WIDEST, stretch=3), size)
    assert (tall.half_width, tall.half_height) == (WIDEST, WIDEST)


def test_a_page_trains_nothing_while_nobody_looks_and_then_goes_on(visiting, server):
    view = (0, -0.5, 0.5, -0.25, 0.25)

    async def visit(explorer, picture):
        told(picture.landscape, *view)
        await until(explorer, lambda: explorer.findings.news is not None)
        assert not explorer.findings.news.finished
        told(picture.landscape, *view, hidden=1)
        tasks = list(picture.painter.tasks.values())
        await asyncio.wait(tasks, timeout=PATIENCE)
        server.threads.view.submit(int).result()  # after what was asked of the scheduler
        assert server.scheduler.active() == 0
        assert not explorer.findings.news.finished
        before, back = explorer.link, explorer.navigation.can_go_back
        told(picture.landscape, *view)
        await until(explorer, lambda: explorer.findings.news.finished)
        assert (explorer.link, explorer.navigation.can_go_back) == (before, back)

    visiting("?preset=tanh-single&set=steps=400;width=8", visit)

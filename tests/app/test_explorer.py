"""The explorer and its landscape, without a browser: what is drawn, and what is dropped."""

import asyncio
from decimal import Decimal
from types import SimpleNamespace

import numpy as np

from app.explorer import Explorer
from app.views.landscape import Landscape, Layer
from engine.plane import Size, Window
from engine.presets import preset
from engine.refine import Snapshot

SIZE = Size(400, 300)
FIRST, SECOND = Window.parse("1.5", "1.5", "9"), Window.parse("1", "1", "2")


async def until(explorer, condition):
    """Wait for the status to change until the condition holds."""
    changed = asyncio.Event()
    watcher = explorer.param.watch(lambda event: changed.set(), ["status", "progress"])
    while not condition():
        changed.clear()
        await asyncio.wait_for(changed.wait(), 60)
    explorer.param.unwatch(watcher)


def test_a_new_view_ends_the_old_ones_work_and_only_it_is_drawn():
    async def visit():
        explorer = Explorer("?preset=tanh-single")
        shown = []
        show = explorer.landscape.show
        explorer.landscape.show = lambda layer: (shown.append(layer), show(layer))
        # No browser acknowledges pictures here.
        type(explorer.landscape).in_flight = property(lambda self: 0)
        explorer._look(FIRST, SIZE)
        abandoned = explorer._task
        await until(explorer, lambda: shown)
        explorer._look(SECOND, SIZE)
        await asyncio.wait([abandoned], timeout=10)
        assert abandoned.cancelled()
        before = len(shown)
        await until(explorer, lambda: len(shown) > before + 4)
        current = explorer._task
        explorer.stop()
        await asyncio.wait([current], timeout=10)
        assert {layer.window for layer in shown[:before]} == {FIRST}
        assert {layer.window for layer in shown[before:]} == {SECOND}
        assert current.cancelled()

    in_flight = Landscape.in_flight
    try:
        asyncio.run(visit())
    finally:
        Landscape.in_flight = in_flight


def test_a_failure_is_said_and_the_next_view_is_drawn():
    async def visit():
        explorer = Explorer("?preset=tanh-minibatch&set=batch_size=4096;steps=1000000")
        explorer._look(FIRST, SIZE)
        await until(explorer, lambda: explorer.status.startswith("failed: batch_size 4096"))
        explorer.preset = "quadratic"
        explorer._look(SECOND, Size(8, 8))
        await until(explorer, lambda: explorer.progress == 100)

    asyncio.run(visit())


def test_a_run_that_was_clicked_under_another_preset_is_not_shown():
    async def visit():
        explorer = Explorer("?preset=tanh-single&set=steps=1000000")
        explorer._clicked(Decimal(1), Decimal(1))
        abandoned = explorer._examining
        explorer.preset = "quadratic"
        await asyncio.wait([abandoned], timeout=10)
        assert abandoned.cancelled()
        explorer._clicked(Decimal(-1), Decimal(-1))
        await asyncio.wait([explorer._examining], timeout=60)
        assert explorer.run.outcome == "converged"
        assert len(explorer.run.losses) == explorer.spec.steps

    asyncio.run(visit())


def test_a_run_looked_at_does_not_hold_up_pictures():
    async def visit():
        busy, other = (
            Explorer("?preset=tanh-single&set=steps=1000000"),
            Explorer("?preset=quadratic"),
        )
        busy._clicked(Decimal(1), Decimal(1))
        other._look(SECOND, Size(8, 8))
        await until(other, lambda: other.progress == 100)
        assert not busy._examining.done()
        busy.stop()
        await asyncio.wait([busy._examining], timeout=10)
        assert busy._examining.cancelled()

    asyncio.run(visit())


def test_what_was_wrong_with_a_link_is_said_apart_from_the_progress():
    async def visit():
        explorer = Explorer("?preset=nix", "quadratic")
        assert "unknown preset 'nix'" in explorer.notice
        explorer._look(SECOND, Size(8, 8))
        await until(explorer, lambda: "runs trained in" in explorer.status)
        explorer.preset = "mandelbrot"
        assert explorer.notice == ""
        explorer.stop()

    asyncio.run(visit())


def test_home_ends_the_work_for_the_view_that_is_left():
    async def visit():
        explorer = Explorer("?preset=tanh-single")
        explorer._look(FIRST, SIZE)
        abandoned = explorer._task
        explorer.home()
        await asyncio.wait([abandoned], timeout=10)
        assert abandoned.cancelled()

    asyncio.run(visit())


def test_buttons_change_the_figure_only_under_the_lock_of_its_document():
    """Panel runs its events without that lock, and Bokeh refuses a change while another has it."""
    explorer = Explorer("?preset=quadratic&view=0.3,0.1,1e-9")
    snapshot = Snapshot(np.array([[-1.0, 1.0]]), 4, 8)
    explorer.landscape.show(Layer.of(snapshot, FIRST, Size(8, 4)))
    callbacks = []
    explorer._document = SimpleNamespace(add_next_tick_callback=callbacks.append)
    figure, frame = explorer.landscape.figure, explorer.landscape._frame_source
    before = figure.xaxis[0].axis_label, dict(frame.data)
    explorer.home()
    explorer.preset = "mandelbrot"
    assert (figure.xaxis[0].axis_label, dict(frame.data)) == before
    for callback in callbacks:
        callback()
    assert figure.xaxis[0].axis_label == "real part of c, Re c"
    assert frame.data["epoch"] == [2]
    assert explorer.landscape._images.data["image"] == []  # of the preset that was left


def told(landscape, epoch, x0, x1, y0, y1):
    """Say what a browser of 200 x 100 pixels says after a gesture."""
    named = {"epoch": epoch, "x0": x0, "x1": x1, "y0": y0, "y1": y1, "width": 200, "height": 100}
    named |= {"ratio": 1, "screen": 1000}
    landscape._view_source.data = {key: [value] for key, value in named.items()}


def test_a_view_told_before_the_browser_has_moved_does_not_undo_a_jump():
    deep = Window.parse("0.5", "0.5", "1e-12")
    views = []
    landscape = Landscape(
        preset("quadratic").spec, deep, lambda *view: views.append(view), lambda *point: None
    )
    told(landscape, 0, -0.5, 0.5, -0.25, 0.25)
    assert [float(window.half_width) for window, _ in views] == [5e-13]
    landscape.jump(SECOND)
    told(landscape, 0, -0.4, 0.4, -0.2, 0.2)  # sent before the jump arrived there
    assert len(views) == 1
    told(landscape, 1, 0, 2, 0.5, 1.5)
    assert views[1:] == [(SECOND, Size(200, 100))]


def test_clearing_the_picture_leaves_nothing_to_be_acknowledged():
    spec = preset("quadratic").spec
    landscape = Landscape(spec, FIRST, lambda *view: None, lambda *point: None)
    landscape.show(None)
    landscape.jump(SECOND)
    assert landscape.in_flight == 0
    snapshot = Snapshot(np.array([[-1.0, 1.0]]), 4, 8)
    landscape.show(Layer.of(snapshot, FIRST, Size(8, 4)))
    assert landscape.in_flight == 1


def test_a_coarse_sample_is_drawn_as_a_block_around_its_pixel():
    layer = Layer.of(Snapshot(np.full((2, 2), 1.0), 4, 8), Window.parse("4", "4", "8"), Size(8, 8))
    landscape = Landscape(preset("quadratic").spec, layer.window, lambda *_: None, lambda *_: None)
    row = layer.row(landscape._frame)
    # Pixels are one unit wide; the first sample is pixel 0, whose centre is at 0.5.
    assert (row["x"], row["dw"]) == (0.5 - 2, 8)
    assert (row["y"], row["dh"]) == (0.5 - 2, 8)

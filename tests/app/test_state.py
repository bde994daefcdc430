"""The state of a page: settings, trails, looks and pins, without a browser."""

import asyncio
import re
from decimal import Decimal

import pytest

from app.views.where import within
from app.visitor.explorer import Explorer
from engine.places import links
from engine.places.look import Look
from engine.places.presets import preset
from engine.plane import Size, Window
from tests.app.test_explorer import until

SIZE = Size(40, 30)
QUICK = "?preset=quadratic&set=steps=20"
HERE, THERE = Window.parse("0", "0", "4"), Window.parse("0.5", "0.25", "1")


@pytest.fixture
def quickly(monkeypatch):
    """Let edits follow one another without waiting."""
    monkeypatch.setattr("app.visitor.edits.EDIT", 0.0)


def visiting(query, visit):
    """Run a visit to a page, and end its work."""

    async def run():
        explorer = Explorer(query)
        explorer.landscape.tiles.acknowledged.data = {"sent": [10**9]}
        explorer._viewed(HERE, SIZE)
        try:
            await visit(explorer)
        finally:
            explorer.stop()

    asyncio.run(run())


async def edited(explorer, **edits):
    for name, text in edits.items():
        explorer.edit(name, text)
    await asyncio.wait([explorer.edits.task])


def test_a_link_opens_everything_it_names_and_is_kept_up_to_date(quickly):
    link = f"{QUICK}&view=0.5,0.25,1.0&look=log,cividis,0.5&pins=0.1,0.2;0.3,0.4"

    async def visit(explorer):
        assert explorer.place == links.parse(link)
        await until(explorer, lambda: len(explorer.runs) == 2, ["runs"])
        explorer._viewed(THERE, SIZE)
        await until(explorer, lambda: "view=0.5" in explorer.link, ["link"])
        assert links.parse(explorer.link) == links.parse(link)
        explorer.recolour(Look.of("edges"))
        explorer.unpin((Decimal("0.1"), Decimal("0.2")))
        assert links.parts(explorer.link)["look"] == ["edges,Spectral,0"]
        assert links.parts(explorer.link)["pins"] == ["0.3,0.4"]

    visiting(link, visit)


def test_every_gesture_is_a_step_back_and_settings_are_undone_apart_from_it(quickly):
    async def visit(explorer):
        jumps = []
        explorer.landscape.jump = lambda window, fit: jumps.append(window)
        explorer._viewed(THERE, SIZE)
        assert explorer.can_go_back
        await edited(explorer, steps="30")
        assert explorer.spec.steps == 30
        explorer.back()
        explorer._viewed(jumps[-1], SIZE)
        assert jumps == [HERE]
        assert explorer.spec.steps == 30
        assert (explorer.can_go_back, explorer.can_go_forward) == (False, True)
        explorer.undo()
        assert explorer.spec.steps == 20
        assert explorer.can_redo
        assert explorer.can_go_forward
        explorer.redo()
        assert explorer.spec.steps == 30
        explorer.forward()
        assert jumps == [HERE, THERE]

    visiting(QUICK, visit)


def test_all_changes_of_the_view_in_one_gesture_are_one_step():
    async def visit(explorer):
        for width, gesture in (("3", 1), ("2", 1), ("1", 1), ("0.5", 2)):
            explorer._viewed(Window.parse("0", "0", width), SIZE, gesture)
        assert explorer._views.back() == Window.parse("0", "0", "1")
        assert explorer._views.back() == HERE

    visiting(QUICK, visit)


def test_another_size_of_the_window_is_no_gesture(quickly):
    async def visit(explorer):
        explorer._viewed(Window.parse("0", "0", "5"), Size(60, 30))
        assert not explorer.can_go_back

    visiting(QUICK, visit)


def test_edits_in_quick_succession_are_applied_together(monkeypatch):
    monkeypatch.setattr("app.visitor.edits.EDIT", 0.05)
    changed = []

    async def visit(explorer):
        def note(event):
            if not changed or changed[-1] != event.new.flat():
                changed.append(event.new.flat())

        explorer.param.watch(note, "spec")
        await edited(explorer, steps="3", coupling="0.25")
        await edited(explorer, steps="30")

    visiting(QUICK, visit)
    assert [(flat["steps"], flat["coupling"]) for flat in changed] == [(3, 0.25), (30, 0.25)]


def test_an_illegal_value_is_refused_in_the_engines_words_and_changes_nothing(quickly):
    async def visit(explorer):
        before = explorer.spec
        for text, complaint in (("many", "whole number, not 'many'"), ("0", "at least 1, not 0")):
            await edited(explorer, steps=text)
            assert complaint in explorer.notice
            assert explorer.spec == before
        await edited(explorer, steps="25")
        assert explorer.notice == ""
        assert explorer.spec.steps == 25

    visiting(QUICK, visit)


def test_an_edit_during_the_estimate_of_another_is_applied_with_it(quickly, monkeypatch):
    async def visit(explorer):
        begun, slow = asyncio.Event(), asyncio.Event()
        estimated = explorer._estimate

        async def estimate(spec):
            if spec.steps == 30 and spec.system.coupling == 0.5:
                begun.set()
                await slow.wait()
            return await estimated(spec)

        explorer._estimate = estimate
        explorer.edit("steps", "30")
        await begun.wait()
        await edited(explorer, coupling="0.25")
        assert (explorer.spec.steps, explorer.spec.system.coupling) == (30, 0.25)

    visiting(QUICK, visit)


def test_an_edit_that_is_under_way_is_dropped_when_one_goes_elsewhere(quickly):
    async def visit(explorer):
        explorer.edit("steps", "30")
        under_way = explorer.edits.task
        explorer.choose("mandelbrot")
        await asyncio.wait([under_way])
        assert under_way.cancelled()
        assert explorer.spec == preset("mandelbrot").spec
        assert explorer.overview is None

    visiting(QUICK, visit)


def test_the_range_of_one_axis_sets_the_scale_of_both():
    async def visit(explorer):
        jumps = []
        explorer.landscape.jump = lambda window, fit: jumps.append(window)
        explorer.window = HERE
        explorer.go_to_extent(["0.5", "2", "-1.5", "1.5"], "x")
        explorer.go_to_extent(["-2", "2", "0", "1.5"], "y")
        assert jumps[0] == Window.parse("1.25", "0", "1.5")
        assert jumps[1] == Window.parse("0", "0.75", "2")

    visiting(QUICK, visit)


def test_on_a_stretched_plane_all_that_is_typed_and_shown_is_in_axis_units(quickly):
    async def visit(explorer):
        jumps = []
        explorer.landscape.jump = lambda window, fit: jumps.append(window)
        here = explorer.window = explorer.spec.on_plane(Window.parse("0.5", "-1.5", "1"))
        assert here.stretch == 2
        assert explorer.extent == ["0", "1", "-3", "0"]
        explorer.go_to_extent(explorer.extent, "x")
        explorer.go_to_extent(explorer.extent, "y")
        explorer.go_to(Window.parse("0.5", "-1.5", "1"))
        assert jumps == [here, here, here]
        assert links.parse(explorer.link).window == here
        whole = explorer.home_window
        assert within(explorer.spec.on_plane(Window.parse("0", "-4", "0.5")), whole) == (
            pytest.approx((0.1, 0.0, 0.4))
        )
        await edited(explorer, y="start")
        assert jumps[-1] == explorer.spec.home()
        assert explorer.spec.stretch == 0

    visiting("?preset=rippled-quadratic&set=steps=20;x=amplitude;y=weight_decay", visit)


def test_an_axis_that_is_taken_changes_places_with_the_other(quickly):
    async def visit(explorer):
        await edited(explorer, x="learning_rate_2")
        assert (explorer.spec.x.name, explorer.spec.y.name) == (
            "learning_rate_2",
            "learning_rate_1",
        )

    visiting(QUICK, visit)


def test_new_axes_are_shown_whole_and_without_the_old_pins(quickly):
    async def visit(explorer):
        jumps = []
        explorer.landscape.jump = lambda window, fit: jumps.append((window, fit))
        explorer.pin(Decimal(0), Decimal(0))
        await edited(explorer, x="coupling")
        assert explorer.pins == ()
        assert jumps == [(explorer.spec.home(), True)]
        explorer.undo()
        assert explorer.spec.x.name == "learning_rate_1"
        assert jumps[-1][0] == HERE

    visiting(QUICK, visit)


def test_an_expensive_change_is_asked_about_first(quickly, monkeypatch):
    monkeypatch.setattr("app.visitor.proposal.EXPENSIVE", 0.0)

    async def visit(explorer):
        await until(explorer, lambda: explorer.status.startswith("settled"))
        await edited(explorer, steps="20000")
        proposal = explorer.proposal
        assert explorer.spec.steps == 20
        assert proposal.spec.steps == 20_000
        assert proposal.seconds == pytest.approx(1000 * proposal.now, rel=1e-6)
        explorer.decline()
        assert explorer.proposal is None
        assert explorer.spec.steps == 20
        await edited(explorer, steps="20000")
        explorer.accept()
        assert explorer.spec.steps == 20_000
        assert explorer.proposal is None

    visiting(QUICK, visit)


def test_settings_go_back_to_those_of_the_preset(quickly):
    async def visit(explorer):
        explorer.reset()
        assert explorer.spec == preset("quadratic").spec
        explorer.undo()
        assert explorer.spec.steps == 20

    visiting(QUICK, visit)


def test_a_new_look_trains_nothing(quickly):
    async def visit(explorer):
        await until(explorer, lambda: explorer.status.startswith("settled"))
        news, shown = explorer.news, []
        show = explorer.landscape.show
        explorer.landscape.show = lambda changes: (shown.append(changes), show(changes))
        explorer.recolour(Look.of("log", "cividis"))
        await asyncio.wait([explorer.painter.tasks["draw"]])
        assert shown[0].pictured
        assert shown[0].valued == ()
        assert explorer.news.trained == news.trained
        assert explorer.status.startswith("settled")

    visiting(QUICK, visit)


def test_as_many_runs_are_pinned_as_can_be_told_apart(quickly):
    async def visit(explorer):
        for n in range(links.MOST_PINS + 2):
            explorer.pin(Decimal(n) / 100, Decimal(0))
        assert [x * 100 for x, _ in explorer.pins] == list(range(2, links.MOST_PINS + 2))
        await until(explorer, lambda: len(explorer.runs) == links.MOST_PINS, ["runs"])
        assert set(explorer.runs) == set(explorer.pins)
        explorer.unpin(explorer.pins[0])
        assert len(explorer.runs) == links.MOST_PINS - 1
        explorer.unpin_all()
        assert explorer.runs == {}

    visiting(QUICK, visit)


def test_pins_are_trained_again_with_other_settings(quickly):
    async def visit(explorer):
        explorer.pin(Decimal("-1"), Decimal("-1"))
        await until(explorer, lambda: explorer.runs, ["runs"])
        await edited(explorer, steps="35")
        await until(explorer, lambda: explorer.runs, ["runs"])
        (run,) = explorer.runs.values()
        assert len(run.losses) == 35

    visiting(QUICK, visit)


def test_statistics_say_the_level_they_were_found_at_and_end_at_every_pixel(quickly):
    found = []

    async def visit(explorer):
        explorer.param.watch(lambda event: found.append(event.new), "statistics")
        explorer._viewed(HERE, Size(320, 240))
        await until(explorer, lambda: found and found[-1].stride == 1, ["statistics"])

    visiting(QUICK, visit)
    strides = [statistics.stride for statistics in found if statistics]
    assert strides == sorted(set(strides), reverse=True)
    assert all(s.outcomes.runs == s.size.pixels for s in found if s)


def test_the_whole_plane_is_surveyed_beside_the_view(quickly):
    async def visit(explorer):
        await until(explorer, lambda: explorer.overview is not None, ["overview"])
        assert (explorer.overview.rgba >> 24 == 255).all()

    visiting(f"{QUICK}&view=0.3,0.1,0.01", visit)


@pytest.mark.parametrize(
    ("ends", "complaint"),
    [(["a", "1", "0", "1"], "x from must be a decimal number"),
     (["1", "0", "0", "1"], "must end beyond where it begins"),
     (["0", "1e9", "0", "1"], "must be a decimal|must lie within|must lie between")],
)  # fmt: skip
def test_a_bad_range_is_refused_and_the_view_stays(ends, complaint):
    async def visit(explorer):
        explorer.landscape.jump = lambda *where, **how: pytest.fail("the view moved")
        explorer.go_to_extent(ends)
        assert re.search(complaint, explorer.notice)

    visiting(QUICK, visit)


def test_the_range_of_the_axes_is_read_back():
    async def visit(explorer):
        jumps = []
        explorer.landscape.jump = lambda window, fit: jumps.append(window)
        explorer.window = Window.parse("0.123456789012345678901", "-1", "1e-15")
        explorer.go_to_extent(explorer.extent)
        (window,) = jumps
        assert abs(window.x - explorer.window.x) < Decimal("1e-17")
        assert window.half_width == pytest.approx(explorer.window.half_width, rel=1e-2)

    visiting(QUICK, visit)

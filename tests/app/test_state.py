"""The state of a page: settings, trails, looks and pins, without a browser."""

import asyncio
import threading
from decimal import Decimal

import numpy as np
import panel as pn
import pytest
from bokeh.models import ColumnDataSource

from app.picture.painter import sharpest
from app.views.curves import Curves
from app.views.where import Where
from app.visitor.explorer import Explorer
from app.visitor.findings import Overview
from app.visitor.navigation import Destination
from app.visitor.proposal import estimate
from engine.errors import InputError
from engine.places import links
from engine.places.look import Look
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_region
from engine.tiles.lattice import Region
from engine.tiles.pyramid import Pyramid
from tests.app.browsing import PATIENCE, QUICK, edited, enter, field, noted, until
from tests.app.conftest import HERE, SIZE

STRETCHED = "?preset=rippled-quadratic&set=steps=20;x=amplitude;y=weight_decay"
THERE = Window.parse("0.5", "0.25", "1")


def test_a_link_opens_everything_it_names_and_is_kept_up_to_date(visiting, quickly):
    link = f"{QUICK}&view=0.5,0.25,1.0&look=log,cividis,0.5&pins=0.1,0.2;0.3,0.4"

    async def visit(explorer, picture):
        assert explorer.place == links.parse(link)
        await until(explorer, lambda: len(explorer.pins.runs) == 2)
        picture.moved(THERE, SIZE)
        await until(explorer, lambda: "view=0.5" in explorer.link)
        assert links.parse(explorer.link) == links.parse(link)
        explorer.settings.look = Look.of("edges")
        explorer.pins.unpin((Decimal("0.1"), Decimal("0.2")))
        assert links.parts(explorer.link)["look"] == ["edges,Spectral,0"]
        assert links.parts(explorer.link)["pins"] == ["0.3,0.4"]

    visiting(link, visit)


def test_the_state_of_a_page_needs_no_picture(server):
    explorer = Explorer(server, QUICK)
    navigation, settings = explorer.navigation, explorer.settings
    navigation.moved(HERE, SIZE)
    navigation.moved(THERE, SIZE, 1)
    navigation.arrive(THERE)
    navigation.back()
    assert navigation.destination == Destination(HERE, fit=False)
    settings.change(settings.spec.set(["steps=30"]))
    assert explorer.entry.destination is None  # the view stays
    assert (explorer.entry.new_runs, explorer.entry.new_plane) == (True, False)
    settings.undo()
    assert links.parse(explorer.link) == explorer.place
    assert (explorer.place.spec.steps, explorer.place.window) == (20, THERE)
    explorer.choose("mandelbrot")
    assert explorer.entry.new_plane
    assert explorer.entry.destination == Destination(navigation.home_window, fit=True)
    assert not navigation.can_go_back
    explorer.stop()


def test_every_gesture_is_a_step_back_and_settings_are_undone_apart_from_it(visiting, quickly):
    async def visit(explorer, picture):
        jumps = []
        picture.landscape.jump = lambda window, fit: jumps.append(window)
        picture.moved(THERE, SIZE)
        assert explorer.navigation.can_go_back
        await edited(explorer, steps="30")
        assert explorer.settings.spec.steps == 30
        explorer.navigation.back()
        picture.moved(jumps[-1], SIZE)
        assert jumps == [HERE]
        assert explorer.settings.spec.steps == 30
        assert (explorer.navigation.can_go_back, explorer.navigation.can_go_forward) == (
            False,
            True,
        )
        explorer.settings.undo()
        assert explorer.settings.spec.steps == 20
        assert explorer.settings.can_redo
        assert explorer.navigation.can_go_forward
        explorer.settings.redo()
        assert explorer.settings.spec.steps == 30
        explorer.navigation.forward()
        assert jumps == [HERE, THERE]

    visiting(QUICK, visit)


def test_all_changes_of_the_view_in_one_gesture_are_one_step(visiting):
    async def visit(explorer, picture):
        for width, gesture in (("3", 1), ("2", 1), ("1", 1), ("0.5", 2)):
            picture.moved(Window.parse("0", "0", width), SIZE, gesture)
        jumps = []
        picture.landscape.jump = lambda window, fit: jumps.append(window)
        explorer.navigation.back()
        explorer.navigation.back()
        assert jumps == [Window.parse("0", "0", "1"), HERE]

    visiting(QUICK, visit)


def test_another_size_of_the_window_is_no_gesture(visiting, quickly):
    async def visit(explorer, picture):
        picture.moved(Window.parse("0", "0", "5"), Size(60, 30))
        assert not explorer.navigation.can_go_back

    visiting(QUICK, visit)


def test_edits_in_quick_succession_are_applied_together(visiting, monkeypatch):
    monkeypatch.setattr("app.visitor.edits.EDIT", 0.05)
    changed = []

    async def visit(explorer, picture):
        def note(event):
            if not changed or changed[-1] != event.new.flat():
                changed.append(event.new.flat())

        explorer.settings.param.watch(note, "spec")
        await edited(explorer, steps="3", coupling="0.25")
        await edited(explorer, steps="30")

    visiting(QUICK, visit)
    assert [(flat["steps"], flat["coupling"]) for flat in changed] == [(3, 0.25), (30, 0.25)]


def test_an_illegal_value_is_refused_in_the_engines_words_and_changes_nothing(visiting, quickly):
    async def visit(explorer, picture):
        before = explorer.settings.spec
        for text, complaint in (("many", "whole number, not 'many'"), ("0", "at least 1, not 0")):
            await edited(explorer, steps=text)
            assert complaint in explorer.settings.problems["steps"]
            assert explorer.settings.spec == before
        await edited(explorer, steps="25")
        assert explorer.settings.problems == {}
        assert explorer.settings.spec.steps == 25

    visiting(QUICK, visit)


def test_an_edit_during_the_estimate_of_another_is_applied_with_it(visiting, quickly, monkeypatch):
    async def visit(explorer, picture):
        loop, begun, goes_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

        def slowly(scheduler, now, then, runs):
            if then.steps == 30 and then.system.coupling == 0.5:
                loop.call_soon_threadsafe(begun.set)
                goes_on.wait(PATIENCE)
            return estimate(scheduler, now, then, runs)

        monkeypatch.setattr("app.visitor.settings.estimate", slowly)
        explorer.settings.edit("steps", "30")
        await begun.wait()
        explorer.settings.edit("coupling", "0.25")
        goes_on.set()
        await asyncio.wait([explorer.settings.edits.task])
        spec = explorer.settings.spec
        assert (spec.steps, spec.system.coupling) == (30, 0.25)

    visiting(QUICK, visit)


def test_an_edit_that_is_under_way_is_dropped_when_one_goes_elsewhere(visiting, quickly):
    async def visit(explorer, picture):
        explorer.settings.edit("steps", "30")
        under_way = explorer.settings.edits.task
        explorer.choose("mandelbrot")
        await asyncio.wait([under_way])
        assert under_way.cancelled()
        assert explorer.settings.spec == preset("mandelbrot").spec
        assert explorer.findings.overview is None

    visiting(QUICK, visit)


def test_the_range_of_one_axis_sets_the_scale_of_both(visiting):
    async def visit(explorer, picture):
        jumps = []
        picture.landscape.jump = lambda window, fit: jumps.append(window)
        explorer.navigation.window = HERE
        explorer.navigation.go_to_extent(["0.5", "2", "-1.5", "1.5"], "x")
        explorer.navigation.go_to_extent(["-2", "2", "0", "1.5"], "y")
        assert jumps[0] == Window.parse("1.25", "0", "1.5")
        assert jumps[1] == Window.parse("0", "0.75", "2")

    visiting(QUICK, visit)


def test_on_a_stretched_plane_all_that_is_typed_and_shown_is_in_axis_units(visiting, quickly):
    async def visit(explorer, picture):
        jumps = []
        picture.landscape.jump = lambda window, fit: jumps.append(window)
        here = explorer.navigation.window = explorer.settings.spec.on_plane(
            Window.parse("0.5", "-1.5", "1")
        )
        assert here.stretch == 2
        assert explorer.navigation.extent == ["0", "1", "-3", "0"]
        explorer.navigation.go_to_extent(explorer.navigation.extent, "x")
        explorer.navigation.go_to_extent(explorer.navigation.extent, "y")
        explorer.navigation.go_to(Window.parse("0.5", "-1.5", "1"))
        assert jumps == [here, here, here]
        assert links.parse(explorer.link).window == here
        await edited(explorer, y="start")
        assert jumps[-1] == explorer.settings.spec.home()
        assert explorer.settings.spec.stretch == 0

    visiting(STRETCHED, visit)


def test_the_minimap_shows_where_in_the_whole_plane_the_view_is(visiting):
    async def visit(explorer, picture):
        minimap = Where(explorer).__panel__().select(pn.pane.Bokeh)[0].object
        whole = explorer.navigation.home_window
        explorer.findings.overview = Overview(whole, np.zeros((1, 1), np.uint32))
        here = explorer.settings.spec.on_plane(Window.parse("0", "-4", "0.5"))
        explorer.navigation.window = here
        (rectangle,) = (
            model.data
            for model in minimap.references()
            if isinstance(model, ColumnDataSource) and "width" in model.data
        )
        assert [*rectangle["x"], *rectangle["y"], *rectangle["width"]] == (
            pytest.approx([0.1, 0.0, 0.4])
        )
        shown = [data for m in minimap.references() if (data := getattr(m, "data", None))]
        assert [len(data["image"]) for data in shown if "image" in data] == [1]
        explorer.findings.overview = Overview(whole, url="overviews/quadratic.png")
        shown = [data for m in minimap.references() if (data := getattr(m, "data", None))]
        assert [data["image"] for data in shown if "image" in data] == [[]]
        assert [data["url"] for data in shown if "url" in data] == [["overviews/quadratic.png"]]

    visiting(STRETCHED, visit)


def test_an_axis_that_is_taken_changes_places_with_the_other(visiting, quickly):
    async def visit(explorer, picture):
        await edited(explorer, x="learning_rate_2")
        assert (explorer.settings.spec.x.name, explorer.settings.spec.y.name) == (
            "learning_rate_2",
            "learning_rate_1",
        )

    visiting(QUICK, visit)


def test_new_axes_are_shown_whole_and_without_the_old_pins(visiting, quickly):
    async def visit(explorer, picture):
        jumps = []
        picture.landscape.jump = lambda window, fit: jumps.append((window, fit))
        explorer.pins.pin(Decimal(0), Decimal(0))
        await edited(explorer, x="coupling")
        assert explorer.pins.points == ()
        assert jumps == [(explorer.settings.spec.home(), True)]
        explorer.settings.undo()
        assert explorer.settings.spec.x.name == "learning_rate_1"
        assert jumps[-1][0] == HERE

    visiting(QUICK, visit)


def test_an_expensive_change_is_asked_about_first(visiting, quickly, monkeypatch):
    monkeypatch.setattr("app.visitor.proposal.EXPENSIVE", 0.0)

    async def visit(explorer, picture):
        await until(explorer, lambda: explorer.findings.status.startswith("settled"))
        await edited(explorer, steps="20000")
        proposal = explorer.settings.proposal
        assert explorer.settings.spec.steps == 20
        assert proposal.spec.steps == 20_000
        assert proposal.seconds == pytest.approx(1000 * proposal.now, rel=1e-6)
        explorer.settings.decline()
        assert explorer.settings.proposal is None
        assert explorer.settings.spec.steps == 20
        await edited(explorer, steps="20000")
        explorer.settings.accept()
        assert explorer.settings.spec.steps == 20_000
        assert explorer.settings.proposal is None

    visiting(QUICK, visit)


def test_settings_go_back_to_those_of_the_preset(visiting, quickly):
    async def visit(explorer, picture):
        explorer.settings.reset()
        assert explorer.settings.spec == preset("quadratic").spec
        explorer.settings.undo()
        assert explorer.settings.spec.steps == 20

    visiting(QUICK, visit)


def test_a_new_look_trains_nothing(visiting, quickly):
    async def visit(explorer, picture):
        await until(explorer, lambda: explorer.findings.status.startswith("settled"))
        news, shown = explorer.findings.news, noted(picture)
        explorer.settings.look = Look.of("log", "cividis")
        await asyncio.wait([picture.painter.tasks["draw"]])
        assert shown[0].pictured
        assert shown[0].valued == ()
        assert explorer.findings.news.trained == news.trained
        assert explorer.findings.status.startswith("settled")

    visiting(QUICK, visit)


def test_as_many_runs_are_pinned_as_can_be_told_apart(visiting, quickly):
    async def visit(explorer, picture):
        for n in range(links.MOST_PINS + 2):
            explorer.pins.pin(Decimal(n) / 100, Decimal(0))
        assert [x * 100 for x, _ in explorer.pins.points] == list(range(2, links.MOST_PINS + 2))
        await until(explorer, lambda: len(explorer.pins.runs) == links.MOST_PINS)
        assert set(explorer.pins.runs) == set(explorer.pins.points)
        explorer.pins.unpin(explorer.pins.points[0])
        assert len(explorer.pins.runs) == links.MOST_PINS - 1
        explorer.pins.unpin_all()
        assert explorer.pins.runs == {}

    visiting(QUICK, visit)


def test_pins_are_trained_again_with_other_settings(visiting, quickly):
    async def visit(explorer, picture):
        explorer.pins.pin(Decimal("-1"), Decimal("-1"))
        await until(explorer, lambda: explorer.pins.runs)
        await edited(explorer, steps="35")
        await until(explorer, lambda: explorer.pins.runs)
        (run,) = explorer.pins.runs.values()
        assert len(run.losses) == 35

    visiting(QUICK, visit)


def test_statistics_say_the_level_they_were_found_at_and_end_at_every_pixel(visiting, quickly):
    found = []

    async def visit(explorer, picture):
        explorer.findings.param.watch(lambda event: found.append(event.new), "statistics")
        picture.moved(HERE, Size(320, 240))
        await until(explorer, lambda: found and found[-1].stride == 1 and not found[-1].audit)

    visiting(QUICK, visit)
    strides = [statistics.stride for statistics in found if statistics and not statistics.audit]
    assert strides == sorted(set(strides), reverse=True)
    assert all(s.outcomes.runs == s.size.pixels for s in found if s)


def test_the_whole_plane_is_surveyed_beside_the_view(visiting, quickly):
    async def visit(explorer, picture):
        await until(explorer, lambda: explorer.findings.overview is not None)
        assert (explorer.findings.overview.rgba >> 24 == 255).all()

    visiting(f"{QUICK}&view=0.3,0.1,0.01", visit)


def test_the_whole_plane_is_shown_as_sharp_as_it_is_known(server):
    spec, window = Spec.make("quadratic", {"steps": 20}), Window.parse("0.5", "0.5", "2")
    for trained, shown in ((8, None), (20, 18), (40, 36), (80, 72)):
        region = Region.of_view(window, Size(trained, trained))
        compute_region(spec, region, server.cache)
        found = sharpest(Pyramid(spec, region.lattice, server.cache), window)
        if shown is None:
            assert found is None
        else:
            assert found[0] == Region.of_view(window, Size(shown, shown))
            assert not np.isnan(found[1]).any()


def test_the_picture_that_is_kept_of_the_whole_plane_is_shown_as_long_as_it_is_true(visiting):
    async def visit(explorer, picture):
        findings, home = explorer.findings, explorer.navigation.home_window
        picture.moved(HERE, SIZE)
        await until(explorer, lambda: findings.overview is not None)
        assert findings.overview == Overview(home, url="overviews/quadratic.png")
        explorer.settings.edit("steps", "20")
        await until(explorer, lambda: explorer.settings.spec.steps == 20)
        picture.moved(HERE, SIZE)
        await until(explorer, lambda: findings.overview and not findings.overview.url)
        assert (findings.overview.rgba >> 24 == 255).all()

    visiting("?preset=quadratic", visit)


@pytest.mark.parametrize(
    ("ends", "complaint"),
    [(["a", "1", "0", "1"], "x from must be a decimal number"),
     (["1", "0", "0", "1"], "must end beyond where it begins"),
     (["0", "1e9", "0", "1"], "must be a decimal|must lie within|must lie between")],
)  # fmt: skip
def test_a_bad_range_is_refused_and_the_view_stays(visiting, ends, complaint):
    async def visit(explorer, picture):
        picture.landscape.jump = lambda *where, **how: pytest.fail("the view moved")
        with pytest.raises(InputError, match=complaint):
            explorer.navigation.go_to_extent(ends)

    visiting(QUICK, visit)


def test_the_range_of_the_axes_is_read_back(visiting):
    async def visit(explorer, picture):
        jumps = []
        picture.landscape.jump = lambda window, fit: jumps.append(window)
        explorer.navigation.window = Window.parse("0.123456789012345678901", "-1", "1e-15")
        explorer.navigation.go_to_extent(explorer.navigation.extent)
        (window,) = jumps
        assert abs(window.x - explorer.navigation.window.x) < Decimal("1e-17")
        assert window.half_width == pytest.approx(explorer.navigation.window.half_width, rel=1e-2)

    visiting(QUICK, visit)


def test_curves_are_chosen_in_the_look_and_by_their_boxes_alike(visiting):
    async def visit(explorer, picture):
        form = Curves(explorer).form
        explorer.settings.look = Look(overlays=("separatrix",))
        assert field(form, "curves")["value"] == ["separatrix"]
        enter(form, "curves", [])
        assert explorer.settings.look == Look()

    visiting("?preset=two-factor&set=steps=30", visit)

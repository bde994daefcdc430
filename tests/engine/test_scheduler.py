"""The scheduler: no run is trained twice, nothing stale is trained, and everybody gets a turn."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_field
from engine.tiles.focus import focus_of
from engine.tiles.lattice import PLANE, Region
from engine.tiles.pyramid import Pyramid, TileCache
from engine.tiles.request import Request
from engine.tiles.runner import Pace, SpecRunner
from engine.tiles.scheduler import IDLE_SPECS, Scheduler, Training
from engine.tiles.store import Store
from engine.tiles.worth import ByWorth
from engine.training.trainer import Stream
from tests.tiles import points_of

SIZE = Size(120, 80)
QUICK = preset("quadratic").spec.replace({"steps": 40})
NETWORK = Spec.make("mlp", {"width": 4, "dataset_ratio": 0.5, "steps": 60})
ENDLESS = preset("tanh-single").spec.replace({"steps": 1_000_000})
HOME = Window.parse("0.3", "0.2", "4")


@pytest.fixture
def scheduler():
    scheduler = Scheduler(TileCache())
    yield scheduler
    scheduler.close()


def wait(scheduler, condition, seconds=60):
    """Wait until the condition holds, looking whenever the engine has done something."""
    assert scheduler.cache.wait(condition, seconds), "not reached"


def settle(scheduler, request):
    wait(scheduler, lambda: request.finished)
    assert request.error is None
    return request


def direct(spec, request):
    region = request.region
    return compute_field(spec, region.window(), region.size).values


def zoomed(window, fx, fy, ratio):
    """Return the window after a zoom about a point given in half-widths."""
    half = window.half_width
    x, y = float(window.x) + fx * half * (1 - ratio), float(window.y) + fy * half * (1 - ratio)
    return Window.parse(repr(x), repr(y), repr(2 * half * ratio))


gestures = st.lists(
    st.tuples(
        st.floats(-1, 1), st.floats(-0.6, 0.6), st.sampled_from([0.4, 0.8, 1.0, 1.3, 2.5]),
        st.floats(-1.5, 1.5), st.booleans(),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=max(8, settings().max_examples // 10))  # each is dear
@given(gestures, st.sampled_from([QUICK, NETWORK]))
def test_any_path_of_zooms_and_pans_ends_in_the_field_of_a_direct_render(path, spec):
    scheduler = Scheduler(TileCache())
    try:
        window = HOME
        for fx, fy, ratio, pan, patient in path:
            window = zoomed(window, fx, fy, ratio)
            window = zoomed(window, pan, 0, 1.0) if ratio == 1 else window
            request = scheduler.request("me", spec, window, SIZE)
            if patient:
                settle(scheduler, request)
        settle(scheduler, request)
        assert np.array_equal(request.snapshot().values, direct(spec, request))
    finally:
        scheduler.close()


def test_no_run_is_trained_twice(scheduler):
    trained, windows = 0, [HOME, zoomed(HOME, 0.5, 0.1, 0.3), zoomed(HOME, 0.5, 0.1, 2), HOME]
    known = set()
    for window in windows:
        request = settle(scheduler, scheduler.request("me", QUICK, window, SIZE))
        trained += request.trained
        known |= points_of(request)
    assert trained == len(known)
    assert request.trained == 0  # home again
    assert request.news().finished


def test_a_view_seen_before_is_trained_no_more_even_by_another_process(tmp_path):
    for expected in (True, False):
        scheduler = Scheduler(TileCache(Store.open(str(tmp_path))))
        request = settle(scheduler, scheduler.request("me", NETWORK, HOME, SIZE))
        scheduler.close()
        assert (request.trained > 0) is expected
        assert np.array_equal(request.snapshot().values, direct(NETWORK, request))


def test_one_looks_first_where_the_gesture_leads_in_a_view_of_any_shape(scheduler, monkeypatch):
    looked = []

    def look(*gesture):
        looked.append(focus_of(*gesture))
        return looked[-1]

    monkeypatch.setattr("engine.tiles.scheduler.focus_of", look)
    for window in (HOME, zoomed(HOME, 0.5, 0.3, 0.5), zoomed(HOME, 0.5, 5, 0.8)):
        scheduler.request("me", QUICK, window, SIZE)
    (there,), (edge,) = looked
    assert (there.x0, there.y0) == (pytest.approx(0.5), pytest.approx(0.3))
    assert -edge.y0 == -edge.y1 == pytest.approx(SIZE.height / SIZE.width)


@pytest.mark.parametrize(("dx", "dy"), [(0.5, 0), (-0.5, 0), (0, 0.25), (-0.3, 0.2)])
def test_a_pan_trains_only_what_it_exposes(scheduler, dx, dy):
    size = Size(600, 400)
    before = settle(scheduler, scheduler.request("me", QUICK, HOME, size))
    half = HOME.half_width
    window = Window.parse(repr(0.3 + dx * half), repr(0.2 + dy * half), repr(2 * half))
    after = settle(scheduler, scheduler.request("me", QUICK, window, size))
    share = 1 - (1 - abs(dx) / 2) * (1 - abs(dy) * 600 / 400 / 2)
    across, up = after.region.width, after.region.height
    exposed = share * across * up
    # Of the exposed edge, one row and column of the coarsest level may reach beyond the view.
    margin = (across + up) * 2 ** (before.region.level - before.first)
    assert exposed * 0.95 < after.trained < exposed + margin


def test_what_is_stale_stops_and_is_taken_up_again_where_it_was(scheduler):
    first = scheduler.request("me", ENDLESS, Window.parse("-1", "-1", "1"), SIZE)
    wait(scheduler, lambda: first.trained > 0)
    runner = scheduler.runner(ENDLESS)
    settle(scheduler, scheduler.request("me", QUICK, HOME, SIZE))
    wait(scheduler, lambda: runner.idle)
    assert first.known == 0
    tiles = {first.pyramid.tile(index) for index, _ in points_of(first)}
    assert tiles
    assert not any(tile.training.any() for tile in tiles)
    again = scheduler.request("me", ENDLESS, Window.parse("-1", "-1", "1"), SIZE)
    wait(scheduler, lambda: again.trained > 0)


def test_a_run_that_is_still_wanted_goes_on_through_a_gesture(scheduler, monkeypatch):
    taken, take = [], Request.take

    def noted(request, most):
        for tile, points in take(request, most):
            taken.extend((tile.index, int(point)) for point in points)
            yield tile, points

    monkeypatch.setattr(Request, "take", noted)
    slow = NETWORK.replace({"steps": 300})
    first = scheduler.request("me", slow, HOME, SIZE)
    wait(scheduler, lambda: first.trained > 0)
    assert first.known < first.trained  # so that some are in training
    second = settle(scheduler, scheduler.request("me", slow, zoomed(HOME, 0.1, 0.1, 0.97), SIZE))
    assert 0 < second.trained < len(taken) == len(set(taken))
    assert np.array_equal(second.snapshot().values, direct(slow, second))


def test_two_sessions_that_look_at_the_same_train_it_once(scheduler):
    views = [scheduler.request(k, NETWORK, HOME, SIZE) for k in range(3)]
    for request in views:
        settle(scheduler, request)
    assert sum(request.trained for request in views) == views[0].points
    assert np.array_equal(views[0].snapshot().values, views[2].snapshot().values)


def test_a_session_that_leaves_does_not_take_along_what_another_wants(scheduler):
    slow = NETWORK.replace({"steps": 300})
    first, second = (scheduler.request(k, slow, HOME, SIZE) for k in range(2))
    wait(scheduler, lambda: first.trained + second.trained > 100)
    scheduler.leave(0)
    settle(scheduler, second)
    assert np.array_equal(second.snapshot().values, direct(slow, second))


def test_sessions_take_turns(scheduler):
    """Sixteen views that would take long each: all of them get on at about the same rate."""
    specs = [NETWORK.replace({"steps": 300, "seed": seed}) for seed in range(4)]
    for spec in specs:
        scheduler.prepare(spec)
    wait(scheduler, lambda: all(map(scheduler.runner, specs)))
    views = [
        scheduler.request((spec.seed, k), spec, zoomed(HOME, 0.2 * k, 0, 0.7), Size(900, 600))
        for spec in specs
        for k in range(4)
    ]
    wait(scheduler, lambda: sum(v.trained for v in views) > 40_000)
    shares = np.array([v.trained for v in views]) / sum(v.trained for v in views)
    assert shares.min() > 0.2 / len(views)
    assert shares.max() < 3 / len(views)


def test_long_runs_do_not_starve_short_ones(scheduler):
    """A million steps hold their lanes for minutes, and finish nothing meanwhile."""
    long = scheduler.request("long", ENDLESS, Window.parse("-1", "-1", "1"), SIZE)
    wait(scheduler, lambda: long.trained > 0)
    for k in range(5):
        settle(
            scheduler,
            scheduler.request("short", QUICK, zoomed(HOME, 0.1 * k, 0, 0.5**k), Size(400, 300)),
        )
    runner = scheduler.runner(ENDLESS)
    before = runner.used
    wait(scheduler, lambda: runner.used > before)  # and the long ones go on


def test_an_error_in_the_middle_of_training_costs_no_run_its_turn(scheduler, monkeypatch):
    step, failures = Stream.step, [RuntimeError("device lost")]

    def fail_once(self, take):
        batch = step(self, take)
        if failures and self.busy:
            raise failures.pop()  # what has finished is lost, and what is in flight
        return batch

    monkeypatch.setattr(Stream, "step", fail_once)
    failing = scheduler.request("me", QUICK, HOME, SIZE)
    wait(scheduler, lambda: failing.error is not None)
    again = settle(scheduler, scheduler.request("me", QUICK, HOME, SIZE))
    assert np.array_equal(again.snapshot().values, direct(QUICK, again))


def test_the_engine_survives_what_nobody_expects(scheduler, monkeypatch, caplog):
    def fail(self):
        monkeypatch.undo()
        raise RuntimeError("unheard of")

    monkeypatch.setattr(SpecRunner, "idle", property(fail))
    settle(scheduler, scheduler.request("me", QUICK, HOME, SIZE))
    assert "unheard of" in caplog.text

    def bad_ear():
        raise RuntimeError("gone")

    settle(scheduler, scheduler.request("me", QUICK, zoomed(HOME, 0, 0, 0.1), SIZE, bad_ear))


def test_a_store_that_hangs_holds_up_neither_training_nor_the_end(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("engine.tiles.pyramid.PATIENCE", 0.2)
    hanging = threading.Event()
    store = Store.open(str(tmp_path))
    monkeypatch.setattr(store, "save", lambda *_: hanging.wait(60))
    region = Region.of_view(HOME, SIZE)
    try:
        field = compute_field(QUICK, region.window(), region.size, store=store)
        assert np.array_equal(field.values, compute_field(QUICK, field.window, field.size).values)
        assert "tiles are not kept" in caplog.text
        monkeypatch.setattr("engine.tiles.request.READ_PATIENCE", 0.2)
        silent = Store.open(str(tmp_path / "other"))
        monkeypatch.setattr(silent, "load", lambda *_: hanging.wait(60))
        scheduler = Scheduler(TileCache(silent))
        request = scheduler.request("me", QUICK, HOME, SIZE)
        assert request.waiting
        assert scheduler.active() == 1  # and answers
        settle(scheduler, request)
        assert np.array_equal(request.snapshot().values, direct(QUICK, request))
        scheduler.close()
    finally:
        hanging.set()


def test_a_failing_job_is_told_to_its_session_and_the_others_go_on(scheduler):
    bad = Spec.make("mlp", {"batch_size": 4096, "steps": 1_000_000})
    told = threading.Event()
    failing = scheduler.request("bad", bad, HOME, SIZE, told.set)
    good = settle(scheduler, scheduler.request("good", QUICK, HOME, SIZE))
    assert told.wait(60)
    assert isinstance(failing.error, InputError)
    assert "batch_size 4096" in str(failing.news().error)
    assert good.error is None
    assert scheduler.request("bad", QUICK, HOME, SIZE).finished  # known already, from the other


def test_what_fails_while_it_trains_is_told_and_may_be_tried_again(scheduler, monkeypatch):
    settle(scheduler, scheduler.request("me", QUICK, HOME, SIZE))
    runner = scheduler.runner(QUICK)

    def fail():
        raise MemoryError("no room on the device")

    monkeypatch.setattr(runner, "step", fail)
    elsewhere = zoomed(HOME, 0, 0, 0.1)
    request = scheduler.request("me", QUICK, elsewhere, SIZE)
    wait(scheduler, lambda: request.error is not None)
    assert "no room" in str(request.error)
    again = settle(scheduler, scheduler.request("me", QUICK, elsewhere, SIZE))
    assert np.array_equal(again.snapshot().values, direct(QUICK, again))


def test_an_engine_that_has_nothing_to_do_rests(scheduler):
    """Also after a view that needed no training, and one that could not be trained."""
    settle(scheduler, scheduler.request("me", QUICK, HOME, SIZE))
    settle(scheduler, scheduler.request("me", QUICK, HOME, SIZE))
    wait(scheduler, lambda: scheduler.resting)
    bad = Spec.make("mlp", {"batch_size": 4096, "steps": 1_000_000})
    failing = scheduler.request("me", bad, HOME, SIZE)
    wait(scheduler, lambda: failing.error is not None and scheduler.resting)


def test_specs_that_nobody_looks_at_are_let_go(scheduler):
    specs = [NETWORK.replace({"seed": seed}) for seed in range(8)]
    for spec in specs:
        settle(scheduler, scheduler.request("me", spec, HOME, Size(8, 8)))
    wait(scheduler, lambda: scheduler.resting)
    kept = [spec for spec in specs if scheduler.runner(spec) is not None]
    assert kept == specs[-IDLE_SPECS:]


def test_closing_writes_what_is_known_of_tiles_that_are_not_complete(tmp_path):
    store = Store.open(str(tmp_path))
    scheduler = Scheduler(TileCache(store))
    request = settle(scheduler, scheduler.request("me", QUICK, HOME, Size(30, 20)))
    scheduler.close()
    assert store.holdings()[0].tiles > 0
    region = request.region
    known = []
    compute_field(QUICK, region.window(), region.size, known.append, store)
    assert known == [region.width * region.height]


def test_the_pace_follows_what_was_measured_last():
    pace = Pace()
    assert pace.seconds is None
    for _ in range(100):
        pace.add(1.0, 1000)
    assert pace.seconds == pytest.approx(1e-3)
    for _ in range(100):
        pace.add(0.1, 1000)
    assert pace.seconds == pytest.approx(1e-4, rel=1e-3)


def test_while_no_run_has_finished_its_time_is_expected_from_its_steps():
    pace = Pace()
    assert pace.expected is None
    pace.add(2.0, 0, 0.1)
    pace.add(2.0, 0, 0.1)
    assert pace.seconds is None
    assert pace.expected == pytest.approx(20.0)
    pace.add(1.0, 1, 0.9)
    assert pace.expected == pace.seconds == pytest.approx(5.0, rel=1e-3)


def test_the_time_left_is_told_before_any_run_has_finished():
    cache, calm = TileCache(), Window.parse("-1", "-1", "1")
    pyramid = Pyramid(ENDLESS, PLANE, cache)
    request = Request(pyramid, Region.of_view(calm, Size(40, 30)))
    assert request.news().left is None
    runner = SpecRunner(ENDLESS, cache)
    runner.requests.append(request)
    runner.step()
    news = request.news()
    assert news.known == 0
    assert news.left == pytest.approx(runner.pace.expected * news.points)
    runner.close()


def test_a_view_takes_the_level_nearest_its_pixels(scheduler):
    request = scheduler.request("me", QUICK, HOME, Size(100, 100))
    assert request.region == Region.of_view(HOME, Size(100, 100))
    scheduler.leave("me")
    assert scheduler.active() == 0


@pytest.fixture
def short_rounds(monkeypatch):
    """Plan few runs at a time, as of a system of which one takes long."""
    monkeypatch.setattr(ByWorth, "_size", lambda *given: 400)


@pytest.mark.usefixtures("short_rounds")
def test_what_is_left_of_a_sharp_view_is_trained_after_views_that_are_not_sharp(scheduler):
    smooth, size = preset("mandelbrot").spec.replace({"steps": 2000}), Size(260, 200)
    window = preset("mandelbrot").window("overview")
    first = scheduler.request("first", smooth, window, size)
    wait(scheduler, lambda: first.sharp)
    assert not first.finished
    known = first.known
    seconds = [scheduler.request(k, smooth, zoomed(window, 0.2, 0.1, 0.5**k), size)
               for k in (1, 2)]  # fmt: skip
    wait(scheduler, lambda: all(request.sharp for request in seconds))
    shared = sum(request.known for request in seconds)
    assert first.known - known < shared / 4
    for request in (first, *seconds):
        settle(scheduler, request)
    assert np.array_equal(first.snapshot().values, direct(smooth, first))


@pytest.mark.usefixtures("short_rounds")
def test_a_view_may_end_once_it_is_sharp_and_go_on_later(scheduler):
    spec, size = preset("mandelbrot").spec.replace({"steps": 2000}), Size(260, 200)
    window = preset("mandelbrot").window("overview")
    request = scheduler.request("me", spec, window, size, training=Training(until_sharp=True))
    settle(scheduler, request)
    assert request.sharp
    assert request.known < 0.8 * request.points
    _, predicted = request.prediction()
    assert np.isfinite(predicted.values).all()
    assert predicted.trained.sum() <= request.known
    assert not np.isfinite(request.snapshot().values).all()
    assert scheduler.active() == 0
    scheduler.request("me", spec, zoomed(window, 0, 0, 0.01), size)
    back = scheduler.request("me", spec, window, size, training=Training(until_sharp=True))
    assert back.finished  # at once, as it was sharp
    assert back.audit == request.audit
    again = scheduler.request("me", spec, window, size)
    assert again.sharp
    assert not again.finished
    settle(scheduler, again)
    assert again.trained < again.points - 0.9 * request.known
    assert np.array_equal(again.snapshot().values, direct(spec, again))
    wrong = np.mean((predicted.values < 0) != (again.snapshot().values < 0))
    assert wrong <= 1 - request.audit.labels


def test_level_by_level_nothing_is_predicted_and_no_level_begins_before_the_last(scheduler):
    request = scheduler.request("me", QUICK, HOME, SIZE, training=Training(by_level=True))
    settle(scheduler, request)
    assert not request.predicts
    assert request.audit is None
    assert np.array_equal(request.snapshot().values, direct(QUICK, request))

"""Zooms: their frames are exact, share their runs, and go on where they were interrupted."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.statistics.dimension import METHODS, dimensions
from engine.statistics.scaling import Estimate
from engine.statistics.zoom import combined, measure, regions, runs_needed, zoom
from engine.tiles.field import compute_field
from engine.tiles.store import Store
from tests.engine.statistics import known

SPEC = Spec.make("mandelbrot", {"steps": 60})
WINDOW = Window.parse("-0.7436438870", "0.1318259042", "0.01")


@pytest.mark.parametrize("size", [Size(32, 32), Size(31, 20), Size(5, 64)])
@pytest.mark.parametrize("height", [None, 0.007])
def test_every_frame_is_what_render_gives_of_its_window(size, height):
    window = replace(WINDOW, half_height=height)
    frames = list(zoom(SPEC, window, size, 4))
    assert len(frames) == 4
    for field, frame in frames:
        assert field.window == frame.window
        direct = compute_field(SPEC, frame.window, size)
        np.testing.assert_array_equal(field.values, direct.values)
        np.testing.assert_array_equal(field.decided, direct.decided)


@pytest.mark.parametrize("size", [Size(32, 32), Size(31, 21)])
def test_a_frame_is_twice_as_wide_as_the_next_about_nearly_the_same_centre(size):
    windows = [region.window() for region in regions(WINDOW, size, 6)]
    assert windows[-1].half_width == WINDOW.half_width
    assert abs(windows[-1].x - WINDOW.x) < 1e-15
    for wide, narrow in itertools.pairwise(windows):
        assert wide.half_width == 2 * narrow.half_width
        pixel = 2 * wide.half_width / size.width
        assert max(abs(wide.x - narrow.x), abs(wide.y - narrow.y)) < pixel


def test_a_quarter_of_a_frame_is_known_from_the_one_before():
    trained = [frame.trained for _, frame in zoom(SPEC, WINDOW, Size(32, 32), 4)]
    assert trained == [1024, 768, 768, 768]


def test_one_frame_is_the_window_itself_to_its_last_digit():
    ((field, frame),) = zoom(SPEC, WINDOW, Size(16, 16))
    assert field.window == frame.window == WINDOW


def test_an_interrupted_zoom_goes_on_where_it_was(tmp_path):
    store = Store.open(str(tmp_path))
    known = []

    def stop(runs):
        known.append(runs)
        if sum(known) > 1500:
            raise KeyboardInterrupt

    frames = zoom(SPEC, WINDOW, Size(32, 32), 4, store, stop)
    _, finished = next(frames)
    with pytest.raises(KeyboardInterrupt):
        next(frames)
    again = [frame for _, frame in zoom(SPEC, WINDOW, Size(32, 32), 4, store)]
    assert again[0].trained == 0
    assert 0 < sum(frame.trained for frame in again) <= 4 * 1024 - 1500
    assert again[0].outcomes.to_dict() == finished.outcomes.to_dict()


def test_a_zoom_that_would_begin_outside_every_plane_is_refused_before_training():
    trained = []
    with pytest.raises(InputError, match=r"frames must be at most 19 here, not 200"):
        next(zoom(SPEC, WINDOW, Size(8, 8), 200, progress=trained.append))
    assert not trained


def test_a_frame_has_all_its_statistics():
    chosen = preset("quadratic")
    field = compute_field(chosen.spec, chosen.window("overview"), Size(256, 256))
    frame = measure(field)
    assert [found.method for found in frame.dimensions] == list(METHODS)
    assert 0 < frame.outcomes.converged == (field.values < 0).sum() < field.values.size
    assert frame.correlation.value > 0.95
    for found in frame.dimensions[1:]:
        assert found.value == pytest.approx(1, abs=0.1)


def frame_of(*estimates):
    field = compute_field(SPEC, WINDOW, Size(4, 4))
    return replace(measure(field), dimensions=estimates)


def test_the_published_recipe_of_a_zoom_is_the_median_over_all_slopes_of_all_frames():
    slopes = {1.1: [1.0, 1.2, np.nan], 1.6: [1.4, 1.6, 1.8], math.nan: [np.inf, np.nan]}
    frames = [frame_of(Estimate("published", v, slopes=np.array(s))) for v, s in slopes.items()]
    (found,) = combined(frames)
    assert found.value == pytest.approx(1.4)
    assert found.frames == 2


def estimate(value, *flags, errors=(0.03, 0.04, 0.05), method="box counting"):
    return Estimate(method, value, *errors, flags=flags)


def test_a_mean_rests_on_the_frames_that_resolve_it():
    frames = [
        frame_of(estimate(1.2, "resolved")),
        frame_of(estimate(1.4, "resolved", "near smooth null")),
        frame_of(estimate(1.9, "near noise ceiling")),
        frame_of(estimate(math.nan, "no boundary")),
    ]
    (found,) = combined(frames)
    assert (found.value, found.frames) == (pytest.approx(1.3), 2)
    scatter = math.sqrt(0.02)  # of 1.2 and 1.4; two frames do not make two independent ones
    assert found.error == pytest.approx(np.hypot(scatter, 0.05))
    assert found.flags == ()
    (one,) = combined(frames[2:3])
    assert (one.value, one.frames, one.flags) == (1.9, 0, ("near noise ceiling",))
    (alone,) = combined(frames[1:3])
    assert alone.error == pytest.approx(frames[1].dimensions[0].error)
    (none,) = combined(frames[2:])
    assert (none.value, none.frames) == (1.9, 0)
    assert none.flags == ("near noise ceiling", "no boundary")
    (nothing,) = combined([frames[3], frames[3]])
    assert math.isnan(nothing.value)


def test_the_error_of_a_zoom_shrinks_with_its_independent_frames_alone():
    def of(frames, method="box counting"):
        found = estimate(1.5, "resolved", errors=(0.03, 0.04, 0.0), method=method)
        (whole,) = combined([frame_of(replace(found, slopes=np.array([1.5])))] * frames)
        return whole.error

    for method in ("box counting", "published"):
        assert of(3, method) == pytest.approx(0.05)
        assert of(12, method) == pytest.approx(0.025)


def test_the_frames_of_a_zoom_scatter_no_more_than_the_error_says():
    """Frames cut out of ever finer parts of one surface, as a zoom does."""
    ends = []
    for seed in range(6):
        surface = known.rough(512, 1.5, seed)
        frames = [surface[::2, ::2], surface[128:384, 128:384]]
        ends.append(combined([frame_of(*dimensions(frame)) for frame in frames]))
    for method in zip(*ends, strict=True):
        counted = [e for e in method if e.frames]
        assert len(counted) == 6 or method[0].method == "box counting"  # 256 pixels are few for it
        off = [(e.value - 1.5) / e.error for e in counted]
        assert np.sqrt(np.mean(np.square(off))) < 1.6, method[0].method
        assert np.std([e.value for e in counted]) < 1.5 * np.mean([e.error for e in counted])


@pytest.mark.parametrize("size", [Size(32, 32), Size(31, 20)])
def test_the_runs_that_a_zoom_needs_are_those_that_it_trains(size):
    trained = sum(frame.trained for _, frame in zoom(SPEC, WINDOW, size, 4))
    assert runs_needed(WINDOW, size, 4) == trained

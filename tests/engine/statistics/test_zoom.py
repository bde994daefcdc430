"""Zooms: their frames are exact, share their runs, and go on where they were interrupted."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.field import compute_field
from engine.plane import Size, Window
from engine.presets import preset
from engine.spec import Spec
from engine.statistics.dimension import METHODS
from engine.statistics.scaling import Estimate
from engine.statistics.zoom import combined, measure, regions, zoom
from engine.store import Store

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


def test_frames_of_a_view_of_the_shared_lattice_lie_there_too():
    region = regions(WINDOW, Size(16, 16), 1)[0]
    assert region.lattice.name != "plane"
    aligned = Window.parse("0.25", "0.5", "2")
    first, *_ = (region.window() for region in regions(aligned, Size(16, 16), 3))
    assert first.half_width == 4


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
    assert frame.outcomes.converged == (field.values < 0).sum()
    assert frame.correlation.value > 0.95
    for found in frame.dimensions[1:]:
        assert found.value == pytest.approx(1, abs=0.1)


def frame_of(*estimates):
    field = compute_field(SPEC, WINDOW, Size(4, 4))
    return replace(measure(field), dimensions=estimates)


def test_the_published_recipe_of_a_zoom_is_the_median_over_all_slopes_of_all_frames():
    slopes = [[1.0, 1.2, np.nan], [1.4, 1.6, 1.8], [np.inf, np.nan, -np.inf]]
    frames = [frame_of(Estimate("published", 9.0, slopes=np.array(s))) for s in slopes]
    (found,) = combined(frames)
    assert found.value == pytest.approx(1.4)
    assert found.frames == 2
    # Drawn anew, the frames give 1.1, 1.4 or 1.6, with probabilities 1/4, 1/2 and 1/4.
    assert found.error == pytest.approx(np.sqrt(np.var([1.1, 1.4, 1.4, 1.6])), abs=0.02)


def test_a_mean_rests_on_the_frames_that_resolve_it():
    def estimate(value, *flags):
        return Estimate("box counting", value, 0.01, 0.02, 0.03, flags=flags)

    frames = [
        frame_of(estimate(1.2, "resolved")),
        frame_of(estimate(1.4, "resolved", "near smooth null")),
        frame_of(estimate(1.9, "near noise ceiling")),
        frame_of(estimate(math.nan, "no boundary")),
    ]
    (found,) = combined(frames)
    assert (found.value, found.frames) == (pytest.approx(1.3), 2)
    assert found.error == pytest.approx(np.hypot(0.1, 0.03))
    (one,) = combined(frames[2:3])
    assert (one.value, one.frames) == (1.9, 1)
    (alone,) = combined(frames[1:3])
    assert alone.error == pytest.approx(np.hypot(frames[1].dimensions[0].error, 0.03))
    (none,) = combined(frames[2:])
    assert math.isnan(none.value)
    assert none.frames == 0

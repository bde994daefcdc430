"""The looks: what the colours mean, in numbers, and the pictures shaded from them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import InputError
from engine.pictures.colour import (
    BACKGROUND,
    BOUNDARY,
    MUTED,
    SPECTRAL,
    TINTS,
    colours,
    legend,
    picture,
    ramp,
    shade,
)
from engine.places.look import PALETTES, PUBLISHED, Look, colourings
from engine.places.scale import GAP
from engine.spec import Spec

fields = arrays(np.float64, (5, 4), elements=st.floats(-1e9, 1e9))
ANY_STEP = np.arange(20).reshape(5, 4)
OF_QUANTITIES = colourings(categories=False)
GRADED = [name for name in OF_QUANTITIES if name not in ("edges", "outline")]
DATA = Path(__file__).parents[1] / "data"


def coordinates(values, reference=None, look=PUBLISHED, decided=None):
    decided = np.zeros(values.shape, int) if decided is None else decided
    reference = values if reference is None else reference
    return look.coordinates(values, decided, look.scale(reference, decided))


def painted(values, look=PUBLISHED):
    decided = np.zeros(values.shape, int)
    return shade(values, decided, look.scale(values, decided), look)


def as_hex(pixels):
    return ["#" + "".join(f"{c:02x}" for c in pixel[:3]) for pixel in pixels]


def test_ranks_are_spread_evenly_on_either_side():
    values = np.array([-8.0, -4.0, -2.0, 1.0, 5.0])
    assert coordinates(values).tolist() == [1.0, 0.625, 0.25, -0.25, -1.0]


@given(
    arrays(np.int64, (5, 4), elements=st.integers(1, 10**9), unique=True),
    st.integers(2, 18),  # one alone is at neither end
)
def test_ranks_are_those_of_the_published_definition(sizes, negative):
    """Sorted values against two straight runs, interpolated: of sizes no two of which are equal."""
    values = sizes.astype(float)
    values.flat[:negative] *= -1
    scale = np.concatenate([np.linspace(-1, -GAP, negative), np.linspace(GAP, 1, 20 - negative)])
    expected = -np.interp(values, np.sort(values, axis=None), scale)
    np.testing.assert_allclose(coordinates(values), expected, rtol=0, atol=1e-15)


@given(fields, fields, st.sampled_from(GRADED), st.floats(0, 1))
def test_the_side_survives_any_colouring_and_reference(values, reference, colouring, equalise):
    look = Look(colouring, equalise=equalise)
    found = coordinates(values, reference, look, ANY_STEP)
    assert ((found > 0) == (values < 0)).all()
    assert (np.abs(found) >= GAP - 1e-12).all()
    assert (np.abs(found) <= 1 + 1e-12).all()


def test_linear_is_even_in_the_size_and_log_in_its_logarithm():
    values = -np.array([1.0, 10.0, 100.0])  # the outliers let run together are within the ends
    even = (np.abs(coordinates(values, look=Look.of("linear"))) - GAP) / (1 - GAP)
    low, high = np.quantile([1, 10, 100], [0.01, 0.99])
    np.testing.assert_allclose(even, np.clip((-values - low) / (high - low), 0, 1), atol=1e-12)
    log = (np.abs(coordinates(values, look=Look.of("log"))) - GAP) / (1 - GAP)
    np.testing.assert_allclose(log, [0, 0.5, 1], atol=1e-12)


@given(
    arrays(np.int64, (5, 4), elements=st.integers(1, 10**6), unique=True),
    arrays(bool, (5, 4)),
)
def test_fully_equalised_every_colouring_of_the_value_is_the_published_one(sizes, converged):
    """Whole numbers, so that their logarithms differ as well."""
    values = np.where(converged, -1.0, 1.0) * sizes
    for name in ("linear", "log"):
        look = Look.of(name, equalise=1.0)
        np.testing.assert_allclose(coordinates(values, look=look), coordinates(values), atol=1e-9)


@given(fields, st.sampled_from(GRADED), st.floats(0, 1))
def test_a_scale_is_no_distance_from_itself(values, colouring, equalise):
    """Equal values share a depth, whatever ranks they have."""
    values = np.round(values, -8)
    scale = Look(colouring, equalise=equalise).scale(values, ANY_STEP // 7)
    assert scale.distance(scale) == 0


def test_the_decision_step_is_drawn_whatever_the_value():
    values, decided = np.array([-1.0, -9.0, -5.0, 3.0]), np.array([100, 0, 50, 7])
    found = coordinates(values, look=Look.of("decision step"), decided=decided)
    assert found[1] < found[2] < found[0]
    assert found[3] < 0


def test_edges_are_where_neighbours_end_differently():
    values = np.array([[-1, -1, 1], [-1, -1, 1], [-1, -1, np.nan]])
    assert coordinates(values, look=Look.of("edges")).tolist()[:2] == [[0, 1, 0], [0, 1, 0]]
    last = coordinates(values, look=Look.of("edges"))[2]
    assert last[:2].tolist() == [0, 0]
    assert np.isnan(last[2])


def test_an_outline_is_black_where_edges_are_and_a_tint_elsewhere_whatever_the_palette():
    values = np.array([[-1, -1, 1, 1], [-1, -1, 1, 1], [-1, -1, np.nan, 2]])
    decided = np.array([[0, 0, 0, 0], [0, 50, 50, 0], [0, 0, 0, 0]])
    diverged, converged = TINTS
    unknown = "#000000"  # and transparent
    rows = [
        [converged, BOUNDARY, diverged, diverged], [converged, BOUNDARY, diverged, diverged],
        [converged, converged, unknown, diverged],
    ]  # fmt: skip
    for palette in PALETTES:
        look = Look.of("outline", palette)
        packed = shade(values, decided, look.scale(values, decided), look)
        assert [as_hex(row) for row in packed.view(np.uint8).reshape(3, 4, 4)] == rows
    assert packed[2, 2] == 0
    muted = replace(look, muted_from=50)
    packed = shade(values, decided, muted.scale(values, decided), muted)
    assert as_hex(packed.view(np.uint8).reshape(3, 4, 4)[1])[1:3] == list(MUTED)


def test_the_legend_of_an_outline_names_both_sides_and_the_boundary():
    spec = Spec.make("quadratic")
    assert [(e.colours, e.small) for e in legend(spec, Look.of("outline"))] == [
        ((TINTS[1],), "converged"), ((TINTS[0],), "diverged"), ((BOUNDARY,), "boundary"),
    ]  # fmt: skip


def lightness(packed):
    """CIE 1976 L* of packed colours, from 0 to 100."""
    rgb = packed.view(np.uint8).reshape(*packed.shape, 4)[..., :3] / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    y = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(y > (6 / 29) ** 3, 116 * np.cbrt(y) - 16, y * (29 / 3) ** 3)


def boundary_of(values):
    """Where a run ends differently from the one to its right, above it, or both."""
    padded = np.pad(values < 0, ((0, 1), (0, 1)), mode="edge")
    here = padded[:-1, :-1]
    return (here != padded[1:, :-1]) | (here != padded[:-1, 1:]) | (here != padded[1:, 1:])


def visibility(shades, boundary):
    """How much darker the boundary is than what lies 2 to 5 pixels away from it.

    In units of the lightness by which all that is no boundary differs, and one more.
    """

    def grown(pixels):
        padded = np.pad(boundary, pixels)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * pixels + 1,) * 2)
        return windows.any(axis=(2, 3))

    near = grown(5) & ~grown(1)
    difference = shades[near].mean() - shades[boundary].mean()
    return difference / (shades[~boundary].std() + 1)


@pytest.mark.parametrize("name", ["linear", "tanh", "tanh-minibatch"])
def test_the_boundary_of_an_outline_is_the_darkest_and_seen_far_better_than_as_published(name):
    with np.load(DATA / f"{name}-published.npz") as kept:
        values = kept["field"]
    boundary = boundary_of(values)
    shades = {name: lightness(painted(values, Look.of(name))) for name in OF_QUANTITIES}
    outline = shades["outline"]
    assert outline[boundary].max() < outline[~boundary].min() - 80  # of 100
    seen = {name: visibility(of, boundary) for name, of in shades.items()}
    outlined, published = seen.pop("outline"), seen["published"]
    assert 0 < published < 1.2
    assert outlined > 65 * published
    assert outlined > 40 * max(seen.values())


@given(fields, st.sampled_from(OF_QUANTITIES), st.sampled_from(list(PALETTES)))
def test_unknown_pixels_are_transparent_and_no_others(values, colouring, palette):
    values[0, 0], values[1, 1] = np.nan, np.inf
    alpha = painted(values, Look.of(colouring, palette)) >> 24
    assert alpha[0, 0] == 0
    assert (np.delete(alpha.ravel(), 0) == 255).all()
    assert not painted(np.full((2, 2), np.nan), Look.of(colouring, palette)).any()


def test_slowly_converged_is_violet_and_slowly_diverged_dark_red():
    image = np.asarray(picture(np.array([[-500.0, -1.0, 1.0, 500.0]]), np.zeros((1, 4), int)))
    found = as_hex(image[0])
    assert (found[0], found[-1]) == (SPECTRAL[-1], SPECTRAL[0])
    assert ramp("Spectral", converged=True)[-1] == SPECTRAL[-1]
    assert ramp("Spectral", converged=False)[-1] == SPECTRAL[0]


def test_what_is_no_boundary_has_the_colour_of_the_background():
    values = np.array([[-1.0, -1.0, 1.0, 1.0]])
    image = np.asarray(picture(values, np.zeros((1, 4), int), Look.of("edges")))
    assert as_hex(image[0])[0] == BACKGROUND
    assert as_hex(image[0])[1] == SPECTRAL[-1]
    unknown = np.asarray(picture(np.array([[np.nan, -1.0]]), np.zeros((1, 2), int)))
    assert as_hex(unknown[0])[0] == BACKGROUND != as_hex(unknown[0])[1]


def test_a_colour_is_that_of_datashader_to_one_part_in_255():
    import datashader.transfer_functions as tf
    import xarray as xr

    values = np.concatenate([-np.geomspace(1e-3, 500, 3000), np.geomspace(1e-3, 500, 3000)])[None]
    found = coordinates(values)
    exact = tf.shade(
        xr.DataArray(found, dims=("y", "x")), cmap=SPECTRAL, how="linear", span=(-1, 1)
    )
    channels = [a.astype("u4").view("u1").astype(int) for a in (exact.values, painted(values))]
    assert np.abs(channels[0] - channels[1]).max() <= 1


@given(fields, fields)
@example(np.array([[2e-311, 0.0]]), np.array([[3e-313, 1e-311]]))  # one over these is infinite
@example(np.array([[2.3e-308, 2.4e-308]]), np.array([[2.35e-308, -2.3e-308]]))
def test_a_value_has_the_same_colour_in_every_tile_that_shares_a_scale(values, others):
    zero = np.zeros(values.shape, int)
    scale = PUBLISHED.scale(values, zero)
    together = shade(np.stack([values, others, values]), np.stack([zero] * 3), scale)
    assert np.array_equal(together[0], shade(values, zero, scale))
    assert np.array_equal(together[0], together[2])


def test_the_distance_of_scales_is_how_far_a_colour_would_move():
    def scale_of(*values):
        return PUBLISHED.scale(np.array(values), np.zeros(len(values), int))

    evenly = scale_of(-3.0, -2.0, -1.0, 1.0)
    assert evenly.distance(evenly) == 0
    # -2 lies halfway along the converged side of the one, and a quarter along that of the other.
    other = scale_of(-3.0, -2.0, -1.75, -1.5, -1.0, 1.0)
    assert evenly.distance(other) == pytest.approx((1 - GAP) * (3 / 4 - 1 / 2))
    assert evenly.distance(scale_of(np.nan)) == 1 - GAP


def luminance(palette):
    """Relative luminance (WCAG 2.2) of the colours of either side, from small to large."""
    for converged in (True, False):
        side = ramp(palette, converged=converged)
        linear = [
            [(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in channels]
            for channels in ([int(h[i : i + 2], 16) / 255 for i in (1, 3, 5)] for h in side)
        ]
        yield np.array(linear) @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("palette", [p for p, about in PALETTES.items() if "uniform" in about])
def test_a_uniform_palette_gets_steadily_lighter_or_darker_on_either_side(palette):
    for side in luminance(palette):
        steps = np.diff(np.cbrt(side))  # about the lightness that is seen
        assert (steps > 0).all() or (steps < 0).all()
        assert np.abs(steps).min() > np.abs(steps).max() / 4


# What a deuteranope sees of linear RGB (Machado, Oliveira & Fernandes 2009,
# doi:10.1109/TVCG.2009.113, severity 1).
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)


@pytest.mark.parametrize(
    "palette", ["outline", *(p for p, about in PALETTES.items() if "blind" in about)]
)
def test_the_colour_blind_can_tell_the_sides_apart_at_every_depth(palette):
    def seen(converged):
        side = [TINTS[converged]] if palette == "outline" else ramp(palette, converged=converged)
        rgb = np.array([[int(h[i : i + 2], 16) / 255 for i in (1, 3, 5)] for h in side])
        return np.cbrt(np.clip(rgb**2.2 @ DEUTERANOPIA.T, 0, 1))  # about as it is perceived

    apart = np.linalg.norm(seen(True) - seen(False), axis=1)
    assert (apart > 0.15).all()


def test_every_palette_has_its_colours():
    assert {len(colours(name)) for name in PALETTES} == {11}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "a look is written"), ("log", "a look is written"),
        ("log,cividis", "a look is written colouring,palette,equalise"),
        ("log,cividis,2", "equalise must lie between 0 and 1, not 2.0"),
        ("log,cividis,x", "equalise must be a number, not 'x'"),
        ("log,cividis,nan", "equalise must be a number, not 'nan'"),
        ("lag,cividis,0", "unknown colouring 'lag'; did you mean 'log'"),
        ("log,civic,0", "unknown palette 'civic'; did you mean 'cividis'"),
    ],
)  # fmt: skip
def test_a_bad_look_is_refused_in_one_line(text, complaint):
    with pytest.raises(InputError, match=complaint) as raised:
        Look.parse(text)
    assert "\n" not in str(raised.value)


SHARES = st.sampled_from([0.25, 1 / 3]) | st.floats(0, 1)


@given(st.sampled_from(OF_QUANTITIES), st.sampled_from(list(PALETTES)), SHARES)
def test_a_look_is_read_back_from_its_text(colouring, palette, share):
    look = Look(colouring, palette, share)
    assert Look.parse(str(look)) == look

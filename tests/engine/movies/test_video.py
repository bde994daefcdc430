"""Videos: each kind of file, read back."""

import itertools
import json

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from PIL import Image, ImageColor

from engine.errors import InputError
from engine.exports.movies import video
from engine.pictures.colour import BACKGROUND, legend
from engine.places.look import PALETTES, Look
from engine.plane import Size
from engine.spec import Spec

SIZE, SPEC = Size(64, 36), Spec.make("quadratic")


def pictures(count):
    ramp = np.linspace(0, 200, SIZE.width)[None, :, None]
    level = np.linspace(0, 50, SIZE.height)[:, None, None]
    for number in range(count):
        yield Image.fromarray(
            np.clip(ramp * [1, 0.5, 0.2] + level + 3 * number, 0, 255).astype(np.uint8)
        )


@pytest.mark.parametrize(("ending", "error"), [(".mp4", 4), (".webm", 4), (".gif", 12)])
def test_what_is_written_can_be_read_back(tmp_path, ending, error):
    path = tmp_path / f"a{ending}"
    video.check_writable(path, SIZE, 25)
    with video.writing(path, SIZE, 25, '{"kind": "test"}') as show:
        for image in pictures(7):
            show(image)
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == 25
        found = [np.asarray(frame.to_image(), float) for frame in container.decode(video=0)]
        about = {name.lower(): text for name, text in container.metadata.items()}
    assert len(found) == 7
    for shown, image in zip(found, pictures(7), strict=True):
        assert np.abs(shown - np.asarray(image, float)).mean() < error
    if ending != ".gif":
        assert about["comment"] == '{"kind": "test"}'


PATCH = 16  # pixels along the side of a flat area
SEEN = slice(4, -4)  # of it, away from its edges
COLOURS = np.array([
    ImageColor.getrgb(BACKGROUND), *itertools.product((0, 255), repeat=3),
    *(colour for name in PALETTES for side in legend(SPEC, Look.of("linear", name))
      for colour in map(ImageColor.getrgb, side.colours)),
])  # fmt: skip


def patches():
    """Flat areas of every palette's colours, of the corners of the cube and of the background."""
    across = 16
    rows = -(-len(COLOURS) // across)
    filled = np.resize(COLOURS, (rows, across, 3)).astype(np.uint8)
    return filled.repeat(PATCH, 0).repeat(PATCH, 1)


def as_played(frame):
    """The colours of a frame, in floats, by BT.709 in limited range (ITU-R BT.709-6, part 3)."""
    planes = frame.to_ndarray().astype(float)
    height, width = frame.height, frame.width
    luma = (planes[:height] - 16) / 219
    blue, red = (
        ((plane.reshape(height // 2, width // 2) - 128) / 224).repeat(2, 0).repeat(2, 1)
        for plane in np.split(planes[height:].reshape(-1), 2)
    )
    r, b = luma + 2 * (1 - 0.2126) * red, luma + 2 * (1 - 0.0722) * blue
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    return 255 * np.clip(np.stack([r, g, b], axis=2), 0, 1)


@pytest.mark.parametrize(
    ("ending", "most"), [(".mp4", 2.0), (".webm", 2.0), (".gif", 2.0), ("", 0.0)]
)
def test_flat_areas_have_the_colours_of_the_picture(tmp_path, ending, most):
    flat = patches()
    size = Size(flat.shape[1], flat.shape[0])
    path = tmp_path / f"a{ending}"
    with video.writing(path, size, 25, "{}") as show:
        for _ in range(4):
            show(Image.fromarray(flat))
    if ending:
        with av.open(str(path)) as container:
            found = list(container.decode(video=0))
        played = as_played if ending != ".gif" else lambda frame: np.asarray(frame.to_image())
        shown = [played(frame) for frame in found]
    else:
        shown = [np.asarray(Image.open(kept)) for kept in sorted(path.glob("*.png"))]
    assert len(shown) == 4
    for picture in shown:  # the first as well as those predicted from it
        off = np.abs(picture - flat.astype(float))
        inside = off.reshape(-1, PATCH, size.width // PATCH, PATCH, 3)[:, SEEN, :, SEEN]
        assert inside.max() <= most


@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_a_movie_says_what_its_colours_mean(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    with video.writing(path, SIZE, 25, "{}") as show:
        for image in pictures(2):
            show(image)
    with av.open(str(path)) as container:
        codec = container.streams.video[0].codec_context
        for told in (codec, *container.decode(video=0)):
            said = (told.colorspace, told.color_range, told.color_primaries, told.color_trc)
            assert said == (
                Colorspace.ITU709, ColorRange.MPEG, ColorPrimaries.BT709, ColorTrc.BT709
            )  # fmt: skip


def test_the_same_frames_give_the_same_bytes(tmp_path):
    for name in ("a.mp4", "b.mp4", "a.webm", "b.webm", "a.gif", "b.gif"):
        with video.writing(tmp_path / name, SIZE, 25, "{}") as show:
            for image in pictures(5):
                show(image)
    for ending in ("mp4", "webm", "gif"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_a_folder_holds_every_frame_as_it_is(tmp_path):
    with video.writing(tmp_path / "frames", SIZE, 25, '{"kind": "test"}') as show:
        for image in pictures(3):
            show(image)
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == ["00001.png", "00002.png", "00003.png", "about.json"]
    for name, image in zip(names, pictures(3), strict=False):
        with Image.open(tmp_path / "frames" / name) as kept:
            np.testing.assert_array_equal(np.asarray(kept), np.asarray(image))
    assert json.loads((tmp_path / "frames" / "about.json").read_text()) == {"kind": "test"}
    video.check_writable(tmp_path / "frames", SIZE, 25)  # it may be replaced


def test_what_cannot_be_written_is_said_at_once(tmp_path):
    with pytest.raises(InputError, match=r"unknown ending of 'a.avi'; choices: .mp4"):
        video.check_writable(tmp_path / "a.avi", SIZE, 25)
    with pytest.raises(InputError, match=r".mp4 needs even sides, not 63x36"):
        video.check_writable(tmp_path / "a.mp4", Size(63, 36), 25)
    with pytest.raises(InputError, match="--fps must be 1 to 50 here, not 60"):
        video.check_writable(tmp_path / "a.gif", SIZE, 60)
    with pytest.raises(FileNotFoundError, match="no such folder"):
        video.check_writable(tmp_path / "none" / "a.mp4", SIZE, 25)
    with pytest.raises(FileExistsError, match="is not a folder of frames"):
        video.check_writable(tmp_path, SIZE, 25)

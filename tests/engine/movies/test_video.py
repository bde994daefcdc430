"""Videos: each kind of file, read back."""

import json

import av
import numpy as np
import pytest
from PIL import Image

from engine.errors import InputError
from engine.movies import video
from engine.plane import Size

SIZE = Size(64, 36)


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

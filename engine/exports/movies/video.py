"""Frames to an .mp4, a .webm, a .gif, or a folder of numbered PNGs.

PyAV brings the encoders with it. The same frames give the same bytes, however often.
"""

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine.atomic import check_file, ending
from engine.errors import InputError
from engine.places.carried import comment_gif
from engine.plane import Size

REPEATABLE = {"fflags": "+bitexact"}  # no random numbers and dates in a file
THREADS = 2  # of an encoder; the bytes depend on how many there are
NUMBERED = "{:05d}.png"  # the frames of a folder
ABOUT = "about.json"  # what they are, beside them
RATES = {".mp4": 60, ".webm": 60, ".gif": 50, "": 60}  # most frames per second, by ending

PLAYED = "yuv420p"  # the pixels that play everywhere

Writer = Callable[[Any], None]  # takes the next frame, a PIL image in RGB


@dataclass(frozen=True)
class Codec:
    """An encoder and its options."""

    name: str
    pixels: str
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)


CODECS = {
    ".mp4": Codec(  # with x264's mbtree two files of the same frames may differ
        "libx264", PLAYED, {"crf": "17", "preset": "slow", "x264-params": "mbtree=0"},
        {"movflags": "+faststart"},
    ),
    ".webm": Codec(
        "libvpx-vp9", PLAYED,
        {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "3", "row-mt": "1"},
    ),
    ".gif": Codec("gif", "pal8"),
}  # fmt: skip


def check_writable(path: Path, size: Size, rate: int) -> None:
    """Raise what would go wrong in the end, before any training: InputError, OSError or
    ModuleNotFoundError.
    """
    kind = ending(path)
    if kind not in RATES:
        choices = ", ".join(known or "a folder/" for known in RATES)
        raise InputError(f"unknown ending of {path.name!r}; choices: {choices}")
    if not 1 <= rate <= RATES[kind]:
        raise InputError(f"--fps must be 1 to {RATES[kind]} here, not {rate}")
    if kind in CODECS and importlib.util.find_spec("av") is None:
        raise ModuleNotFoundError(f"{kind} files need the package av")
    if CODECS.get(kind, CODECS[".gif"]).pixels == PLAYED and (size.width % 2 or size.height % 2):
        raise InputError(f"{kind} needs even sides, not {size}")
    if kind:
        check_file(path, ["PIL"])
    elif path.exists() and not (path / ABOUT).is_file():
        raise FileExistsError(f"is there, and is not a folder of frames: {path}")
    elif not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"no such folder: {path.absolute().parent}")


@contextmanager
def writing(path: Path, size: Size, rate: int, origin: str) -> Iterator[Writer]:
    """Yield a function that writes the frames of a movie, one after the other.

    Args:
        path: the file, or the folder, that is written; its ending says which.
        size: of each frame, in pixels.
        rate: frames per second.
        origin: where the movie came from, which it carries.
    """
    if path.suffix:
        with _encoding(path, CODECS[ending(path)], size, rate, origin) as write:
            yield write
    else:
        path.mkdir()
        (path / ABOUT).write_text(origin, "utf-8")
        count = 0

        def write(image: Any) -> None:
            nonlocal count
            count += 1
            image.save(path / NUMBERED.format(count))

        yield write


@contextmanager
def _encoding(path: Path, codec: Codec, size: Size, rate: int, origin: str) -> Iterator[Writer]:
    import av

    with av.open(str(path), "w", options={**REPEATABLE, **codec.container}) as container:
        container.metadata.update(title="trainscape", comment=origin)
        stream: Any = container.add_stream(codec.name, rate=rate, options=codec.options)
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, codec.pixels
        stream.codec_context.thread_count = THREADS
        if codec.pixels == PLAYED:
            _tag(stream.codec_context)
        count = 0

        def write(image: Any) -> None:
            nonlocal count
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = count, Fraction(1, rate)
            count += 1
            container.mux(stream.encode((_played if codec.pixels == PLAYED else _reduced)(frame)))

        yield write
        container.mux(stream.encode(None))
    if codec.name == "gif":
        comment_gif(path, origin)


def _tag(stream: Any) -> None:
    """Mark the colours of a stream or a frame as BT.709 in limited range, which players assume of
    large pictures.
    """
    from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

    stream.colorspace, stream.color_range = Colorspace.ITU709, ColorRange.MPEG
    stream.color_primaries, stream.color_trc = ColorPrimaries.BT709, ColorTrc.BT709


def _played(frame: Any) -> Any:
    """Return a frame in the pixels that play everywhere, and in the colours of `_tag`."""
    from av.video.reformatter import ColorRange, Colorspace, Interpolation

    converted = frame.reformat(
        format=PLAYED, dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG, dst_color_range=ColorRange.MPEG,
        interpolation=Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.BITEXACT,
    )  # fmt: skip
    _tag(converted)
    converted.pts, converted.time_base = frame.pts, frame.time_base
    return converted


def _reduced(frame: Any) -> Any:
    """Return a frame brought down to 256 colours that are its own.

    A graph of filters sees one frame: colours for all would show bands where one side has most.
    Without dithering: a picture has few colours that differ much, and what it has many of, a flat
    area, would not have its own.
    """
    import av.filter

    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    split = graph.add("split")
    make = graph.add("palettegen", "reserve_transparent=0")
    use = graph.add("paletteuse", "dither=none")
    sink = graph.add("buffersink")
    source.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(make, 1, 0)
    make.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    source.push(frame)
    source.push(None)
    return sink.pull()

"""What a command line asks for: spec, window, size, look, and where runs are kept.

`asked` reads it once. It opens what `--from` names once, and prints notes on how that was read.
"""

import argparse
import re
from dataclasses import dataclass, replace
from pathlib import Path

from engine.analysis import curves
from engine.console import values
from engine.console.cautions import AUTO, note, settled_steps
from engine.console.storage import Storage
from engine.errors import InputError
from engine.places import links, provenance
from engine.places.links import Place
from engine.places.look import PUBLISHED, Look
from engine.places.presets import Preset, preset, presets
from engine.places.provenance import Carried
from engine.plane import Size, Window, decimal_from
from engine.spec import Spec
from engine.texts import corpus


@dataclass(frozen=True)
class Subject:
    """The subject of a command.

    Attributes:
        spec, window, size: what is computed.
        home: the window that shows the whole plane.
        look: how a picture is coloured, and which curves are drawn over it.
        colouring_is_named: whether the look has a colouring that was asked for by name.
        captions: what is written on a picture.
        against: the `key=value` texts of the spec that this one is compared with; may be empty.
        storage: where runs are kept.
        refine: the share of labels that are to be right where some runs are predicted; None to
            train every run.
        refined: the same of what `--from` names.
    """

    spec: Spec
    window: Window
    size: Size
    home: Window
    look: Look
    colouring_is_named: bool
    captions: tuple[str, ...]
    against: tuple[str, ...]
    storage: Storage
    refine: float | None
    refined: float | None


@dataclass(frozen=True)
class _Start:
    """The values of a preset or of `--from`, before other options change them."""

    spec: Spec
    window: Window
    size: Size | None = None
    look: Look = PUBLISHED
    against: tuple[str, ...] = ()
    refined: float | None = None


def asked(options: argparse.Namespace, size: Size | None = None) -> Subject:
    """Return what the options of `options.add_view_options`, and more of them, ask for.

    With `steps=auto`, a sample of the view is trained to find how many steps it takes.

    Args:
        options: of a command that has a view; those of looks, curves and captions are read where
            the command has them.
        size: in pixels; None for that of `--size`, or else of `--from`.
    """
    usual = size or Size.parse(options.size or options.default_size)
    start = _of_preset(options) if options.origin is None else _of_origin(options.origin, options)
    if size is None and not options.size and start.size is not None:
        usual = start.size
    texts = changes(options)
    spec = start.spec.set(text for text in texts if not _is_automatic(text))
    window = _window(options, start, spec)
    look = look_of(options, spec, start.look)
    if any(map(_is_automatic, texts)):
        spec = settled_steps(spec, window, usual)
    return Subject(
        spec,
        window,
        usual,
        preset(options.preset).home(spec) if options.preset else spec.home(),
        look,
        getattr(options, "colouring", None) is not None,
        tuple(getattr(options, "caption", None) or ()),
        tuple(getattr(options, "against", None) or start.against),
        Storage.of(options),
        values.refinement("--refine", getattr(options, "refine", None)),
        start.refined,
    )


def asked_spec(options: argparse.Namespace) -> Spec:
    """Return the spec that the options of `options.add_spec_options` ask for."""
    return _preset(options).spec.set(changes(options))


def changes(options: argparse.Namespace) -> list[str]:
    """Return the `key=value` texts by which a spec differs from the one that it is made from."""
    texts = list(options.set)
    if options.corpus is not None:
        texts.append(f"corpus={corpus.keep_file(options.corpus)}")
    if options.precision is not None:
        texts.append(f"precision={options.precision}")
    return texts


def look_of(options: argparse.Namespace, spec: Spec, start: Look = PUBLISHED) -> Look:
    """Return the look that the options of `options.add_look_options` and `--curves` ask for.

    Args:
        options: of the command line; a command may have none of these.
        spec: whose curves are drawn.
        start: the look unless they say otherwise.

    Raises:
        InputError: if there is no such look, or the system knows no such curve.
    """
    look = _coloured(options, start) if "colouring" in options else start
    if getattr(options, "curves", None) is None:
        return look
    for name in options.curves:
        curves.colour_of(spec, name)
    return replace(look, overlays=tuple(dict.fromkeys(options.curves)))


def is_link(origin: str) -> bool:
    """Whether what `--from` names is a link, and not a file."""
    return bool(re.search(r"://|%3A%2F%2F|^\?|\?(v|preset)=", origin, re.IGNORECASE))


def place_of(origin: str) -> tuple[Place, Carried | None]:
    """Return the place that a link or a file carries, and all that a file does.

    Notes on how it was read are printed on stderr.

    Raises:
        InputError: if it carries none.
    """
    if is_link(origin):
        place, carried = links.parse(origin), None
    else:
        carried = provenance.load(Path(origin))
        place = carried.place
    note(place.notes)
    return place, carried


def _preset(options: argparse.Namespace) -> Preset:
    if options.preset is None:
        raise InputError(f"--preset is needed; choices: {', '.join(presets())}")
    return preset(options.preset)


def _of_preset(options: argparse.Namespace) -> _Start:
    start = _preset(options)
    return _Start(start.spec, start.window(options.window or "overview"))


def _of_origin(origin: str, options: argparse.Namespace) -> _Start:
    if options.preset or options.window:
        raise InputError("--from carries a spec and a window; leave out --preset and --window")
    if options.corpus is not None:
        corpus.keep_file(options.corpus)  # it may be the one of that spec
    place, carried = place_of(origin)
    start = _Start(place.spec, place.window, None, place.look, place.against)
    return start if carried is None else replace(start, size=carried.size, refined=carried.refine)


def _is_automatic(text: str) -> bool:
    return text.replace(" ", "") == f"steps={AUTO}"


def _window(options: argparse.Namespace, start: _Start, spec: Spec) -> Window:
    window = start.window
    if options.window is None and (spec.x, spec.y) != (start.spec.x, start.spec.y):
        window = spec.home()  # that of the start is of another plane
    window = spec.on_plane(window)
    if options.center is None and options.width is None and options.height is None:
        return window
    x, y = values.pair("--center", options.center) if options.center else (window.x, window.y)
    width = options.width or 2 * window.half_width
    return spec.on_plane(Window.parse(x, y, width, options.height))


def _coloured(options: argparse.Namespace, start: Look) -> Look:
    """Return a look with the colours that options ask for."""
    equalise = None
    if options.equalise is not None:
        equalise = float(decimal_from("--equalise", options.equalise))
    elif options.colouring is None:
        equalise = start.equalise
    look = Look.of(options.colouring or start.colouring, options.palette or start.palette, equalise)
    return replace(look, overlays=start.overlays)

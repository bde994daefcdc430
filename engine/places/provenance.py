"""What a picture or a file carries of where it came from: spec, window, size, look and version."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import __version__
from engine.errors import InputError, read_json, shown
from engine.places import carried, links
from engine.places.against import differences, normal
from engine.places.carried import PNG_LOOK, PNG_OTHER, PNG_TEXT, Texts
from engine.places.links import Place
from engine.places.look import PUBLISHED, Look
from engine.places.presets import nearest
from engine.places.versions import note, read_spec, refused
from engine.plane import Size, Window
from engine.spec import Spec
from engine.training.devices import backend

LEAST_REFINED = 0.9  # the share of labels that are right in what is refined, at least
REFINED, ASKED = "refined", "asked"  # where a record says what is predicted, and what was asked for
NOT_REFINED = "it does not say so that it is understood here how it was refined: all is trained"


def record(
    spec: Spec,
    window: Window,
    size: Size,
    version: str = __version__,
    device: str | None = None,
    refined: Mapping[str, Any] | None = None,
) -> str:
    """Return one line of JSON that says what was computed, where, and by what.

    It is the spec's own object with `window`, `size`, `version` and `backend` beside it;
    `read_provenance` gives the spec, window and size back.

    Args:
        spec, window, size: what was computed, and where.
        version, device: what computed it; None for the backend of this process.
        refined: how much of it is predicted, as JSON-able values; None where that was not asked
            for. It is kept as `refined`.
    """
    about = {
        **spec.to_dict(),
        "window": window.to_dict(),
        "size": str(size),
        "version": version,
        "backend": device or backend(),
        **({} if refined is None else {REFINED: refined}),
    }
    return json.dumps(about, sort_keys=True)


@dataclass(frozen=True)
class Origin:
    """What a provenance of any version tells.

    Attributes:
        spec, window, size: what was computed.
        version: which version it says computed it; any value, for it comes from outside.
        changes: what is read otherwise here, in words.
        refine: the share of labels for which it was refined; None where every run was trained.
    """

    spec: Spec
    window: Window
    size: Size
    version: object
    changes: tuple[str, ...]
    refine: float | None = None

    @staticmethod
    def read(text: str) -> "Origin":
        """Return what `record` of any version wrote.

        Raises:
            InputError: if the text is something else, or what it tells of would be another field
                here; the message names the version that wrote it.
        """
        data = read_json(text, "a spec and window")
        try:
            window, size = data.pop("window"), data.pop("size")
        except (KeyError, TypeError, AttributeError):
            raise InputError(f"no spec and window in {shown(text)}") from None
        version = data.pop("version", None)
        data.pop("backend", None)
        refine, unread = _refinement(data.pop(REFINED, None))
        try:
            spec, changes = read_spec(data)
            window = spec.on_plane(Window.from_dict(window))
            size = Size.parse(size)
        except InputError as error:
            raise refused(version, error) from None
        return Origin(spec, window, size, version, (*changes, *unread), refine)


def _refinement(refined: object) -> tuple[float | None, tuple[str, ...]]:
    """Return the share of labels that a record asks for, and what cannot be read of it in words."""
    if refined is None:
        return None, ()
    asked = refined.get(ASKED) if isinstance(refined, dict) else None
    share = asked.get("labels") if isinstance(asked, dict) else None
    if isinstance(share, float) and LEAST_REFINED < share < 1:
        return share, ()
    return None, (NOT_REFINED,)


def read_provenance(text: str) -> tuple[Spec, Window, Size]:
    """Return the spec, window and size that a provenance tells of (see `Origin.read`)."""
    origin = Origin.read(text)
    return origin.spec, origin.window, origin.size


@dataclass(frozen=True)
class Carried:
    """What a file carries.

    Attributes:
        place: which it shows.
        size: in pixels.
        refine: the share of labels for which it was refined; None where every run was trained.
    """

    place: Place
    size: Size
    refine: float | None = None


def load(path: Path) -> Carried:
    """Return what an exported file carries, in any format and of any version.

    Of a movie that is the place where it ends.

    Raises:
        InputError: if the file is not there, is damaged, carries nothing, or what it carries would
            be another field here.
    """
    return _carried(carried.texts_of(path), str(path))


def load_origin(path: Path) -> tuple[Spec, Window, Size]:
    """Return the spec, window and size that a file carries (see `load`)."""
    file = load(path)
    return file.place.spec, file.place.window, file.size


def load_look(path: Path) -> Look:
    """Return the look of a picture or movie; the published one of every other file."""
    return load(path).place.look


def place_of_picture(data: bytes) -> Place:
    """Return the place that a PNG carries, given as its bytes, of which the pixels may be left out.

    Raises:
        InputError: if it is no PNG, or carries none.
    """
    return _carried(carried.texts_of_picture(data), "that picture").place


def _carried(texts: Texts, name: str) -> Carried:
    """Return what a file carries, by its texts.

    Args:
        texts: as `engine.places.carried` reads them.
        name: what the file is called in notes.
    """
    about = read_json(texts[PNG_TEXT], "a spec and window")
    if isinstance(about, dict) and about.get("trainscape") == "bookmarks":
        raise InputError(f"{name} is a file of bookmarks, which --through reads, or the page")
    look_text = texts.get(PNG_LOOK, str(PUBLISHED))
    if isinstance(about, dict) and "kind" in about:
        origin, look_text = _origin_of_export(about)
    else:
        origin = Origin.read(texts[PNG_TEXT])
    spec = origin.spec
    try:
        look, changes = Look.read(look_text, origin.version)
        other = Origin.read(texts[PNG_OTHER]).spec if PNG_OTHER in texts else spec
        against = normal(spec, differences(spec, other))
    except InputError as error:
        raise refused(origin.version, error) from None
    notes = note(origin.version, *origin.changes, *changes)
    place = Place(
        nearest(spec).name, spec, origin.window, look, against=against,
        notes=tuple(f"{name}: {text}" for text in notes),
    )  # fmt: skip
    return Carried(place, origin.size, origin.refine)


def _origin_of_export(about: dict[str, Any]) -> tuple[Origin, str]:
    """Return what a movie or another export tells of its origin, and its look.

    The window of a journey is its last one.
    """
    match = re.match(r"trainscape-([^-]+)-", str(about.get("code")))
    version = match[1] if match else None
    try:
        spec, changes = read_spec(about.get("spec"))
        view = about["window"] if "window" in about else about["path"]["windows"][-1]
        window = spec.on_plane(links.parse_view(str(view)))
        size, look = Size.parse(str(about["size"])), str(about["look"])
    except InputError as error:
        raise refused(version, error) from None
    except (KeyError, IndexError, TypeError):
        raise InputError(f"no spec and window in {shown(about)}") from None
    return Origin(spec, window, size, version, tuple(changes)), look


def png_text(about: str, look: Look) -> Any:
    """Return what a PNG carries beside its pixels: provenance and look, as Pillow's `pnginfo`."""
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Software", f"trainscape {__version__}")
    text.add_text(PNG_TEXT, about)
    text.add_text(PNG_LOOK, str(look))
    return text

"""The files a field is kept in: .npz, .nc, .zarr and .png.

Every one carries the spec and the window, so that the same field can be computed again from it, and
so does all else that is exported: `load` reads what any of them carries. A file appears whole or
not at all. Only the formats that need them import xarray and Datashader.

Coordinates are told apart at any depth: an .npz has the exact centre as text and the offsets of
columns and rows from it as float64, and the coordinates of .nc and .zarr count from their `base`.
"""

import contextlib
import decimal
import glob
import importlib.util
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from engine import __version__
from engine.analysis.comparison import differences, normal
from engine.errors import InputError, read_json, shown
from engine.machine import process
from engine.measures import MEASURES
from engine.places import carried, links
from engine.places.carried import PNG_LOOK, PNG_OTHER, PNG_TEXT, Texts
from engine.places.links import Place
from engine.places.look import PUBLISHED, Look
from engine.places.presets import nearest
from engine.places.versions import note, refused
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import Field, Origin
from engine.tiles.lattice import Region

ABANDONED = 24 * 3600.0  # seconds after which nobody writes any more to a file that is not whole
LONGEST_NAME = 100  # characters of a file's name that that of its temporary folder repeats
RESOLVED = 2**20  # float64 spacings between neighbours, from which coordinates count from 0
_PRECISION = 1400  # digits; more than any coordinate has


def save(field: Field, path: Path, look: Look = PUBLISHED) -> None:
    """Write the field in the format that the ending of `path` names, a picture in the look given.

    Raises:
        InputError: if the ending is not a known one.
        OSError: if the file cannot be written; nothing is left behind then.
    """
    write = format_of(path)
    _check_replaceable(path)
    with whole(path) as made:
        write(field, made, look)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield where to write a file or folder, which appears at `path` once all of it is there.

    A folder there is replaced by a folder, and never by a file. A symbolic link stays, and what it
    points to is written.
    """
    target = _target(path)
    with _room(target) as room:
        made = room / path.name
        yield made
        if target.is_dir() and made.is_dir():
            os.replace(target, room / "replaced")
        os.replace(made, target)
    process.note_written(path)


def check_writable(path: Path) -> None:
    """Raise what `save` would, before any training: InputError, OSError or ModuleNotFoundError."""
    format_of(path)
    _check_replaceable(path)
    _check_place(path, NEEDS[ending(path)])


def ending(path: Path) -> str:
    """Return the ending of a name, which says the format, in small letters: `.png` of `A.PNG`."""
    return path.suffix.lower()


def check_file(path: Path, packages: Sequence[str] = ()) -> None:
    """Raise OSError or ModuleNotFoundError if no file could be written to `path`."""
    if path.is_dir():
        raise IsADirectoryError(f"is a folder: {path}")
    _check_place(path, packages)


def _check_place(path: Path, packages: Sequence[str]) -> None:
    for package in packages:
        if importlib.util.find_spec(package) is None:
            raise ModuleNotFoundError(f"{ending(path)} files need the package {package}")
    with _room(_target(path)):
        pass


def _target(path: Path) -> Path:
    """Return what is written at `path`; OSError if what is there is neither file nor folder."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(f"is a link that leads nowhere but in a circle: {path}")
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise OSError(f"is no regular file, and is not replaced: {path}")
    return target


@contextmanager
def _room(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`, which is removed at the end."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise FileNotFoundError(f"no such folder: {folder}")
    _forget_abandoned(folder, path.name)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_prefix(path.name)) as room:
        yield Path(room)


def _prefix(name: str) -> str:
    """Return how the name of a folder begins in which a file of this name is made."""
    return f".{name[-LONGEST_NAME:]}-"


def _forget_abandoned(folder: Path, name: str) -> None:
    """Remove the folders in which a file of this name was being made by what was killed."""
    for left in folder.glob(f"{glob.escape(_prefix(name))}{8 * '?'}"):
        with contextlib.suppress(OSError):
            if time.time() - max(p.stat().st_mtime for p in (left, *left.rglob("*"))) > ABANDONED:
                shutil.rmtree(left)


def _check_replaceable(path: Path) -> None:
    if path.is_dir():
        try:
            load_origin(path)
        except InputError:
            message = f"is a folder, and not one that render made: {path}"
            raise IsADirectoryError(message) from None


@dataclass(frozen=True)
class Carried:
    """What a file carries: the place that it shows, with notes on how that was read, and its size
    in pixels.
    """

    place: Place
    size: Size


def load(path: Path) -> Carried:
    """Return what a file carries that was exported, in any format and by any version.

    Of a movie that is where it ends.

    Raises:
        InputError: if the file is not there, is damaged, carries nothing, or what it carries would
            be another field here.
    """
    return _carried(carried.texts_of(path), str(path))


def load_origin(path: Path) -> tuple[Spec, Window, Size]:
    """Return the spec, window and size that a file carries (see `load`)."""
    found = load(path)
    return found.place.spec, found.place.window, found.size


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
    """Return what the texts of a file tell.

    Args:
        texts: as `engine.places.carried` finds them.
        name: what the file is called in notes.
    """
    found = read_json(texts[PNG_TEXT], "a spec and window")
    if isinstance(found, dict) and found.get("trainscape") == "bookmarks":
        raise InputError(f"{name} is a file of bookmarks, which --through reads, or the page")
    look_text = texts.get(PNG_LOOK, str(PUBLISHED))
    if isinstance(found, dict) and "kind" in found:
        origin, look_text = _origin_of_export(found)
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
    return Carried(place, origin.size)


def _origin_of_export(about: dict[str, Any]) -> tuple[Origin, str]:
    """Return what the `origin` of a movie or another export tells, and its look; the window of a
    journey is its last.
    """
    match = re.match(r"trainscape-([^-]+)-", str(about.get("code")))
    version = match[1] if match else None
    try:
        spec, changes = Spec.read(about.get("spec"))
        view = about["window"] if "window" in about else about["path"]["windows"][-1]
        window = spec.on_plane(links.parse_view(str(view)))
        size, look = Size.parse(str(about["size"])), str(about["look"])
    except InputError as error:
        raise refused(version, error) from None
    except (KeyError, IndexError, TypeError):
        raise InputError(f"no spec and window in {shown(about)}") from None
    return Origin(spec, window, size, version, tuple(changes)), look


def format_of(path: Path) -> Callable[[Field, Path, Look], None]:
    """Return the writer of a field for the ending of `path`; InputError if there is none."""
    if ending(path) not in FORMATS:
        raise InputError(f"unknown ending of {shown(path.name)}; choices: {', '.join(FORMATS)}")
    return FORMATS[ending(path)]


def dataset(field: Field) -> Any:
    """Return the field as an xarray Dataset with named axes, labels, units and provenance."""
    import xarray as xr

    coordinates = {}
    exact = Exact.of(field)
    for dimension, axis, (base, values) in (
        ("y", field.spec.y, exact.counted(field.y, exact.rows, field.window.y)),
        ("x", field.spec.x, exact.counted(field.x, exact.columns, field.window.x)),
    ):
        label = field.spec.axis_label(axis)
        about = {
            "long_name": f"{label}, from the base on" if base else label,
            "base": f"{base:f}",
            "comment": "the coordinate is base + the value here; base is 0 where float64 is enough",
            "units": "decades"
            if axis.scale == "log10"
            else field.spec.axis_setting(axis).unit or "1",
            "hyperparameter": axis.name,
            "scale": axis.scale,
        }
        coordinates[dimension] = xr.DataArray(values, dims=dimension, attrs=about)
    measure = MEASURES[field.spec.measure]
    words = f"{measure.about}, negative = {measure.sides[0]}"
    meaning: dict[str, Any] = {"long_name": words, "units": "1"}
    when = {"long_name": "step at which the run was decided", "units": "steps"}
    if measure.classes:  # as the CF conventions tell of kinds
        meaning["flag_values"] = [float(number) for number in measure.kinds]
        meaning["flag_meanings"] = " ".join(n.replace(" ", "_") for n in measure.kinds.values())
    return xr.Dataset(
        {
            "field": (("y", "x"), field.values, meaning),
            "decided": (("y", "x"), field.decided, when),
        },
        coordinates,
        {"spec": field.provenance(), "title": f"trainscape {field.spec.system.name}"},
    )


@dataclass(frozen=True)
class Exact:
    """The coordinates of a field as they are, in axis units, and their offsets from its centre.

    Attributes:
        columns, rows: the x of each column and the y of each row.
    """

    columns: list[Decimal]
    rows: list[Decimal]

    @staticmethod
    def of(field: Field) -> "Exact":
        """Return the coordinates of a field."""
        region = Region.of_pixels(field.window, field.size)
        return Exact(region.columns(), region.rows())

    def counted(
        self, values: np.ndarray, coordinates: list[Decimal], centre: Decimal
    ) -> tuple[Decimal, np.ndarray]:
        """Return where coordinates are counted from, and how far on each lies as float64: from 0
        where that tells them well apart, else from the centre.
        """
        nearest = np.spacing(np.abs(values).max())
        if len(values) == 1 or np.diff(values).min() >= RESOLVED * nearest:
            return Decimal(0), values
        return centre, offsets(coordinates, centre)


def offsets(coordinates: Sequence[Decimal], base: Decimal) -> np.ndarray:
    """Return how far coordinates lie from a base, each rounded once, float64 of shape (n,)."""
    with decimal.localcontext(prec=_PRECISION):
        return np.array([float(coordinate - base) for coordinate in coordinates])


def located(field: Field) -> dict[str, np.ndarray]:
    """Return the arrays of an .npz that say where the columns and rows of a field lie: `x` and `y`
    rounded to float64, and exactly `centre`, two decimals as text, + `x_offset` and `y_offset`.
    """
    exact, window = Exact.of(field), field.window
    return {
        "x": field.x,
        "y": field.y,
        "centre": np.array([str(window.x), str(window.y)]),
        "x_offset": offsets(exact.columns, window.x),
        "y_offset": offsets(exact.rows, window.y),
    }


def save_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write an .npz to just this path, however that ends."""
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _write_npz(field: Field, path: Path, look: Look) -> None:
    del look
    kinds = MEASURES[field.spec.measure].kinds
    arrays: dict[str, Any] = {
        "field": field.values,
        "decided": field.decided,
        "spec": np.array(field.provenance()),
        **located(field),
    }
    if kinds:
        arrays["classes"] = np.array(json.dumps(kinds))
    save_arrays(path, arrays)


def _write_nc(field: Field, path: Path, look: Look) -> None:
    del look
    try:
        dataset(field).to_netcdf(path, engine="netcdf4")
    except RuntimeError as error:  # how netCDF4 says that a disk is full
        raise OSError(f"cannot write {path.name}: {_line(error)}") from error


def _write_zarr(field: Field, path: Path, look: Look) -> None:
    del look
    dataset(field).to_zarr(path, zarr_format=3, consolidated=False)


def _write_png(field: Field, path: Path, look: Look) -> None:
    from engine.analysis.curves import chosen, draw, trace
    from engine.pictures.colour import picture, suited

    image = picture(field.values, field.decided, suited(look, field.spec))
    for name in chosen(field.spec, look.overlays):
        draw(image, trace(field.spec, field.window, field.size, name), field.size)
    image.save(path, pnginfo=png_text(field.provenance(), look))


def png_text(about: str, look: Look) -> Any:
    """Return what a PNG carries beside its pixels: provenance and look, as Pillow's `pnginfo`."""
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Software", f"trainscape {__version__}")
    text.add_text(PNG_TEXT, about)
    text.add_text(PNG_LOOK, str(look))
    return text


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


FORMATS: dict[str, Callable[[Field, Path, Look], None]] = {
    ".png": _write_png,
    ".npz": _write_npz,
    ".nc": _write_nc,
    ".zarr": _write_zarr,
}
NEEDS = {
    ".png": ("PIL", "datashader"),
    ".npz": (),
    ".nc": ("xarray", "netCDF4"),
    ".zarr": ("xarray", "zarr"),
}

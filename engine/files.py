"""This module is the files a field is kept in: .npz, .nc, .zarr and .png.

Every one carries the spec and the window, so that the same field can be computed again from it. A
file appears whole or not at all. Only the formats that need them import xarray and Datashader.
"""

import contextlib
import glob
import importlib.util
import io
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from engine import __version__, process
from engine.comparison import differences, normal
from engine.errors import InputError
from engine.field import Field, read_provenance
from engine.links import Place
from engine.look import PUBLISHED, Look
from engine.measures import MEASURES
from engine.plane import MOST_PIXELS, Size, Window
from engine.presets import nearest
from engine.reading import check_regular
from engine.spec import Spec

ABANDONED = 24 * 3600.0  # seconds after which nobody writes any more to a file that is not whole
LONGEST_NAME = 100  # characters of a file's name that that of its temporary folder repeats
PNG_TEXT = "trainscape"  # the keyword of the PNG text chunk
PNG_LOOK = "trainscape look"  # and of the one that says how it is coloured
PNG_OTHER = "trainscape other"  # and of what stands beside it in a comparison


def save(field: Field, path: Path, look: Look = PUBLISHED) -> None:
    """Write the field in the format that the ending of `path` names, a picture in the look given.

    Raises:
        InputError: if the ending is not a known one.
        OSError: if the file cannot be written; nothing is left behind then.
    """
    write, _ = format_of(path)
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
    _check_place(path, NEEDS[path.suffix])


def check_file(path: Path, packages: Sequence[str] = ()) -> None:
    """Raise OSError or ModuleNotFoundError if no file could be written to `path`."""
    if path.is_dir():
        raise IsADirectoryError(f"is a folder: {path}")
    _check_place(path, packages)


def _check_place(path: Path, packages: Sequence[str]) -> None:
    for package in packages:
        if importlib.util.find_spec(package) is None:
            raise ModuleNotFoundError(f"{path.suffix} files need the package {package}")
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


def load_origin(path: Path) -> tuple[Spec, Window, Size]:
    """Return the spec, window and size that a file made by `save` carries.

    Raises:
        InputError: if the file is not there, is damaged, or carries none.
    """
    _, read = format_of(path)
    if not path.exists():
        raise InputError(f"no such file: {path}")
    for file in _within(path):
        check_regular(file)
    try:
        text = read(path)
    except Exception as error:  # whatever a library says of bytes that it cannot read
        raise InputError(f"{path} is damaged or not made by trainscape: {_line(error)}") from None
    return read_provenance(text)


def _within(path: Path) -> list[Path]:
    """Return what is opened to read what a file or folder carries."""
    return [path] if not path.is_dir() else [p for p in path.iterdir() if not p.is_dir()]


def format_of(path: Path) -> tuple[Callable[[Field, Path, Look], None], Callable[[Path], str]]:
    """Return the writer of a field and the reader of its provenance for the ending of `path`."""
    if path.suffix not in FORMATS:
        raise InputError(f"unknown ending of {path.name!r}; choices: {', '.join(FORMATS)}")
    return FORMATS[path.suffix]


def dataset(field: Field) -> Any:
    """Return the field as an xarray Dataset with named axes, labels, units and provenance."""
    import xarray as xr

    coordinates = {}
    for dimension, axis, values in (("y", field.spec.y, field.y), ("x", field.spec.x, field.x)):
        about = {
            "long_name": field.spec.axis_label(axis),
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


def _write_npz(field: Field, path: Path, look: Look) -> None:
    del look
    kinds = MEASURES[field.spec.measure].kinds
    arrays: dict[str, Any] = {
        "field": field.values,
        "x": field.x,
        "y": field.y,
        "decided": field.decided,
        "spec": np.array(field.provenance()),
    }
    if kinds:
        arrays["classes"] = np.array(json.dumps(kinds))
    np.savez_compressed(path, **arrays)


def _read_npz(path: Path) -> str:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
        return str(data["spec"])


def _write_nc(field: Field, path: Path, look: Look) -> None:
    del look
    try:
        dataset(field).to_netcdf(path, engine="netcdf4")
    except RuntimeError as error:  # how netCDF4 says that a disk is full
        raise OSError(f"cannot write {path.name}: {_line(error)}") from error


def _read_nc(path: Path) -> str:
    import xarray as xr

    with xr.open_dataset(path, engine="netcdf4") as data:
        return str(data.attrs["spec"])


def _write_zarr(field: Field, path: Path, look: Look) -> None:
    del look
    dataset(field).to_zarr(path, zarr_format=3, consolidated=False)


def _read_zarr(path: Path) -> str:
    import zarr

    return str(zarr.open_group(path, mode="r").attrs["spec"])


def place_of_picture(start: bytes) -> Place:
    """Return the place that a PNG carries, given as its bytes, of which the first will do.

    Raises:
        InputError: if it is no PNG, or carries none.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(start), formats=["PNG"]) as image:
            about = {name: str(image.info[name]) for name in (PNG_TEXT, PNG_LOOK)}
            other = image.info.get(PNG_OTHER)
    except Exception:  # whatever Pillow says of bytes that it cannot read
        raise InputError("that is no picture made by trainscape") from None
    spec, window, _ = read_provenance(about[PNG_TEXT])
    against = () if other is None else differences(spec, read_provenance(str(other))[0])
    against = normal(spec, against)
    return Place(nearest(spec).name, spec, window, Look.parse(about[PNG_LOOK]), against=against)


def load_look(path: Path) -> Look:
    """Return the look of a picture made by `save`; the published one of every other file."""
    if path.suffix != ".png":
        return PUBLISHED
    from PIL import Image

    check_regular(path)
    with Image.open(path) as image:
        text = image.info.get(PNG_LOOK)
    return PUBLISHED if text is None else Look.parse(str(text))


def _write_png(field: Field, path: Path, look: Look) -> None:
    from engine.colour import picture, suited
    from engine.curves import chosen, draw, trace

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


def _read_png(path: Path) -> str:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow takes much less for an attack
    with Image.open(path) as image:
        text = str(image.info[PNG_TEXT])
        image.verify()  # all of the file is there; nothing is decoded
    return text


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


FORMATS: dict[str, tuple[Callable[[Field, Path, Look], None], Callable[[Path], str]]] = {
    ".png": (_write_png, _read_png),
    ".npz": (_write_npz, _read_npz),
    ".nc": (_write_nc, _read_nc),
    ".zarr": (_write_zarr, _read_zarr),
}
NEEDS = {
    ".png": ("PIL", "datashader"),
    ".npz": (),
    ".nc": ("xarray", "netCDF4"),
    ".zarr": ("xarray", "zarr"),
}

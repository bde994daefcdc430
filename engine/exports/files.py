"""Files of a field: .npz, .nc, .zarr and .png.

Every file carries its spec and window, from which the same field can be computed again;
`engine.places.provenance` reads them. A file appears whole or not at all. Only the formats that
need them import xarray and Datashader.

Coordinates are told apart at any depth: an .npz has the exact centre as text and the offsets of
columns and rows from it as float64, and the coordinates of .nc and .zarr count from their `base`.
"""

import decimal
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from engine import words
from engine.atomic import check_place, ending, whole
from engine.errors import InputError, shown
from engine.measures import MEASURES
from engine.places.look import PUBLISHED, Look
from engine.places.provenance import load_origin, png_text
from engine.tiles.field import Field
from engine.tiles.lattice import Region

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
    with whole(path) as file:
        write(field, file, look)


def check_writable(path: Path) -> None:
    """Raise the errors of `save`, before any training: also OSError and ModuleNotFoundError."""
    format_of(path)
    _check_replaceable(path)
    check_place(path, NEEDS[ending(path)])


def _check_replaceable(path: Path) -> None:
    if path.is_dir():
        try:
            load_origin(path)
        except InputError:
            message = f"is a folder, and not one that render made: {path}"
            raise IsADirectoryError(message) from None


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
    long_name = f"{measure.about}, negative = {measure.sides[0]}"
    meaning: dict[str, Any] = {"long_name": long_name, "units": "1"}
    when = {"long_name": "step at which the run was decided", "units": "steps"}
    if measure.categories:  # as the CF conventions tell of kinds
        meaning["flag_values"] = [float(number) for number in measure.category_names]
        meaning["flag_meanings"] = " ".join(
            n.replace(" ", "_") for n in measure.category_names.values()
        )
    variables = {
        "field": (("y", "x"), field.values, meaning),
        "decided": (("y", "x"), field.decided, when),
    }
    if field.refined is not None:
        trained = {"long_name": "whether the run was trained; if not, it is predicted"}
        variables["trained"] = (("y", "x"), field.refined.trained, trained)
    return xr.Dataset(
        variables,
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
    """Return the offsets of coordinates from a base, each rounded once, float64 of shape (n,)."""
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
    names = MEASURES[field.spec.measure].category_names
    arrays: dict[str, Any] = {
        "field": field.values,
        "decided": field.decided,
        "spec": np.array(field.provenance()),
        **located(field),
    }
    if field.refined is not None:
        arrays["trained"] = field.refined.trained
    if names:
        arrays["classes"] = np.array(json.dumps(names))
    save_arrays(path, arrays)


def _write_nc(field: Field, path: Path, look: Look) -> None:
    del look
    try:
        dataset(field).to_netcdf(path, engine="netcdf4")
    except RuntimeError as error:  # how netCDF4 says that a disk is full
        raise OSError(f"cannot write {path.name}: {words.line(error)}") from error


def _write_zarr(field: Field, path: Path, look: Look) -> None:
    del look
    dataset(field).to_zarr(path, zarr_format=3, consolidated=False)


def _write_png(field: Field, path: Path, look: Look) -> None:
    from engine.analysis.curves import chosen
    from engine.analysis.tracing import trace
    from engine.pictures.colour import picture, suited
    from engine.pictures.lines import draw

    image = picture(field.values, field.decided, suited(look, field.spec))
    for name in chosen(field.spec, look.overlays):
        draw(image, trace(field.spec, field.window, field.size, name), field.size)
    image.save(path, pnginfo=png_text(field.provenance(), look))


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

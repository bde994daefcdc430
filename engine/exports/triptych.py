"""Two fields and where they disagree, side by side in one file."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine import atomic
from engine.analysis import comparison
from engine.analysis.comparison import Comparison
from engine.errors import InputError
from engine.exports import files
from engine.places import provenance
from engine.places.against import titles
from engine.places.carried import PNG_OTHER
from engine.places.look import PUBLISHED, Look
from engine.plane import Size
from engine.tiles.field import Field

Looks = tuple[Look, Look]  # of the first picture and of the second

MOST = 2**24  # runs of either field, all of which are in memory


def check(path: Path, size: Size) -> None:
    """Raise the errors of `save` before any training: InputError, OSError, ModuleNotFoundError."""
    if atomic.ending(path) not in FORMATS:
        choices = ", ".join(FORMATS)
        raise InputError(f"unknown ending of {path.name!r}; choices: {choices}")
    if size.pixels > MOST:
        raise InputError(f"size must be at most {MOST:,} pixels of either picture, not {size}")
    atomic.check_file(path, files.NEEDS[atomic.ending(path)])


def save(
    first: Field,
    second: Field,
    path: Path,
    look: Look = PUBLISHED,
    other_look: Look | None = None,
) -> Comparison:
    """Write two fields and where they disagree, and return the comparison.

    Both carry their provenance: a `.png` as text beside its pixels, an `.npz` as `spec` and
    `other_spec`. Read as a picture or field of `render`, the file is that of the first.

    Args:
        first, second: over the same window and axes, of the same size.
        path: ends in one of `FORMATS`.
        look: how both are coloured, each by its own values.
        other_look: how the second is coloured, if that is not so.

    Raises:
        InputError: if the fields cannot be compared.
        OSError: if the file cannot be written; nothing is left behind then.
    """
    pairs = Comparison.of(first, second)
    with atomic.whole(path) as file:
        FORMATS[atomic.ending(path)](first, second, pairs, file, (look, other_look or look))
    return pairs


def _write_npz(first: Field, second: Field, pairs: Comparison, path: Path, looks: Looks) -> None:
    del looks
    relations = list(pairs.counts)
    differ = np.array([False, *(relation.differ for relation in relations)])
    arrays = {
        "field": first.values,
        "other": second.values,
        "decided": first.decided,
        "other_decided": second.decided,
        "disagreement": differ[pairs.relation],
        "compared": pairs.relation,
        "kinds": np.array(
            json.dumps({n: relation.words for n, relation in enumerate(relations, 1)})
        ),
        "spec": np.array(first.provenance()),
        "other_spec": np.array(second.provenance()),
        **files.located(first),
    }
    files.save_arrays(path, arrays)


def _write_png(first: Field, second: Field, pairs: Comparison, path: Path, looks: Looks) -> None:
    from PIL import Image

    from engine.analysis.curves import chosen
    from engine.analysis.tracing import trace
    from engine.pictures import plate
    from engine.pictures.colour import Ends, picture, suited
    from engine.pictures.lines import draw

    layout = plate.Layout.around(first.size, framed=True)
    names = titles(first.spec, second.spec)
    whole = layout.whole
    sheet = Image.new("RGBA", (3 * whole.width, whole.height), "white")
    both = zip((first, second), names, looks, strict=True)
    for column, (field, name, look) in enumerate(both):
        panel = Image.new("RGBA", (whole.width, whole.height), "white")
        fitting = suited(look, field.spec)
        image = picture(field.values, field.decided, fitting)
        panel.paste(image, (layout.left, layout.top))
        for curve in chosen(field.spec, fitting.overlays):
            traced = trace(field.spec, field.window, field.size, curve)
            draw(panel, traced, field.size, layout.left, layout.top)
        plate.draw(panel, layout, field.spec, field.window, fitting, name)
        sheet.paste(panel, (column * whole.width, 0))
    panel = Image.new("RGBA", (whole.width, whole.height), "white")
    shaded = np.ascontiguousarray(comparison.shade(pairs.relation)[::-1])
    differences = Image.fromarray(shaded.view(np.uint8).reshape(*shaded.shape, 4))
    panel.paste(differences, (layout.left, layout.top))
    legend = [
        Ends((relation.colour,), _counted(relation.words, n), "")
        for relation, n in pairs.counts.items()
    ]
    against = f"{names[0]} against {names[1]}"
    plate.draw_categories(panel, layout, first.spec, first.window, legend, (pairs.words, against))
    sheet.paste(panel, (2 * whole.width, 0))
    text = provenance.png_text(first.provenance(), looks[0])
    text.add_text(PNG_OTHER, second.provenance())
    sheet.save(path, pnginfo=text)


def _counted(words: str, count: int) -> str:
    return f"{words}: {count:,}"


Writer = Callable[[Field, Field, Comparison, Path, Looks], None]
FORMATS: dict[str, Writer] = {".png": _write_png, ".npz": _write_npz}

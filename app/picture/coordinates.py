"""Local coordinates, as the browser hears of them."""

from engine.pictures.local import LocalCoordinates


def row(
    local: LocalCoordinates,
    extent: tuple[float, float, float, float],
    old: LocalCoordinates | None = None,
    *,
    fit: bool = False,
) -> dict[str, list[object]]:
    """Return the row of a data source that tells the browser what its numbers mean.

    Args:
        local: the coordinates.
        extent: of the view in them: the ends of x, and then of y.
        old: the coordinates that the browser has now, whose view is kept; None to jump to the
            extent.
        fit: whether all of the extent is to be seen, at whatever size of the page.
    """
    dx, dy = old.to_local(local.x, local.y) if old else (0.0, 0.0)
    values: dict[str, object] = {
        "epoch": local.epoch,
        "exponent_x": local.exponent,
        "exponent_y": local.exponent_y,
        "shape": local.shape,
        "x": f"{local.x:f}",
        "y": f"{local.y:f}",
        "jump": old is None,
        "fit": fit,
        "scale_x": 10.0 ** (old.exponent - local.exponent) if old else 1.0,
        "scale_y": 10.0 ** (old.exponent_y - local.exponent_y) if old else 1.0,
        "dx": dx,
        "dy": dy,
        **dict(zip(("x0", "x1", "y0", "y1"), extent, strict=True)),
    }
    return {key: [value] for key, value in values.items()}

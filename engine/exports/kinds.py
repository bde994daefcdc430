"""Every export there is, by the name that its origin carries."""

from typing import Any

from engine.errors import InputError, shown
from engine.exports.data import Data
from engine.exports.export import Export
from engine.exports.movies.stages import Formation, Sweep
from engine.exports.movies.zoom import Zoom
from engine.exports.poster import Poster
from engine.exports.site.site import Site

EXPORTS: dict[str, Any] = {kind.kind: kind for kind in (Poster, Data, Zoom, Formation, Sweep, Site)}


def export_from(origin: dict[str, Any]) -> Export:
    """Return the export that `origin` describes; InputError if it describes none."""
    try:
        return EXPORTS[origin["kind"]].of(origin)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"not an export: {shown(origin)}") from None

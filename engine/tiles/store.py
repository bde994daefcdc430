"""Stores: tiles that outlive the process, as chunks of Zarr 3 arrays.

A store is a folder, or any URL that fsspec knows. Each level of a spec is a sparse array of the
points that belong to it; NaN = not computed. Arrays are named by the code that computes values and
by the spec, so values of another version are never shown. Several processes may share a store: a
chunk is replaced as a whole. One that is damaged is logged, computed again and written anew.
"""

import functools
import hashlib
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine import __version__
from engine.errors import InputError, shown
from engine.spec import Spec
from engine.systems import plugin_systems
from engine.tiles.lattice import TILE, Lattice, TileIndex, points_of_level
from engine.tiles.shelf import Shelf
from engine.training.devices import arithmetic, backend, set_up
from engine.words import line

LIMIT = 4 * 2**30  # bytes; what was used least recently goes first
CHECK_EVERY = 2**24  # bytes written between two looks at the size of the store
BLOCK = 2**16  # tiles along the side of an array; Zarr counts in 64 bits, tiles do not
RECHECK = 10.0  # seconds until it is asked again whether a level is there
COMPLAIN_EVERY = 60.0  # seconds between two complaints that the store cannot be written
# All that decides the bits of a value: the trainer, what it and the systems import, and which
# points the runs of a tile are at.
DECIDING_FOLDERS = ("systems", "measures", "texts", "training")
DECIDING_FILES = (
    "plane", "settings", "inputs", "spec", "draws", "numbers", "errors",
    "tiles/lattice", "tiles/stream",
)  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holding:
    """What a store has of one spec under one version of the code.

    Attributes:
        code: what `code_version` returned.
        digest: of the spec.
        system: the name of its system; `?` if that is lost.
        tiles: how many there are.
        nbytes: the bytes that they take.
    """

    code: str
    digest: str
    system: str
    tiles: int
    nbytes: int


class Store:
    """Tiles by spec, lattice and index. All of it may be used from any thread.

    No method but `open`, `holdings` and `clear` raises what the disk or the network say: a tile
    that cannot be read is not there, one that cannot be written is lost, and the log says so.

    Args:
        place: a folder, or an fsspec URL.
        limit: bytes; see `LIMIT`.
    """

    def __init__(self, place: str, limit: int = LIMIT) -> None:
        set_up()  # tiles are found by the devices too, whoever looks for them
        self.place, self.limit = place, limit
        try:
            self.shelf = Shelf(place)
            self._zarr = _zarr_store(self.shelf, place)
        except (ValueError, ImportError, OSError) as error:
            raise InputError(
                f"--store must be a folder, a URL that fsspec knows, or none, "
                f"not {shown(place)}: {error}"
            ) from None
        self._arrays: dict[str, tuple[Any, float]] = {}
        self._lock = threading.Lock()
        self._since_check = CHECK_EVERY  # the first write looks too
        self._complained = -COMPLAIN_EVERY

    @staticmethod
    def open(place: str, limit: int = LIMIT) -> "Store":
        """Return the store at a place that can be written.

        Raises:
            InputError: if nothing is known of such a place.
            OSError: if it cannot be written.
        """
        store = Store(place, limit)
        try:
            store.shelf.probe()
        except Exception as error:  # whatever the library of that protocol raises
            raise OSError(f"cannot write to the store {place}: {error}") from None
        return store

    def has(self, spec: Spec, lattice: Lattice, index: TileIndex) -> bool:
        """Whether there may be a tile, without asking the disk: False was certain lately."""
        with self._lock:
            array, asked = self._arrays.get(_path(spec, lattice, index), (None, -RECHECK))
        return array is not None or time.monotonic() - asked >= RECHECK

    def load(
        self, spec: Spec, lattice: Lattice, index: TileIndex
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Return values and decision steps of a tile, shape (TILE, TILE) each; None if it has none.

        The values are float64, NaN = unknown, and the steps int32.
        """
        array = self._array(spec, lattice, index)
        if array is None:
            return None
        try:
            values, decided = array[_chunk(index)]
        except Exception as error:  # each codec has its own for bytes that make no sense
            log.warning("tile %s is damaged and will be computed again: %s", index, line(error))
            return None
        known = ~np.isnan(values)
        if not known.any():
            return None
        self._used(spec, lattice, index)
        return values, np.where(known, decided, 0).astype(np.int32)

    def save(
        self,
        spec: Spec,
        lattice: Lattice,
        index: TileIndex,
        values: np.ndarray,
        decided: np.ndarray,
    ) -> None:
        """Keep a tile, beside what is kept of it already. Shape (TILE, TILE) each."""
        try:
            missing = np.isnan(values)
            if (missing & points_of_level(index.level)).any() and (
                stored := self.load(spec, lattice, index)
            ):
                values, decided = (
                    np.where(missing, old, new)
                    for old, new in zip(stored, (values, decided), strict=True)
                )
            array = self._array(spec, lattice, index, sure=True)
            array = array or self._create(spec, lattice, index)
            array[_chunk(index)] = np.stack([values, decided])
        except Exception as error:  # a full disk, a lost connection: the tile is lost, no more
            if time.monotonic() - self._complained > COMPLAIN_EVERY:
                self._complained = time.monotonic()
                log.warning("the store cannot be written: %s", line(error))
            return
        self._grown(2 * values.nbytes)

    def holdings(self) -> list[Holding]:
        """Return what is kept, the largest first."""
        holdings = [
            Holding(code, digest, self._system(code, digest), len(sizes), sum(sizes))
            for (code, digest), sizes in self.shelf.sizes().items()
        ]
        return sorted(holdings, key=lambda holding: -holding.nbytes)

    def clear(self) -> None:
        """Remove every tile, of every version; what others keep in the same place stays."""
        self.shelf.clear()
        with self._lock:
            self._arrays.clear()

    def evict(self) -> None:
        """Remove the tiles that were used least recently, until the store is within its limit."""
        try:
            removed = self.shelf.shrink(self.limit)
        except Exception as error:  # another process may be doing the same
            log.warning("could not make room in the store: %s", line(error))
            return
        if removed:
            log.info("the store was full: %d tiles removed", removed)

    def _grown(self, nbytes: int) -> None:
        """Look whether the store is within its limit, once enough has been written."""
        with self._lock:
            self._since_check += nbytes
            due = self._since_check >= CHECK_EVERY
            self._since_check = 0 if due else self._since_check
        if due:
            self.evict()

    def _system(self, code: str, digest: str) -> str:
        """Return the name of the system of a spec that is kept, by its label."""
        import zarr

        try:
            group = zarr.open_group(self._zarr, path=f"{code}/{digest}", mode="r")
            return str(group.attrs.get("system", "?"))
        except Exception:  # the group is a label only: its loss costs nothing
            return "?"

    def _array(
        self, spec: Spec, lattice: Lattice, index: TileIndex, *, sure: bool = False
    ) -> Any | None:
        """Return the array that holds a tile; `sure`, if it was there just now, or None."""
        path = _path(spec, lattice, index)
        with self._lock:
            array, asked = self._arrays.get(path, (None, -RECHECK))
            if time.monotonic() - asked < RECHECK or (array is not None and not sure):
                return array
        import zarr

        try:
            array = zarr.open_array(self._zarr, path=path, mode="r+")
            if array.shape != _SHAPE or array.chunks != (2, TILE, TILE):
                raise ValueError(f"shape {array.shape}")
        except FileNotFoundError:
            array = None
        except Exception as error:
            log.warning("level %s is damaged and will be written anew: %s", path, line(error))
            array = None
        with self._lock:
            self._arrays[path] = array, time.monotonic()
        return array

    def _create(self, spec: Spec, lattice: Lattice, index: TileIndex) -> Any:
        """Return a new array for a level; where another process was quicker, the same again."""
        import zarr
        from zarr.codecs import Crc32cCodec, ZstdCodec
        from zarr.core.buffer import default_buffer_prototype
        from zarr.core.sync import sync

        path = _path(spec, lattice, index)
        group = "/".join(path.split("/")[:2])
        about = {"spec": spec.to_json(), "system": spec.system.name}
        with _costing_nothing("a spec in the store stays without its label"):
            zarr.open_group(self._zarr, path=group, mode="a", attributes=about)
        # Made elsewhere and moved in place, so that chunks already there survive a new label.
        template = zarr.create_array(
            zarr.storage.MemoryStore(),
            shape=_SHAPE,
            chunks=(2, TILE, TILE),
            dtype="float64",
            fill_value=np.nan,
            compressors=[ZstdCodec(level=1), Crc32cCodec()],
            dimension_names=("value_and_decided_step", "row", "column"),
            attributes={"lattice": lattice.name, "level": index.level},
        )
        for name, content in template.metadata.to_buffer_dict(default_buffer_prototype()).items():
            sync(self._zarr.set(f"{path}/{name}", content))
        array = zarr.open_array(self._zarr, path=path, mode="r+")
        with self._lock:
            self._arrays[path] = array, time.monotonic()
        return array

    def _used(self, spec: Spec, lattice: Lattice, index: TileIndex) -> None:
        """Note that a tile was read."""
        _, row, column = (part.start // TILE for part in _chunk(index))
        self.shelf.touch(f"{_path(spec, lattice, index)}/c/0/{row}/{column}")


def _zarr_store(shelf: Shelf, place: str) -> Any:
    """Return a place as Zarr writes it."""
    import zarr.storage

    if shelf.local:
        return zarr.storage.LocalStore(shelf.root)
    return zarr.storage.FsspecStore.from_url(place)


@contextmanager
def _costing_nothing(what: str) -> Iterator[None]:
    """Log what fails inside, and go on."""
    try:
        yield
    except Exception as error:
        log.warning("%s: %s", what, line(error))


@functools.cache
def code_version(system: str = "") -> str:
    """Return a name for all that decides the bits of a value beside its spec.

    That is the source of the modules that compute it, the libraries, and the machine.

    Args:
        system: the system of the spec. If it is one's own, the files of one's own count as well.
    """
    top = Path(__file__).parents[1]
    sources = [top / f"{name}.py" for name in DECIDING_FILES]
    for folder in DECIDING_FOLDERS:
        sources += sorted((top / folder).rglob("*.py"))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    if system in plugin_systems().systems:
        digest.update(plugin_systems().digest.encode())
    digest.update(arithmetic().encode())
    return f"trainscape-{__version__}-{backend()}-{digest.hexdigest()[:8]}"


def _path(spec: Spec, lattice: Lattice, index: TileIndex) -> str:
    block = f"{index.column // BLOCK:x}/{index.row // BLOCK:x}"
    return f"{code_version(spec.system.name)}/{spec.digest()}/{lattice.name}/{index.level}/{block}"


def _chunk(index: TileIndex) -> tuple[slice, slice, slice]:
    row, column = (TILE * (i % BLOCK) for i in (index.row, index.column))
    return slice(0, 2), slice(row, row + TILE), slice(column, column + TILE)


_SHAPE = (2, BLOCK * TILE, BLOCK * TILE)

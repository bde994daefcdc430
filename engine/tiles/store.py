"""Tiles that outlive the process, as chunks of Zarr 3 arrays.

A store is a folder, or any URL that fsspec knows. Each level of a spec is a sparse array that holds
the points belonging to that level; NaN = not computed. Arrays are found by the code that computes
values and by the spec, so what another version computed is never shown. Several processes may share
a store: a chunk is replaced as a whole. One that is damaged is logged, computed again and written
anew.
"""

import contextlib
import functools
import hashlib
import logging
import re
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
from engine.training.devices import arithmetic, backend

LIMIT = 4 * 2**30  # bytes; what was used least recently goes first
KEPT = 0.9  # of the limit, once it has been passed
CHECK_EVERY = 2**24  # bytes written between two looks at the size of the store
BLOCK = 2**16  # tiles along the side of an array; Zarr counts in 64 bits, tiles do not
RECHECK = 10.0  # seconds until it is asked again whether a level is there
ABANDONED = 3600.0  # seconds after which a half-written file has no writer any more
TOUCH_AFTER = 3600.0  # seconds after which reading a tile counts as using it again
COMPLAIN_EVERY = 60.0  # seconds between two complaints that the store cannot be written
# All that decides the bits of a value: the trainer, what it and the systems import, and which
# points the runs of a tile are at.
DECIDING_FOLDERS = ("systems", "measures", "texts", "training")
DECIDING_FILES = (
    "plane", "settings", "inputs", "spec", "draws", "numbers", "errors", "tiles/lattice",
)  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """What a store keeps of one spec under one version of the code."""

    code: str
    digest: str
    system: str
    tiles: int
    nbytes: int


class Store:
    """Tiles by spec, lattice and index. All of it may be used from any thread.

    No method but `open`, `kept` and `clear` raises what the disk or the network say: a tile that
    cannot be read is not there, one that cannot be written is lost, and the log says so.

    Args:
        place: a folder, or an fsspec URL.
        limit: bytes; see `LIMIT`.
    """

    def __init__(self, place: str, limit: int = LIMIT) -> None:
        import fsspec
        import zarr.storage

        self.place, self.limit = place, limit
        try:
            self._files, self._root = fsspec.core.url_to_fs(place)
            self._local = "file" in _protocols(self._files)
            self._zarr: Any = (
                zarr.storage.LocalStore(self._root)
                if self._local
                else zarr.storage.FsspecStore.from_url(place)
            )
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
            store._files.makedirs(store._root, exist_ok=True)
            probe = f"{store._root}/.writable-{time.time_ns():x}"
            store._files.pipe_file(probe, b"")
            store._files.rm_file(probe)
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
        """Return the values and decided steps of a tile, shape (TILE, TILE) each, or None."""
        array = self._array(spec, lattice, index)
        if array is None:
            return None
        try:
            found = array[_chunk(index)]
        except Exception as error:  # each codec has its own for bytes that make no sense
            log.warning("tile %s is damaged and will be computed again: %s", index, _line(error))
            return None
        known = ~np.isnan(found[0])
        if not known.any():
            return None
        self._used(spec, lattice, index)
        return found[0], np.where(known, found[1], 0).astype(np.int32)

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
                kept := self.load(spec, lattice, index)
            ):
                values, decided = (
                    np.where(missing, old, new)
                    for old, new in zip(kept, (values, decided), strict=True)
                )
            array = self._array(spec, lattice, index, sure=True)
            array = array or self._create(spec, lattice, index)
            array[_chunk(index)] = np.stack([values, decided])
        except Exception as error:  # a full disk, a lost connection: the tile is lost, no more
            if time.monotonic() - self._complained > COMPLAIN_EVERY:
                self._complained = time.monotonic()
                log.warning("the store cannot be written: %s", _line(error))
            return
        with self._lock:
            self._since_check += 2 * values.nbytes
            due = self._since_check >= CHECK_EVERY
            self._since_check = 0 if due else self._since_check
        if due:
            self.evict()

    def kept(self) -> list[Kept]:
        """Return what is kept, the largest first."""
        import zarr

        sizes: dict[tuple[str, str], list[int]] = {}
        for path, about in self._chunks():
            code, digest = path.split("/")[:2]
            counted = sizes.setdefault((code, digest), [0, 0])
            counted[0] += 1
            counted[1] += about["size"]
        found = []
        for (code, digest), (tiles, nbytes) in sizes.items():
            try:
                group = zarr.open_group(self._zarr, path=f"{code}/{digest}", mode="r")
                system = str(group.attrs.get("system", "?"))
            except Exception:  # the group is a label only: its loss costs nothing
                system = "?"
            found.append(Kept(code, digest, system, tiles, nbytes))
        return sorted(found, key=lambda kept: -kept.nbytes)

    def clear(self) -> None:
        """Remove every tile, of every version; what others keep in the same place stays."""
        for folder in self._codes():
            self._files.rm(folder, recursive=True)
        with self._lock:
            self._arrays.clear()

    def evict(self) -> None:
        """Remove the tiles that were used least recently, until the store is within its limit."""
        try:
            chunks = sorted(self._chunks(abandoned=True), key=lambda chunk: chunk[1]["used"])
            size = sum(about["size"] for _, about in chunks)
            if size <= self.limit:
                return
            removed = 0
            for path, about in chunks:
                with contextlib.suppress(FileNotFoundError):  # another process was quicker
                    self._files.rm_file(f"{self._root}/{path}")
                size -= about["size"]
                removed += 1
                if size <= KEPT * self.limit:
                    break
            log.info("the store was full: %d tiles removed", removed)
        except Exception as error:  # another process may be doing the same
            log.warning("could not make room in the store: %s", _line(error))

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
            log.warning("level %s is damaged and will be written anew: %s", path, _line(error))
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
        made = zarr.create_array(
            zarr.storage.MemoryStore(),
            shape=_SHAPE,
            chunks=(2, TILE, TILE),
            dtype="float64",
            fill_value=np.nan,
            compressors=[ZstdCodec(level=1), Crc32cCodec()],
            dimension_names=("value_and_decided_step", "row", "column"),
            attributes={"lattice": lattice.name, "level": index.level},
        )
        for name, content in made.metadata.to_buffer_dict(default_buffer_prototype()).items():
            sync(self._zarr.set(f"{path}/{name}", content))
        array = zarr.open_array(self._zarr, path=path, mode="r+")
        with self._lock:
            self._arrays[path] = array, time.monotonic()
        return array

    def _used(self, spec: Spec, lattice: Lattice, index: TileIndex) -> None:
        """Note that a tile was read, where the files can tell it."""
        if not self._local:
            return
        _, row, column = (part.start // TILE for part in _chunk(index))
        path = Path(self._root, _path(spec, lattice, index), "c", "0", str(row), str(column))
        try:
            if time.time() - path.stat().st_mtime > TOUCH_AFTER:
                path.touch()
        except OSError:  # removed meanwhile
            return

    def _codes(self) -> list[str]:
        if not self._files.exists(self._root):
            return []
        return [
            about["name"]
            for about in self._files.ls(self._root, detail=True)
            if about["type"] == "directory"
            and _CODE.fullmatch(about["name"].rstrip("/").rpartition("/")[2])
        ]

    def _chunks(self, *, abandoned: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield path, size and last use of every chunk; also remove what killed writers left."""
        for folder in self._codes():
            for name, about in self._files.find(folder, detail=True).items():
                path = name[len(str(self._root).rstrip("/")) + 1 :]
                used = _seconds(about)
                if path.endswith(".partial"):
                    if abandoned and time.time() - used > ABANDONED:
                        with contextlib.suppress(FileNotFoundError):
                            self._files.rm_file(name)
                elif "/c/0/" in path:
                    yield path, {"size": about["size"] or 0, "used": used}


@contextmanager
def _costing_nothing(what: str) -> Iterator[None]:
    """Log what fails inside, and go on."""
    try:
        yield
    except Exception as error:
        log.warning("%s: %s", what, _line(error))


@functools.cache
def code_version(system: str = "") -> str:
    """Return a name for all that decides the bits of a value beside its spec.

    The source of the modules that compute it, the libraries, and the machine.

    Args:
        system: the name of that of the spec; for one's own, the files of these count as well.
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


def _protocols(files: Any) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


def _seconds(about: dict[str, Any]) -> float:
    """Return when a file was last written or used, as its file system tells it."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        when = about.get(name)
        if when is not None:
            return float(when.timestamp() if hasattr(when, "timestamp") else when)
    return 0.0


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


_CODE = re.compile(r"trainscape-[0-9][^/-]*-[a-z]+-[0-9a-f]{8}")  # what `code_version` returns
_SHAPE = (2, BLOCK * TILE, BLOCK * TILE)

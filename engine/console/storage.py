"""Where the runs of a command are kept."""

import argparse
from dataclasses import dataclass

from engine.console import values
from engine.machine import folders
from engine.tiles.store import Store

NONE = "none"  # the URL that stands for no store


@dataclass(frozen=True)
class Storage:
    """The texts of `--store` and `--store-limit`, which are read when they are needed.

    Attributes:
        url: a folder or a URL, `NONE`, or None for the user's cache folder.
        size: beyond which the least recently used runs are removed.
    """

    url: str | None
    size: str

    @staticmethod
    def of(options: argparse.Namespace) -> "Storage":
        """Return the values of the options of `options.add_store_options`."""
        return Storage(options.store, options.store_limit)

    @property
    def place(self) -> str:
        """The folder or URL."""
        return self.url or default_place()

    @property
    def limit(self) -> int:
        """The size in bytes; InputError if it is none."""
        return values.nbytes("--store-limit", self.size)

    def open(self) -> Store | None:
        """Return the store, or None for no store.

        If the user's cache folder cannot be used, a warning is given in its place.

        Raises:
            InputError: if the size is none.
            OSError, ModuleNotFoundError: if a place that is named cannot be used.
        """
        limit = self.limit
        if self.url == NONE:
            return None
        try:
            return Store.open(self.place, limit)
        except (ModuleNotFoundError, OSError) as error:
            if self.url:
                raise
            folders.say_nothing_is_kept(error)
            return None


def default_place() -> str:
    """Return the folder of runs in the user's cache folder."""
    return str(folders.cache() / "tiles")

"""Where the parts of a site are written: files in a folder, or texts in one file."""

import base64
import io
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, Protocol

from markupsafe import Markup

from engine.errors import InputError, read_json
from engine.exports.site import page
from engine.exports.site.bundle import script, template
from engine.machine.reading import read_bytes

ABOUT = "site.json"  # what a folder is and which files are its own
KIND, VERSION = "site", 1  # what ABOUT says
LARGEST_ABOUT = 2**26  # bytes
START = 2**10  # bytes of a page in which it says what made it


class Output(Protocol):
    """What the parts of a site are handed to."""

    def tile(self, name: str, image: Any, values: str) -> None:
        """Take a tile: its picture, a PIL image, and its packed values."""

    def still(self, number: int, image: Any, texts: Any) -> str:
        """Take a picture of all of a place, with the texts that it carries; return its address."""

    def end(
        self, title: str, cards: Sequence[Markup], places: Sequence[Markup],
        values: dict[str, Any], about: dict[str, Any],
    ) -> None:  # fmt: skip
        """Write the page around them.

        Args:
            title, cards, places, values: as `page.index` takes them.
            about: where all of it comes from, as JSON-able values.
        """


class Folder:
    """A site of many files, of which a browser reads those that are in view.

    Args:
        path: of the folder, which is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def tile(self, name: str, image: Any, values: str) -> None:
        """Write a PNG, and a script with the values, which a page on a disk can read."""
        image.save(self._room(f"tiles/{name}.png"))
        self._room(f"tiles/{name}.js").write_text(f'trainscape("{name}","{values}")\n', "ascii")

    def still(self, number: int, image: Any, texts: Any) -> str:
        """Write a PNG."""
        address = f"tiles/{number}/whole.png"
        image.save(self._room(address), pnginfo=texts)
        return address

    def end(
        self, title: str, cards: Sequence[Markup], places: Sequence[Markup],
        values: dict[str, Any], about: dict[str, Any],
    ) -> None:  # fmt: skip
        """Write the page, its style and script, and what the folder is."""
        parts = {
            "style": '<link rel="stylesheet" href="style.css">',
            "tiles": "",
            "script": '<script src="viewer.js"></script>',
        }
        for name, text in (
            ("style.css", template("style.css")),
            ("viewer.js", script()),
            ("index.html", page.index(title, cards, places, {**values, "isOneFile": False}, parts)),
        ):
            self._room(name).write_text(text, "utf-8")
        files = sorted([ABOUT, *_files(self._path)])
        self._room(ABOUT).write_text(json.dumps({**about, "files": files}, indent=1), "utf-8")

    def _room(self, name: str) -> Path:
        file = self._path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return file


class OneFile:
    """A site that is one page, with all tiles within.

    Args:
        path: of the file; the tiles are gathered beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._tiles = path, path.with_name("tiles")
        self._tiles.touch()

    def tile(self, name: str, image: Any, values: str) -> None:
        """Gather both as texts."""
        with self._tiles.open("a", encoding="ascii") as file:
            for ending, text in (("png", _base64(image)), ("js", values)):
                file.write(f'<script type="text/plain" id="{name}.{ending}">{text}</script>\n')

    def still(self, number: int, image: Any, texts: Any) -> str:
        """Return an address that holds all of the picture."""
        del number
        return f"data:image/png;base64,{_base64(image, pnginfo=texts)}"

    def end(
        self, title: str, cards: Sequence[Markup], places: Sequence[Markup],
        values: dict[str, Any], about: dict[str, Any],
    ) -> None:  # fmt: skip
        """Write the page with all that was gathered."""
        del about
        here = "<!-- tiles -->"
        parts = {
            "style": f"<style>\n{template('style.css')}</style>",
            "tiles": here,
            "script": f"<script>\n{script()}</script>",
        }
        text = page.index(title, cards, places, {**values, "isOneFile": True}, parts)
        before, after = text.rsplit(here, 1)
        with self._path.open("w", encoding="utf-8") as file:
            file.write(before)
            with self._tiles.open(encoding="ascii") as tiles:
                shutil.copyfileobj(tiles, file)
            file.write(after)


def _base64(image: Any, **how: Any) -> str:
    file = io.BytesIO()
    image.save(file, "png", **how)
    return base64.b64encode(file.getvalue()).decode()


def check_replaceable(path: Path) -> None:
    """Raise FileExistsError if there is something at a path that is no site, or more than one."""
    if path.is_dir():
        _check_folder(path)
    elif path.is_file() and path.suffix.lower() != ".html":
        raise FileExistsError(f"is a file, and a site is a folder or ends in .html: {path}")
    elif path.is_file():
        with path.open("rb") as file:
            if b'content="trainscape ' not in file.read(START):
                raise FileExistsError(f"is a page that publish did not make: {path}")


def _check_folder(path: Path) -> None:
    there = _files(path)
    if path.suffix.lower() == ".html":
        raise IsADirectoryError(f"is a folder: {path}")
    if not there:
        return
    own: object = None
    if ABOUT in there:
        try:
            about = read_json(read_bytes(path / ABOUT, LARGEST_ABOUT), "a site")
            own = about.get("files") if about.get("trainscape") == KIND else None
        except (InputError, AttributeError):
            own = None
    if not isinstance(own, list):
        raise FileExistsError(f"is a folder that publish did not make, and is kept: {path}")
    others = sorted(there - set(map(str, own)))
    if others:
        raise FileExistsError(
            f"holds more than the site that publish made, such as {others[0]}, and is kept: {path}"
        )


def _raise(error: OSError) -> NoReturn:
    raise error


def _files(folder: Path) -> set[str]:
    """Return all files and links in a folder, by their paths in it; OSError if not all are seen."""
    return {
        Path(root, name).relative_to(folder).as_posix()
        for root, folders, files in os.walk(folder, onerror=_raise)
        for name in (*files, *(f for f in folders if os.path.islink(os.path.join(root, f))))
    }

"""Texts that a file carries of where it came from, whatever wrapping it has by now.

The first bytes of a file say what it is, not its name. Of a file that another program may have
written, only the texts are read, never pixels or arrays, and at most `LARGEST` bytes of them.
"""

import html
import io
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from engine.errors import InputError
from engine.machine.reading import check_regular
from engine.words import line

PNG_TEXT = "trainscape"  # the keyword of the PNG text chunk
PNG_LOOK = "trainscape look"  # and of the one that says how it is coloured
PNG_OTHER = "trainscape other"  # and of what stands beside it in a comparison
LARGEST = 2**24  # bytes of a text, and of a file that is read as a whole
LONGEST_NAME = 200  # characters of a name that are told
START = 64  # bytes that say what a file is
FRAMES = "about.json"  # beside numbered frames
_BLOCK = 2**20  # bytes
_PNG = b"\x89PNG\r\n\x1a\n"
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")

Texts = dict[str, str]  # by keyword, as in a PNG


def texts_of(path: Path) -> Texts:
    """Return the texts that a file or folder carries, by the keywords of a PNG.

    Raises:
        InputError: if it is not there, is no file or folder, is damaged, or carries none.
    """
    name = str(path) if len(str(path)) <= LONGEST_NAME else f"{str(path)[:LONGEST_NAME]}…"
    if not _there(path):
        raise InputError(f"no such file: {name}")
    for file in _within(path):
        check_regular(file)
    try:
        return _folder(path) if path.is_dir() else _file(path)
    except PermissionError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from None
    except _LostError as error:
        raise InputError(f"{name} is damaged or not made by trainscape: {error}") from None
    except Exception as error:  # whatever a library says of bytes that it cannot read
        raise InputError(f"{name} is damaged or not made by trainscape: {line(error)}") from None


def texts_of_picture(data: bytes) -> Texts:
    """Return the texts of a PNG, given as its bytes, of which the pixels may be left out.

    Raises:
        InputError: if it is none, or carries none.
    """
    try:
        if data.startswith(_PNG):
            return _checked(_png(io.BytesIO(data), whole=False))
        raise _LostError(_other(data[:START]))
    except _LostError as error:
        raise InputError(f"that is no picture made by trainscape: {error}") from None
    except Exception as error:  # whatever Pillow says of bytes that it cannot read
        raise InputError(f"that is no picture made by trainscape: {line(error)}") from None


def comment_gif(path: Path, text: str) -> None:
    """Write a text into a GIF as its comment, which no encoder does.

    Args:
        path: of the GIF, which has no comment yet.
        text: what it is to carry.
    """
    copy, data = path.with_name("commented"), text.encode()
    with path.open("rb") as file, copy.open("wb") as commented:
        head = file.read(13)
        colours = 3 * 2 ** ((head[10] & 7) + 1) if head[10] & 128 else 0
        commented.write(head + file.read(colours) + b"!\xfe")
        for at in range(0, len(data), 255):
            part = data[at : at + 255]
            commented.write(len(part).to_bytes() + part)
        commented.write(b"\0")
        shutil.copyfileobj(file, commented)
    copy.replace(path)


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # its name is longer than any
        return False


class _LostError(Exception):
    """A file carries no text; the message says why, for whoever opened it."""


def _within(path: Path) -> list[Path]:
    """Return what is opened to read what a file or folder carries."""
    return [path] if not path.is_dir() else [p for p in path.iterdir() if not p.is_dir()]


def _file(path: Path) -> Texts:
    with path.open("rb") as file:
        start = file.read(START)
        file.seek(0)
        if start.startswith(_PNG):
            return _checked(_png(file, whole=True))
        if start.startswith(b"PK"):
            return _zip(file)
    for begins, read in _READERS:
        if begins(start):
            return _checked(read(path))
    raise _LostError(_other(start))


def _folder(path: Path) -> Texts:
    if (path / FRAMES).is_file():
        return {PNG_TEXT: _whole(path / FRAMES).decode()}
    import zarr

    return {PNG_TEXT: str(zarr.open_group(path, mode="r").attrs["spec"])}


def _png(file: IO[bytes], *, whole: bool) -> Texts:
    """Return the texts of a PNG, before its pixels or behind them, plain or compressed.

    Args:
        file: the PNG.
        whole: whether all of it is there, and is looked through for damage.
    """
    from PIL.PngImagePlugin import PngStream

    with PngStream(file) as stream:
        file.seek(len(_PNG))
        while True:
            head = file.read(8)
            if len(head) < 8:
                if whole:
                    raise ValueError("it ends too early")
                break
            length, kind, at = int.from_bytes(head[:4]), head[4:], file.tell()
            if kind in _TEXTS and length <= LARGEST:
                stream.crc(kind, stream.call(kind, at, length))
            elif whole:
                _skip(file, kind, length)
            else:
                file.seek(length + 4, io.SEEK_CUR)
            if kind == b"IEND":
                break
        return {name: str(text).strip() for name, text in stream.im_text.items()}


def _skip(file: IO[bytes], kind: bytes, length: int) -> None:
    """Read over a chunk, and raise ValueError if it is not as it was written."""
    checksum = zlib.crc32(kind)
    while length:
        block = file.read(min(length, _BLOCK))
        if not block:
            raise ValueError("it ends too early")
        length -= len(block)
        checksum = zlib.crc32(block, checksum)
    if file.read(4) != checksum.to_bytes(4):
        raise ValueError(f"a part of it, {kind!r}, is broken")


def _zip(file: IO[bytes]) -> Texts:
    """Return the texts of an .npz, or of a .zarr or frames in a zip file, in a folder or not."""
    import numpy as np

    with zipfile.ZipFile(file) as packed:
        names = {name: packed.getinfo(name).file_size for name in packed.namelist()}
        groups = [name for name in names if name.rpartition("/")[2] == "zarr.json"]
        texts: Texts = {}
        for key, name in ((PNG_TEXT, "spec.npy"), (PNG_OTHER, "other_spec.npy")):
            if name in names:
                if names[name] > LARGEST:
                    raise ValueError(f"{name} is too large")
                array = np.load(io.BytesIO(packed.read(name)), allow_pickle=False)
                if array.dtype.kind != "U" or array.ndim:
                    raise ValueError(f"{name} is no text")
                texts[key] = str(array)
        frames = [name for name in names if name.rpartition("/")[2] == FRAMES]
        if not texts and frames and names[frames[0]] <= LARGEST:
            texts[PNG_TEXT] = packed.read(frames[0]).decode()
        if not texts and groups:
            group = min(groups, key=lambda name: name.count("/"))
            if names[group] > LARGEST:
                raise ValueError(f"{group} is too large")
            texts[PNG_TEXT] = str(json.loads(packed.read(group))["attributes"]["spec"])
    return _checked(texts)


def _nc(path: Path) -> Texts:
    import netCDF4

    with netCDF4.Dataset(path) as data:
        return {PNG_TEXT: str(data.getncattr("spec"))}


def _movie(path: Path) -> Texts:
    import av

    with av.open(str(path)) as movie:
        metadata = {name.lower(): text for name, text in movie.metadata.items()}
    return {PNG_TEXT: metadata["comment"]} if "comment" in metadata else {}


def _gif(path: Path) -> Texts:
    from PIL import Image

    with Image.open(path, formats=["GIF"]) as image:
        comment = image.info.get("comment")
    return {PNG_TEXT: comment.decode()} if comment else {}


def _svg(path: Path) -> Texts:
    match = re.search(rb"<dc:description>(.*?)</dc:description>", _whole(path), re.DOTALL)
    return {PNG_TEXT: html.unescape(match[1].decode())} if match else {}


def _pdf(path: Path) -> Texts:
    match = re.search(rb"/Subject\s*\(((?:[^()\\]|\\.)*)\)", _whole(path), re.DOTALL)
    return {PNG_TEXT: re.sub(rb"\\(.)", rb"\1", match[1]).decode()} if match else {}


def _json(path: Path) -> Texts:
    return {PNG_TEXT: _whole(path).decode()}


def _whole(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError("it is too large")
    return data


def _checked(texts: Texts) -> Texts:
    if PNG_TEXT not in texts:
        raise _LostError(
            "it carries no spec and window; a program that saved it again may have left them out"
        )
    return texts


def _other(start: bytes) -> str:
    for begins, name in _OTHERS:
        if begins(start):
            return f"it is a {name}, which does not keep what a .png of trainscape carries"
    if start.startswith((b"\x89HDF", b"PK", b"%PDF", b"{", b"GIF8", b"<?xml", b"\x1aE\xdf\xa3")):
        return "it is no PNG; the command line reads other files of trainscape, with --from"
    return "it is nothing that trainscape writes"


def _begins(*starts: bytes, at: int = 0) -> Callable[[bytes], bool]:
    return lambda start: start[at:].startswith(starts)


_READERS: list[tuple[Callable[[bytes], bool], Callable[[Path], Texts]]] = [
    (_begins(b"\x89HDF"), _nc),
    (_begins(b"ftypisom", b"ftypmp4", b"ftypiso", at=4), _movie),
    (_begins(b"\x1aE\xdf\xa3"), _movie),
    (_begins(b"GIF8"), _gif),
    (_begins(b"<?xml", b"<svg"), _svg),
    (_begins(b"%PDF"), _pdf),
    (_begins(b"{"), _json),
]
_OTHERS: list[tuple[Callable[[bytes], bool], str]] = [
    (_begins(b"\xff\xd8\xff"), "JPEG"),
    (_begins(b"WEBP", at=8), "WebP picture"),
    (_begins(b"II*\0", b"MM\0*"), "TIFF picture"),
    (_begins(b"BM"), "BMP picture"),
    (_begins(b"ftyp", at=4), "film or picture of another program"),
]

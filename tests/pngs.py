"""PNGs, taken apart and put together as other programs do it."""

import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data):
    """The chunks of a PNG: kinds and contents."""
    found, at = [], 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def png(parts):
    """The PNG of chunks."""
    return SIGNATURE + b"".join(
        len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
        for kind, data in parts
    )


def compressed(parts):
    """The same chunks, with the texts compressed."""
    for kind, data in parts:
        if kind == b"tEXt":
            key, _, text = data.partition(b"\0")
            yield b"zTXt", key + b"\0\0" + zlib.compress(text)
        else:
            yield kind, data


def behind(parts):
    """The same chunks, with the texts behind the pixels and in the opposite order."""
    texts = [part for part in parts if part[0] == b"tEXt"]
    others = [part for part in parts if part[0] != b"tEXt"]
    return [*others[:-1], *reversed(texts), others[-1]]

"""What files carry: read again in whatever wrapping they are, or said to be lost."""

import io
import json
import shutil
import subprocess
import tracemalloc
import zipfile
import zlib

import netCDF4
import numpy as np
import pytest
from PIL import Image

from engine.cli import main
from engine.errors import InputError
from engine.exports import files, triptych
from engine.places import carried, provenance
from engine.places.look import Look
from engine.places.provenance import record
from engine.plane import Size, Window
from engine.spec import Spec
from engine.tiles.field import compute_field
from tests.pngs import behind, chunks, compressed, png

SPEC, WINDOW, SIZE = (
    Spec.make("quadratic", {"steps": 20}),
    Window.parse("0.5", "0.5", "4"),
    Size(8, 6),
)
LOOK = Look("log", "cividis", 0.5)


@pytest.fixture(scope="module")
def field():
    return compute_field(SPEC, WINDOW, SIZE)


@pytest.fixture
def picture(field, tmp_path):
    """A comparison, which carries three texts."""
    other = compute_field(SPEC.replace({"steps": 5}), WINDOW, SIZE)
    triptych.save(field, other, tmp_path / "a.png", LOOK)
    return tmp_path / "a.png"


def international(parts, *, packed):
    for kind, data in parts:
        if kind == b"tEXt":
            key, _, text = data.partition(b"\0")
            text = zlib.compress(text) if packed else text
            yield b"iTXt", key + (b"\0\1\0\0\0" if packed else b"\0\0\0\0\0") + text
        else:
            yield kind, data


SAVED_AGAIN = {
    "behind the pixels": behind,
    "compressed": compressed,
    "compressed behind the pixels": lambda parts: compressed(behind(parts)),
    "as international text": lambda parts: international(parts, packed=False),
    "as compressed international text": lambda parts: international(behind(parts), packed=True),
    "with marks of others": lambda parts: [
        parts[0], (b"tIME", bytes(7)), (b"tEXt", b"Software\0x"), *behind(parts)[1:],
    ],
    "with a line break": lambda parts: [
        (kind, data + b"\n" if kind == b"tEXt" else data) for kind, data in parts
    ],
}  # fmt: skip


@pytest.mark.parametrize("way", SAVED_AGAIN)
def test_a_picture_that_was_saved_again_with_its_texts_opens(way, picture):
    whole = provenance.load(picture)
    assert (whole.place.look, whole.place.against, whole.size) == (LOOK, ("steps=5",), SIZE)
    again = png(SAVED_AGAIN[way](chunks(picture.read_bytes())))
    picture.write_bytes(again)
    assert provenance.load(picture) == whole
    assert provenance.place_of_picture(again) == whole.place
    bare = png([part for part in chunks(again) if part[0] != b"IDAT"])  # as the page sends it
    assert provenance.place_of_picture(bare) == whole.place


def has_imagemagick():
    """Return whether there is the real one: some machines have a program of its name."""
    if shutil.which("convert") is None:
        return False
    done = subprocess.run(["convert", "-version"], capture_output=True, text=True)
    return done.returncode == 0 and "Version: ImageMagick" in done.stdout


@pytest.mark.skipif(not has_imagemagick(), reason="no ImageMagick on this machine")
@pytest.mark.parametrize("options", [[], ["-resize", "50%"], ["-strip"]])
def test_a_picture_that_imagemagick_saved_again_opens_unless_it_lost_its_texts(options, picture):
    again = picture.with_name("b.png")
    subprocess.run(["convert", picture, *options, again], check=True)
    if "-strip" in options:
        with pytest.raises(InputError, match="may have left them out"):
            provenance.load(again)
    else:
        assert provenance.load(again) == provenance.load(picture)


def test_a_picture_that_lost_its_texts_says_so(picture):
    with Image.open(picture) as image:
        image.convert("RGB").save(picture)
    lost = "it carries no spec and window; a program that saved it again may have left them out"
    with pytest.raises(InputError, match=lost):
        provenance.load(picture)
    with pytest.raises(InputError, match=f"that is no picture made by trainscape: {lost}"):
        provenance.place_of_picture(picture.read_bytes())


@pytest.mark.parametrize(
    ("format", "named"),
    [("JPEG", "a JPEG"), ("WEBP", "a WebP"), ("TIFF", "a TIFF"), ("BMP", "a BMP")],
)
@pytest.mark.parametrize("ending", ["png", "other"])
def test_a_picture_in_another_format_is_named(format, named, ending, picture):
    again = picture.with_name(f"again.{ending}")
    with Image.open(picture) as image:
        image.convert("RGB").save(again, format=format)
    with pytest.raises(InputError, match=f"{named}.*does not keep what a .png of trainscape"):
        provenance.load(again)
    with pytest.raises(InputError, match=f"{named}.*does not keep"):
        provenance.place_of_picture(again.read_bytes()[: carried.START])


@pytest.mark.parametrize("kind", ["zTXt", "iTXt", "npz", "zarr"])
def test_a_text_that_unpacks_to_very_much_is_refused_in_little_memory(kind, tmp_path):
    bomb = zlib.compress(bytes(10**9 // 8), 9)
    path = tmp_path / "bomb"
    if kind in ("npz", "zarr"):
        name = "spec.npy" if kind == "npz" else "a.zarr/zarr.json"
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
            packed.open(name, "w") as to,
        ):
            for _ in range(40):
                to.write(bytes(2**20))
    else:
        mark = b"\0\0" if kind == "zTXt" else b"\0\1\0\0\0"
        text = (kind.encode(), carried.PNG_TEXT.encode() + mark + bomb)
        header = (b"IHDR", b"\0\0\0\1\0\0\0\1\x08\2\0\0\0")
        path.write_bytes(png([header, text, (b"IEND", b"")]))
    tracemalloc.start()
    with pytest.raises(InputError, match="damaged or not made by trainscape"):
        provenance.load(path)
    assert tracemalloc.get_traced_memory()[1] < 3e7
    tracemalloc.stop()


def test_pixels_are_never_decoded(picture):
    """However many a picture says that it has, only its texts are looked at."""
    parts = dict(chunks(picture.read_bytes()))
    vast = b"\x7f\xff\xff\xff\x7f\xff\xff\xff" + parts[b"IHDR"][8:]
    picture.write_bytes(
        png([(k, vast if k == b"IHDR" else d) for k, d in chunks(picture.read_bytes())])
    )
    assert provenance.load(picture).size == SIZE


@pytest.mark.parametrize("special", ["/dev/zero", "/dev/null", "fifo"])
def test_what_is_no_file_is_not_read(special, tmp_path):
    import os

    path = tmp_path / special if special == "fifo" else special
    if special == "fifo":
        os.mkfifo(path)
    with pytest.raises(InputError, match="no regular file"):
        provenance.load(files.Path(path))


@pytest.mark.parametrize("name", ["x" * 10_000, "a/" * 5000, "nothing", "nul\0"])
def test_a_name_of_no_file_is_told_shortly(name):
    with pytest.raises(InputError, match="no such file: ") as raised:
        provenance.load(files.Path(name))
    assert len(str(raised.value)) < 300


def test_a_file_that_may_not_be_read_says_so(picture, monkeypatch):
    def refuse(path, *arguments):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(files.Path, "open", refuse)  # root may read everything
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        provenance.load(picture)


EXPORTED = {  # everything that is written, in capitals: what is run for it
    "A.PNG": "render", "A.NPZ": "render", "A.NC": "render", "A.ZARR": "render",
    "Framed.Png": "render --border", "C.PNG": "compare --against steps=5",
    "C.NPZ": "compare --against steps=5", "D.PNG": "diagram", "D.SVG": "diagram",
    "D.PDF": "diagram", "D.NPZ": "diagram", "P.PNG": "dimension --plot",
    "P.Svg": "dimension --plot", "P.PDF": "dimension --plot", "M.MP4": "animate",
    "M.WEBM": "animate", "M.GIF": "animate",
    "Frames": "animate",
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTED)
def test_whatever_is_written_is_read_whatever_its_letters(name, tmp_path):
    command, *more = EXPORTED[name].split()
    path = tmp_path / name
    output = ["-o"] if command != "dimension" else []
    view = "--preset quadratic --set steps=20 --center 0.5 0.5 --width 2 --size 16"
    movie = "--seconds 2 --hold 0 --fps 2" if command == "animate" else ""
    assert main([command, *view.split(), *movie.split(), *more, *output, str(path)]) == 0
    assert [made.name for made in tmp_path.iterdir()] == [name]
    found = provenance.load(path)
    assert found.place.spec == SPEC
    assert (found.place.window, found.size) == (Window.parse("0.5", "0.5", "2"), Size(16, 16))
    assert found.place.notes == ()
    other = tmp_path / "again.NPZ"
    assert main(["render", "--from", str(path), "-o", str(other)]) == 0
    field = compute_field(SPEC, Window.parse("0.5", "0.5", "2"), Size(16, 16))
    with np.load(other) as again:
        assert np.array_equal(again["field"], field.values)


def test_the_name_of_a_file_does_not_say_what_it_is(field, tmp_path):
    files.save(field, tmp_path / "a.zarr")
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "a.zarr")
    (tmp_path / "packed.zip").rename(tmp_path / "a (1).zarr.zip.download")
    files.save(field, tmp_path / "a.npz")
    (tmp_path / "a.npz").rename(tmp_path / "b")
    for name in ("a (1).zarr.zip.download", "b"):
        assert provenance.load_origin(tmp_path / name) == (SPEC, WINDOW, SIZE)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("b.json", b'{"trainscape": "bookmarks"}', "is a file of bookmarks, which --through reads"),
        ("a.txt", b"hello", "it is nothing that trainscape writes"), ("a.png", b"", "nothing that"),
        ("a.json", b"{}", "no spec and window"), ("a.json", b"{" * 60_000, "no JSON"),
        ("a.npz", b"PK\x03\x04", "damaged"), ("a.svg", b"<svg/>", "no spec and window"),
    ],
)  # fmt: skip
def test_what_carries_nothing_is_named_in_one_line(name, content, words, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words) as raised:
        provenance.load(tmp_path / name)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["[" * 60_000, '{"a":' * 60_000, f'{{"seed": {"9" * 5000}}}'])
@pytest.mark.parametrize("kind", ["png", "npz", "nc", "zarr.zip", "json"])
def test_json_that_python_cannot_read_is_refused_in_every_wrapping(kind, text, tmp_path):
    path = tmp_path / f"a.{kind}"
    if kind == "png":
        Image.new("RGB", (1, 1)).save(path, pnginfo=provenance.png_text(text, LOOK))
        with pytest.raises(InputError):
            provenance.place_of_picture(path.read_bytes())
    elif kind == "npz":
        np.savez(path, spec=np.array(text))
    elif kind == "nc":
        with netCDF4.Dataset(path, "w") as data:
            data.setncattr("spec", text)
    elif kind == "zarr.zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("zarr.json", json.dumps({"attributes": {"spec": text}}))
    else:
        path.write_text(text)
    with pytest.raises(InputError) as raised:
        provenance.load(path)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400


def test_a_file_of_ours_that_is_no_picture_is_named_where_it_is_dropped(field, tmp_path):
    for ending in ("npz", "nc"):
        files.save(field, tmp_path / f"a.{ending}")
        with pytest.raises(InputError, match="it is no PNG; the command line reads other files"):
            provenance.place_of_picture((tmp_path / f"a.{ending}").read_bytes()[: carried.START])


def test_the_first_bytes_of_a_picture_do_where_its_texts_stand_first(field):
    made = io.BytesIO()
    Image.new("RGB", (64, 64)).save(
        made, "PNG", pnginfo=provenance.png_text(record(SPEC, WINDOW, SIZE), LOOK)
    )
    assert provenance.place_of_picture(made.getvalue()[:4000]).spec == SPEC

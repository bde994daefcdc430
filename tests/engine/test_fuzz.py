"""Whatever is in a link, a file or a bookmark: the project's own errors, and no others."""

import json
import shutil
import zipfile
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from hypothesis import strategies as st

from engine.cli import main
from engine.numbers import pair
from engine.places import bookmarks, carried, links, provenance
from engine.places.links import Place
from engine.places.look import PUBLISHED, Look
from engine.places.presets import presets
from engine.places.provenance import Origin
from engine.plane import Size, Window, decimal_from
from engine.spec import Spec
from tests.engine.fuzzing import bytes_like, few_or_many, fuzz, json_like, texts_like, values_like
from tests.pngs import chunks, png

EARLIER = Path(__file__).parents[1] / "data" / "earlier"
OLD_LINKS = list(json.loads((EARLIER / "links.json").read_text()).values())
NEW_LINKS = [links.query(links.parse(link)) for link in OLD_LINKS]
SPECS = [preset.spec.to_dict() for preset in presets().values()]
FEWER = 2000  # where a library takes long over each
PROVENANCE = provenance.load_origin(EARLIER / "tanh-single.png")


def provenances():
    """What files carry, as values."""
    spec, window, size = PROVENANCE
    about = {"window": window.to_dict(), "size": str(size), "version": "0.1.0", "backend": "cpu"}
    export = json.loads((EARLIER / "frames" / "about.json").read_text())
    return [{**spec.to_dict(), **about}, export, *({**data, **about} for data in SPECS)]


@few_or_many
def test_numbers(examples):
    samples = ["1.684", "−1.5·10⁻³", "1 234.567 891", "1.684 + 0.5·10⁻⁹", "(1.5, -2)", "10^{-3}"]

    def read(text):
        pair(text)
        assert decimal_from("number", text).is_finite()

    fuzz(read, texts_like(samples), examples)


@few_or_many
def test_links(examples):
    def read(link):
        links.is_place(link)
        place = links.parse(link)
        assert links.parse(links.query(place)) == place

    fuzz(read, texts_like([*OLD_LINKS, *NEW_LINKS]), examples)


@few_or_many
def test_parts_of_links_that_go_with_their_check(examples):
    pairs = [tuple(part.split("=")) for link in NEW_LINKS for part in link[1:].split("&")]
    names = sorted({name for name, _ in pairs} | {"set.x", "set.", "against.seed", "set", "nix"})
    values = texts_like([value for _, value in pairs]).map(lambda text: text[:500])
    parts = st.lists(st.tuples(st.sampled_from(names), values), max_size=5)

    def read(more):
        found = [("v", "99"), ("preset", "tanh-single"), *more]
        text = "&".join(f"{name}={links.safe(value)}" for name, value in found)
        links.parse(f"?{text}&check={links.check_of([(n, links.safe(v)) for n, v in found])}")

    fuzz(read, parts, examples)


@few_or_many
def test_specs(examples):
    def read(text):
        spec = Spec.from_json(text)
        assert Spec.from_json(spec.to_json()) == spec

    fuzz(read, json_like(SPECS), examples)


@few_or_many
def test_provenances(examples):
    def read(text):
        origin = Origin.read(text)
        assert isinstance(origin.spec, Spec)
        assert isinstance(origin.window, Window)
        assert isinstance(origin.size, Size)

    fuzz(read, json_like(provenances()), examples)


@few_or_many
def test_bookmarks(examples):
    known = [json.loads((EARLIER / "bookmarks.json").read_text())]
    fuzz(bookmarks.load, json_like(known), examples)


@few_or_many
def test_looks(examples):
    samples = [str(Look.of(name)) for name in ("log", "decision step")] + ["log,cividis,0.5,a.b"]

    def read(text):
        assert Look.parse(str(Look.parse(text))) == Look.parse(text)

    fuzz(read, texts_like(samples), examples)


SAMPLES = {
    "png": ["tanh-single.png", "comparison.png", "two-factor.png"], "npz": ["tanh-single.npz"],
    "comparison": ["comparison.npz"], "nc": ["quadratic.nc"], "zarr": ["two-factor.zarr.zip"],
    "json": ["frames/about.json", "bookmarks.json"],
}  # fmt: skip


@few_or_many
@pytest.mark.parametrize("kind", SAMPLES)
def test_bytes_of_files(kind, examples, tmp_path):
    path = tmp_path / "fuzzed"

    def read(data):
        path.write_bytes(data)
        assert_sound(provenance.load(path))

    samples = [(EARLIER / name).read_bytes() for name in SAMPLES[kind]]
    fuzz(read, bytes_like(samples), examples if kind != "nc" else min(examples, FEWER))


@few_or_many
@pytest.mark.parametrize("ending", ["gif", "mp4", "webm", "svg", "pdf"])
def test_bytes_of_movies_and_plots(ending, examples, tmp_path, exported):
    path = tmp_path / "fuzzed"

    def read(data):
        path.write_bytes(data)
        assert_sound(provenance.load(path))

    fuzz(read, bytes_like([exported[ending]]), min(examples, FEWER))


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """What else is exported, as bytes by ending."""
    folder = tmp_path_factory.mktemp("exported")
    view = ["--preset", "quadratic", "--set", "steps=20", "--size", "16"]
    view += ["--center", "0", "0", "--width", "2", "--store", "none"]
    movie = ["--seconds", "1.5", "--hold", "0", "--fps", "2"]
    for command, ending, more in (
        ("animate", "gif", movie), ("animate", "mp4", movie), ("animate", "webm", movie),
        ("diagram", "svg", []), ("diagram", "pdf", []),
    ):  # fmt: skip
        assert main([command, *view, *more, "-o", str(folder / f"a.{ending}")]) == 0
    return {path.suffix[1:]: path.read_bytes() for path in folder.iterdir()}


@few_or_many
def test_chunks_of_pictures(examples):
    """The texts of a PNG, and its other chunks, changed and with right checksums."""
    parts = chunks((EARLIER / "comparison.png").read_bytes())
    kinds = st.sampled_from(
        [b"tEXt", b"zTXt", b"iTXt", b"IHDR", b"IDAT", b"IEND", b"iCCP", b"xxXx"]
    )
    texts = bytes_like([data for kind, data in parts if kind == b"tEXt"])
    changed = st.lists(st.tuples(kinds, texts | st.binary(max_size=40)), max_size=4)
    order = st.permutations(range(len(parts) + 4))

    def read(drawn):
        new, places = drawn
        every = [*parts, *new]
        data = png([every[n] for n in places if n < len(every)])
        place = provenance.place_of_picture(data)
        assert isinstance(place, Place)

    fuzz(read, st.tuples(changed, order), examples)


@few_or_many
@pytest.mark.parametrize("kind", ["png", "npz", "nc", "zarr", "zarr.zip", "frames"])
def test_provenances_within_files(kind, examples, tmp_path):
    path = tmp_path / f"fuzzed.{kind}"
    write = {
        "png": _png, "npz": _npz, "nc": _nc, "zarr": _zarr, "zarr.zip": _packed, "frames": _frames,
    }[kind]  # fmt: skip
    inputs = st.tuples(json_like(provenances()), texts_like([str(PUBLISHED), "log,cividis,0.5,a"]))

    def read(drawn):
        try:
            write(path, *drawn)
        except (ValueError, UnicodeError):  # what the format itself cannot hold
            return
        assert_sound(provenance.load(path))

    fuzz(read, inputs, examples if kind not in ("nc", "zarr") else min(examples, FEWER))


@few_or_many
def test_zarr_groups(examples, tmp_path):
    shutil.unpack_archive(EARLIER / "two-factor.zarr.zip", tmp_path / "a.zarr")
    about = json.loads((tmp_path / "a.zarr" / "zarr.json").read_text())

    def read(value):
        (tmp_path / "a.zarr" / "zarr.json").write_text(json.dumps(value))
        assert_sound(provenance.load(tmp_path / "a.zarr"))

    fuzz(read, values_like([about]), min(examples, FEWER))


def assert_sound(found):
    assert isinstance(found.size, Size)
    assert isinstance(found.place.spec, Spec)
    assert all("\n" not in note for note in found.place.notes)


def _png(path, text, look):
    path.write_bytes(
        png([(b"IHDR", bytes(13)), (b"tEXt", carried.PNG_TEXT.encode() + b"\0" + text.encode()),
             (b"tEXt", carried.PNG_LOOK.encode() + b"\0" + look.encode()), (b"IEND", b"")])
    )  # fmt: skip


def _npz(path, text, look):
    np.savez(path, spec=np.array(text), other_spec=np.array(text))


def _nc(path, text, look):
    with netCDF4.Dataset(path, "w") as data:
        data.setncattr("spec", text)


def _zarr(path, text, look):
    path.mkdir(exist_ok=True)
    about = {"zarr_format": 3, "node_type": "group", "attributes": {"spec": text}}
    (path / "zarr.json").write_text(json.dumps(about))


def _packed(path, text, look):
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a/zarr.json", json.dumps({"attributes": {"spec": text}}))


def _frames(path, text, look):
    path.mkdir(exist_ok=True)
    (path / carried.FRAMES).write_text(text)

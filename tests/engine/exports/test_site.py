"""Sites: every tile is the picture of its runs, and the page asks nothing of anybody."""

import base64
import itertools
import json
import re
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from app.command import main
from engine.errors import InputError
from engine.exports.export import Hooks
from engine.exports.site import page, site, values
from engine.exports.site.bundle import script
from engine.exports.site.scene import TILE, Scene, chosen
from engine.exports.site.site import Site
from engine.pictures.colour import picture
from engine.places import bookmarks, links, provenance
from engine.places.bookmarks import Bookmark
from engine.places.links import Place
from engine.places.look import Look
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.statistics.summary import statistics
from engine.tiles.field import compute_field

SPEC = preset("quadratic").spec.set(["steps=30"])
WINDOW = Window.parse("0.25", "0.5", "7")
SIZE, LEVELS = Size(150, 90), 3  # tiles of 256 pixels, and what is left of them at either edge
FINEST = Size(600, 360)
LOOKS = (Look(), Look.of("log", "berlin"), Look.of("edges"), Look(muted_from=SPEC.steps))
RUN = "--preset quadratic --set steps=30 --store none --size 24x16 --levels 2"


def scene(look=None, window=WINDOW, size=SIZE, levels=LEVELS, name="a place"):
    return Scene.at(Place("quadratic", SPEC, window, look or Look()), size, levels, name)


def made(of, folder, name="site"):
    """The site of scenes, written; the path of it."""
    of = Site(of, "a title") if isinstance(of, list) else of
    work = folder / f"{name}.work"
    work.mkdir()
    of.train(work, None, Hooks())
    of.write(folder / name, Hooks())
    return folder / name


@pytest.fixture(scope="module")
def field():
    return compute_field(SPEC, WINDOW, FINEST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made([scene()], tmp_path_factory.mktemp("site"))


def whole(size, tile):
    """An array of a level, put together from what `tile` returns of each column and row."""
    rows = range(-(-size.height // TILE))
    columns = range(-(-size.width // TILE))
    return np.concatenate([np.concatenate([tile(c, r) for c in columns], axis=1) for r in rows])


def colours(place, level):
    """The colours of a level, the bottom row first."""

    def tile(column, row):
        with Image.open(place / f"tiles/1/{level}/{column}-{row}.png") as image:
            return np.asarray(image)[::-1]

    return whole(Size(SIZE.width * 2**level, SIZE.height * 2**level), tile)


def unpacked(text):
    """The values in words that a text stands for, one after the other: its twin, in Python."""
    low, middle, high = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(
        3, -1
    )
    codes = low.astype(int) | middle.astype(int) << 8 | high.astype(np.int8).astype(int) << 16
    return [in_words(int(code)) for code in codes]


def in_words(code):
    sign, size = "-" if code < 0 else "", abs(code)
    if size in (0, 2**23 - 1):
        return f"{sign}{'inf' if size else '0'}"
    exponent, mantissa = divmod(size - 1, 9000)
    return f"{sign}{(mantissa + 1000) / 1000:.3f}e{exponent - 400:+03d}"


def told(value):
    return f"{value:.3e}" if np.isfinite(value) and value else f"{value:.0f}"


@pytest.mark.parametrize("look", LOOKS, ids=["published", "log", "edges", "muted"])
def test_the_finest_tiles_are_the_picture_of_the_field(look, field, tmp_path):
    place = made([scene(look)], tmp_path)
    direct = np.asarray(picture(field.values, field.decided, look).convert("RGB"))
    np.testing.assert_array_equal(colours(place, 2)[::-1], direct)


def test_coarser_tiles_show_runs_of_the_finest_with_their_colours(folder):
    finest = colours(folder, 2)
    for level in (0, 1):
        doublings = 2 - level
        here = slice(chosen(doublings), None, 2**doublings)
        np.testing.assert_array_equal(colours(folder, level), finest[here, here])


def test_what_a_level_shows_every_finer_one_shows_too():
    for most in range(1, 9):
        shown = [set(range(chosen(n), 2**8, 2**n)) for n in range(most + 1)]
        assert all(coarser < finer for finer, coarser in itertools.pairwise(shown))
        middle = (2**most - 1) / 2
        assert abs(chosen(most) - middle) <= 2**most / 4


@pytest.mark.parametrize("level", range(LEVELS))
def test_the_values_that_are_told_are_those_of_the_field(level, field, folder):
    size = Size(SIZE.width * 2**level, SIZE.height * 2**level)

    def tile(column, row):
        name = f"1/{level}/{column}-{row}"
        text = (folder / f"tiles/{name}.js").read_text()
        packed = re.fullmatch(rf'trainscape\("{name}","([^"]*)"\)\n', text)[1]
        width = min(TILE, size.width - column * TILE)
        return np.array(unpacked(packed)).reshape(-1, width)

    here = slice(chosen(2 - level), None, 2 ** (2 - level))
    expected = [[told(value) for value in row] for row in field.values[here, here]]
    np.testing.assert_array_equal(whole(size, tile), expected)


def test_values_of_any_size_keep_four_digits():
    hard = [
        0.0, -0.0, 1, -1, 9.9994, 9.9996, 0.99996, 1e-5, 999.95, 1e300, -1e308, 1.7976e308,
        np.finfo(float).max, 5e-324, -2.2e-308, 1e-310, np.inf, -np.inf, 12345678, -2, 3,
    ]  # fmt: skip
    expected = [told(value).replace("-0", "0") if value == 0 else told(value) for value in hard]
    assert unpacked(values.packed(np.array(hard, float))) == expected


def test_a_page_of_one_file_has_the_same_tiles(folder, tmp_path):
    text = made([scene()], tmp_path, "site.html").read_text()
    found = dict(re.findall(r'<script type="text/plain" id="([^"]*)">([^<]*)</script>', text))
    tiles = {str(path.relative_to(folder / "tiles")): path for path in folder.rglob("*-*.*")}
    assert set(found) == set(tiles)
    for name, path in tiles.items():
        if name.endswith(".png"):
            assert base64.b64decode(found[name]) == path.read_bytes()
        else:
            assert f'"{found[name]}"' in path.read_text()


def addresses(text):
    """What a page, a style or a script would fetch, or lead to."""
    return re.findall(r"""(?:src|href|url|action|import)\s*(?:=|\()\s*["']?([^"'\s>)]+)""", text)


@pytest.mark.parametrize("name", ["site", "site.html"])
def test_nothing_on_the_page_is_of_another_place(name, tmp_path):
    place = made([scene(), scene(name="another")], tmp_path, name)
    files = [place] if place.is_file() else [p for p in place.rglob("*") if p.is_file()]
    for file in files:
        if file.suffix in (".html", ".css", ".json"):
            text = re.sub(r"(?<=>|,)[A-Za-z0-9+/=]{40,}", "", file.read_text())  # what is packed
            assert not re.search(r"https?:|//[a-z]", text), file
            marked = re.sub(r"(<script[^>]*>)[^<].*?</script>", r"\1", text, flags=re.DOTALL)
            for address in addresses(marked):
                assert address.startswith(("#", "data:")) or (place / address).is_file(), address
    assert not re.search(r"https?:|fetch\(|XMLHttpRequest|WebSocket|@import", script())


def test_the_page_says_what_it_is_and_where_it_comes_from(folder, field):
    text = (folder / "index.html").read_text()
    about = json.loads((folder / "site.json").read_text())
    (place,) = about["places"]
    assert provenance.read_provenance(json.dumps(place["made_of"])) == (SPEC, WINDOW, FINEST)
    assert links.parse(place["link"]).window == WINDOW
    assert set(about["files"]) == {
        str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()
    }
    measured = statistics(SPEC, 1, field.values, field.decided)
    assert f"{100 * measured.outcomes.converged / FINEST.pixels:.1f} %" in text
    assert "Of all of the window, 7 wide, and not of what is looked at" in text
    assert provenance.load_origin(folder / "tiles/1/whole.png") == (SPEC, WINDOW, FINEST)


def test_the_command_of_a_place_makes_its_site_again(folder, tmp_path, monkeypatch):
    import shlex

    monkeypatch.chdir(tmp_path)
    (place,) = json.loads((folder / "site.json").read_text())["places"]
    program, *arguments = shlex.split(place["command"])
    assert program == "trainscape"
    assert main([*arguments, "--store", "none"]) == 0
    assert place["name"] in (tmp_path / "site/index.html").read_text()
    for name in ("1/2/1-1.png", "1/0/0-0.js", "1/whole.png"):
        assert (tmp_path / "site/tiles" / name).read_bytes() == (
            folder / "tiles" / name
        ).read_bytes()


def test_the_link_of_the_scripts_is_that_of_the_explorer():
    for look in (Look(), Look.of("log", "PuOr"), Look(overlays=("minima",))):
        one = scene(look)
        before, after = page.picture(one, [])["link"]
        parts = one.link.removeprefix("?").rpartition("&check=")[0]
        view = links.view(WINDOW).replace(",", "_")
        assert f"{before}&view={view}{after}" == parts


def test_names_and_notes_are_text_and_not_markup(tmp_path):
    evil = "</script><script>alert(1)</script>&\"'"
    one = replace(scene(name=evil, levels=1, size=Size(8, 8)), note=evil)
    text = (made(Site([one, one], evil), tmp_path) / "index.html").read_text()
    assert "<script>alert" not in text
    assert text.count("</script>") == 2


def test_a_stretched_plane_and_kinds_of_outcome(tmp_path):
    texts = "width=4 steps=5 optimiser=momentum x=momentum y=learning_rate measure=outcome"
    spec = preset("tanh-single").spec.set(texts.split())
    window = spec.home()
    assert window.stretch
    size = Size(24, 24)
    one = Scene.at(Place("tanh-single", spec, window), size, 2, "kinds")
    place = made([one], tmp_path)
    field = compute_field(spec, window, Size(48, 48))
    looked = np.asarray(picture(field.values, field.decided, one.look).convert("RGB"))
    with Image.open(place / "tiles/1/1/0-0.png") as image:
        np.testing.assert_array_equal(np.asarray(image), looked)
    text = (place / "index.html").read_text()
    (known,) = json.loads(re.search(r'id="pictures">(.*)</script>', text)[1])["pictures"]
    assert known["categories"]["1"] == "diverged"
    for axis, low, high in zip(known["axes"], (field.x[0], field.y[0]), (field.x[-1], field.y[-1]),
                               strict=True):  # fmt: skip
        half = (axis["high"] - axis["low"]) / 96
        assert axis["low"] + half == pytest.approx(low)
        assert axis["high"] - half == pytest.approx(high)
    assert known["axes"][1]["logarithmic"]
    assert "period 2" in text


def test_a_window_that_was_not_drawn_to_scale_is_shown_with_square_pixels():
    published = preset("tanh").window("published")
    one = scene(window=published)
    assert one.window.half_height is None
    assert one.window.half_width >= published.half_width
    assert one.window.height_for(one.size) >= 2 * published.half_height * (1 - 1e-12)


def test_runs_that_a_store_has_are_not_trained_again(tmp_path, capsys, monkeypatch):
    line = f"publish {RUN.replace('--store none', f'--store {tmp_path}/store')} -o {tmp_path}"
    assert main(f"{line}/a".split()) == 0
    monkeypatch.setattr("engine.tiles.runner.SpecRunner.step", None)
    assert main(f"{line}/b".split()) == 0
    assert (tmp_path / "a/index.html").read_text() == (tmp_path / "b/index.html").read_text()


def test_an_interrupted_site_is_not_there_and_goes_on(tmp_path, monkeypatch, capsys):
    line = f"publish {RUN} -o {tmp_path}/site".split()

    def interrupt(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("engine.exports.site.page.index", interrupt)  # when all tiles are written
        assert main(line) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["site.part"]
    with monkeypatch.context() as patch:
        patch.setattr("engine.exports.bands.compute_region", None)  # everything is trained
        assert main([*line, "--resume"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_site_replaces_itself_and_nothing_else(tmp_path, capsys):
    place = tmp_path / "site"
    line = f"publish {RUN} -o {place}".split()
    place.mkdir()
    assert main(line) == 0
    assert main([*line, "--title", "another"]) == 0  # with fewer files, or other ones
    assert "<title>another</title>" in (place / "index.html").read_text()
    (place / "tiles/mine.txt").write_text("kept")
    assert main(line) == 1
    assert "holds more than the site that publish made, such as tiles/mine.txt" in (
        capsys.readouterr().err
    )
    assert (place / "tiles/mine.txt").read_text() == "kept"
    (place / "tiles/mine.txt").unlink()
    for text in ("{}", "[]", "no JSON", '{"trainscape": "site", "files": 3}'):
        (place / "site.json").write_text(text)
        assert main(line) == 1
        assert "a folder that publish did not make, and is kept" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["file", "own.html"])
def test_a_file_of_somebody_is_kept(name, tmp_path, capsys):
    (tmp_path / name).write_text("<!doctype html>mine")
    assert main(f"publish {RUN} -o {tmp_path / name}".split()) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / name).read_text() == "<!doctype html>mine"


def test_a_file_that_is_a_site_is_replaced(tmp_path):
    for title in ("one", "two"):
        line = f"publish {RUN} -o {tmp_path}/site.html --title".split()
        assert main([*line, title]) == 0
        assert f"<h1>{title}</h1>" in (tmp_path / "site.html").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["site.html"]


def test_bookmarks_have_a_card_each(tmp_path):
    there = [
        Bookmark(name, links.query(Place("quadratic", SPEC, window)), note)
        for name, note, window in (
            ("near", "a note", WINDOW), ("far", "", Window.parse("0.3", "0.4", "1e-9")),
        )
    ]  # fmt: skip
    (tmp_path / "b.json").write_text(bookmarks.dump(there))
    line = f"publish --bookmarks {tmp_path}/b.json --store none --size 16 --levels 2"
    assert main(f"{line} --server https://example.org/t -o {tmp_path}/site".split()) == 0
    text = (tmp_path / "site/index.html").read_text()
    assert re.findall(r'<a href="#(\d)"><img src="([^"]*)".*?<h2>(\w+)</h2>', text) == [
        ("1", "tiles/1/whole.png", "near"), ("2", "tiles/2/whole.png", "far"),
    ]  # fmt: skip
    assert text.count("a note") == 2
    lead = re.findall(r'<a class="live" href="([^"]*)"', text)
    windows = [links.parse(link.replace("&amp;", "&")).window for link in lead]
    assert windows == [links.parse(bookmark.link).window for bookmark in there]
    assert all(link.startswith("https://example.org/t?v=") for link in lead)


def test_what_it_would_take_is_said_before_and_by_a_dry_run(tmp_path, capsys):
    assert main(f"publish {RUN} --dry-run -o {tmp_path}/site".split()) == 0
    said = capsys.readouterr().out
    assert "a place in 2 levels of up to 48x32, 2 tiles, 1,536 runs, about" in said
    assert list(tmp_path.iterdir()) == []
    assert main(f"publish {RUN} -o {tmp_path}/site".split()) == 0
    assert "1,536 runs" in capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--levels 0 -o {}/a", "--levels must be a whole number from 1 to 9, not '0'"),
        ("--levels x -o {}/a", "--levels must be a whole number from 1 to 9"),
        ("--levels 9 --size 512 -o {}/a", "9 levels from 512x512 on end at 131,072 x 131,072"),
        ("-o {}/a.png", "a site is a folder or ends in .html, not 'a.png'"),
        ("--levels 5 -o {}/a.html", "a.html would be of up to 134.2 MB, and one file has at most"),
        ("--server ftp://x -o {}/a", "--server must be an address such as https"),
        ("--server javascript:alert(1) -o {}/a", "--server must be an address"),
        ("--server https://x/?a=b -o {}/a", "--server must be an address"),
        ("--server https://[ -o {}/a", "--server must be an address"),
        ("--bookmarks {}/none.json -o {}/a", "--preset is carried by --bookmarks"),
        ("--curves all -o {}/a", "unknown curve of quadratic 'all'; choices: boundary"),
        ("--size 0 -o {}/a", "size must be at least 1x1, not 0x0"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(arguments, complaint, tmp_path, capsys):
    line = f"publish --preset quadratic {arguments.replace('{}', str(tmp_path))}"
    assert main(line.split()) == 2
    err = capsys.readouterr().err
    assert complaint in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_bookmarks_is_refused(tmp_path, capsys):
    (tmp_path / "b.json").write_text(bookmarks.dump([]))
    assert main(f"publish --bookmarks {tmp_path}/b.json -o {tmp_path}/a".split()) == 2
    assert "no bookmark in" in capsys.readouterr().err
    with pytest.raises(InputError, match="a title has at most 120 characters, not 121"):
        Site([scene()], "a" * 121)


def test_memory_does_not_grow_with_the_height(monkeypatch):
    wide, tall = (Site([scene(size=size, levels=5)], "") for size in (Size(512, 64), Size(64, 512)))
    assert tall.memory < wide.memory
    monkeypatch.setattr(site, "REFERENCES", 1)
    assert wide.memory < 30 * wide.runs


def test_a_still_is_put_together_of_several_tiles(folder):
    with Image.open(folder / "tiles/1/whole.png") as image:
        assert image.size == (600, 360)
        np.testing.assert_array_equal(np.asarray(image)[::-1], colours(folder, 2))

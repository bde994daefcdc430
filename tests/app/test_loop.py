"""The event loop is everybody's: whatever a visitor does, what may take long is done elsewhere."""

import asyncio
import base64
import importlib
import io
import operator
import sys
import traceback
from contextlib import contextmanager

import panel as pn
import pytest

from app.dashboard import regions
from app.views.forms import DOWNLOADS, DataForm
from app.views.places import Bookmarks
from app.views.tabs import Tabs
from app.views.texts import TextUpload
from app.visitor import wishes
from app.visitor.actions import ACTIONS, KEYS
from app.visitor.explorer import Explorer
from engine.exports.files import save
from engine.places import bookmarks, links
from engine.places.bookmarks import Bookmark
from engine.places.links import Place
from engine.places.look import PALETTES, Look
from engine.places.presets import preset
from engine.plane import Size, Window
from engine.spec import Spec
from engine.texts import corpus
from engine.tiles.field import compute_field
from tests.app.browsing import closed, enter, opened, sources

# Whose functions draw, compress, search the disk or train; and those of the engine that do.
ELSEWHERE = (
    "contourpy", "matplotlib", "PIL", "shutil", "tempfile", "zipfile", "engine.reports.csv",
    "engine.statistics.dimension", "engine.reports.plot",
)  # fmt: skip
FUNCTIONS = {
    "app.shared.queue": {"Exports.submit", "Exports.remove", "Exports.progress"},
    "app.shared.folders": {"Folders.read", "Folders.write", "Folders.progress", "Folders.remove"},
    "engine.places.bookmarks": {"load"},
    "engine.pictures.colour": {"picture", "shade", "thumbnail"},
    "engine.texts.corpus": {"keep", "text", "counts"},
    "engine.analysis.tracing": {"trace"},
    "engine.pictures.lines": {"draw"},
    "engine.analysis.diagrams": {"attractors", "explained"},
    "engine.tiles.field": {"compute_field", "compute_region"},
    "engine.exports.files": {"save"},
    "engine.places.provenance": {"place_of_picture", "load", "load_origin"},
    "engine.tiles.scheduler": {"Scheduler.request"},
    "engine.tiles.runner": {"SpecRunner.__init__"},
    "engine.tiles.pyramid": {"Pyramid.assemble"},
    "engine.statistics.settling": {"settling"},
    "engine.statistics.trust": {"check"},
    "engine.statistics.summary": {"statistics"},
    "engine.analysis.run": {"inspect", "backdrop"},
    "engine.training.trainer": {"Trainer.__init__", "Trainer.stream"},
}
CALLS = {"open", "unlink", "rmdir", "scandir", "listdir", "mkdir", "rename", "replace"}  # of the OS
LARGE = 100_000  # characters of a text that is read as JSON

QUICK = "?preset=two-factor&set=steps=30"
HERE, SIZE = Window.parse("0.5", "0.5", "4"), Size(48, 36)
SPEC = Spec.make("two-factor", {"steps": 30})
POEM = b"Das ist kein langes Gedicht, doch es gibt zu lernen. " * 30
PATIENCE = 120.0  # seconds


@pytest.mark.parametrize("module", FUNCTIONS)
def test_what_may_take_long_is_called_so(module):
    for name in FUNCTIONS[module]:
        assert callable(operator.attrgetter(name)(importlib.import_module(module)))


def what(frame, event, arg):
    """What may take long, if this is a call of that."""
    module = str(frame.f_globals.get("__name__"))
    if event == "call":
        name = frame.f_code.co_qualname
        if module == "json" and name == "loads" and len(frame.f_locals["s"]) > LARGE:
            return "json.loads of much"
        of_those = any(f"{module}.".startswith(f"{place}.") for place in ELSEWHERE)
        defined = name != "<module>" and not name.endswith("<listcomp>")
        if (of_those and defined) or name in FUNCTIONS.get(module, ()):
            return f"{module}.{name}"
    elif event == "c_call" and getattr(arg, "__module__", "") in ("_io", "io", "posix", "nt"):
        called = f"{arg.__module__}.{arg.__name__}"
        return called if arg.__name__ in CALLS and "importlib" not in module else None
    return None


@contextmanager
def watched():
    """Note the calls of this thread, which runs the loop, that may take long; each from where."""
    found = {}

    def profile(frame, event, arg):
        if (called := what(frame, event, arg)) is not None and called not in found:
            found[called] = "".join(traceback.format_stack(frame, 12))

    sys.setprofile(profile)
    try:
        yield found
    finally:
        sys.setprofile(None)


@pytest.fixture
def making(server):
    """A server that makes exports, as one does before it answers."""
    server.exports.start()
    return server


async def rest(explorer, picture):
    """Wait until nothing more is done for a visitor."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await explorer.page.at_rest()
            tasks = [
                *picture.painter.tasks.values(), *explorer.exporter.tasks,
                explorer.pins.inspector.task, explorer.settings.edits.task,
            ]  # fmt: skip
            going = [task for task in tasks if task is not None and not task.done()]
            if not going:
                return
            await asyncio.wait(going)


def report(found):
    """What was called, and from where."""
    return "\n".join(f"{called}:\n{where}" for called, where in found.items())


def calls_during(visit, server):
    """Run a visit to the whole page, and return what it did on the loop that may take long."""

    async def run():
        explorer, picture = opened(server, QUICK)
        page = pn.Column(*regions(explorer, picture).values())
        with watched() as calls:
            try:
                await visit(explorer, picture, page)
                await rest(explorer, picture)
            finally:
                closed(explorer, picture)
        return calls

    return asyncio.run(run())


def test_no_action_keeps_the_others_waiting(making):
    async def visit(explorer, picture, page):
        picture.moved(HERE, SIZE)
        await rest(explorer, picture)
        for action in ACTIONS:
            if action.method:
                action.do(explorer)
                await rest(explorer, picture)
        assert set(KEYS) == {action.key for action in ACTIONS if action.method}
        for palette in PALETTES:
            explorer.settings.look = Look("log", palette, 0.5, ("separatrix", "minima"))
            await rest(explorer, picture)
        assert explorer.findings.curves
        explorer.pins.pin(*(HERE.x, HERE.y))
        await rest(explorer, picture)
        assert len(explorer.pins.backdrop((HERE.x, HERE.y)).curves) > 0
        every = page.select(Tabs)
        assert len(every) == 3
        for tabs in every:
            for number in range(len(tabs.labels)):
                tabs._handle_msg(number)
                await rest(explorer, picture)
        explorer.settings.compare(["mu=1.1"])
        await rest(explorer, picture)
        explorer.settings.edit("steps", "31")
        await rest(explorer, picture)
        explorer.choose("quadratic")
        await rest(explorer, picture)

    found = calls_during(visit, making)
    assert not found, report(found)


def test_no_file_that_is_made_or_fetched_keeps_the_others_waiting(making):
    async def visit(explorer, picture, page):
        picture.moved(HERE, SIZE)
        await rest(explorer, picture)
        explorer.show("export")
        assert explorer.findings.statistics is not None
        form, given = DataForm(explorer), []
        form.form.hand_over = lambda name, kind, data: given.append((name, kind, data[:5]))
        for label in DOWNLOADS:
            enter(form.form, label, True)
            await rest(explorer, picture)
        table, *drawn = given
        assert table[:2] == ("trainscape-statistics.csv", "text/csv")
        assert drawn == [
            ("trainscape-statistics.svg", "image/svg+xml", b"<?xml"),
            ("trainscape-statistics.pdf", "application/pdf", b"%PDF-"),
        ]
        exporter = explorer.exporter
        exporter.make(lambda: wishes.picture(explorer.place, "32x24", 1, None))
        await rest(explorer, picture)
        assert [progress.state for progress in exporter.listed] == ["done"]
        exporter.restore([*exporter.names, "another"])
        await rest(explorer, picture)
        exporter.remove(exporter.names[0])
        await rest(explorer, picture)
        assert not exporter.listed

    found = calls_during(visit, making)
    assert not found, report(found)


def many_bookmarks():
    where = links.query(Place("two-factor", SPEC, HERE))
    return bookmarks.dump([Bookmark(str(n), where, "x" * 1000) for n in range(200)])


def test_no_file_that_is_given_keeps_the_others_waiting(making, tmp_path):
    save(compute_field(SPEC, HERE, SIZE), tmp_path / "a.png")
    dropped = base64.b64encode((tmp_path / "a.png").read_bytes()).decode()
    kept = many_bookmarks()

    async def visit(explorer, picture, page):
        picture.moved(HERE, SIZE)
        heard = sources(picture.landscape, "text", "count")
        assert len(heard) == 4
        for source in heard:
            for text in (dropped, "[]", "", kept):
                source.data = {"text": [text], "count": [source.data["count"][0] + 1]}
                await rest(explorer, picture)
        assert len(explorer.bookmarks) == 200
        explorer.show("places")
        file = ["marks.json", base64.b64encode(kept.encode()).decode()]
        enter(Bookmarks(explorer).files, "import", file)
        await rest(explorer, picture)

    found = calls_during(visit, making)
    assert not found, report(found)


def test_no_text_that_is_given_keeps_the_others_waiting(server, monkeypatch):
    async def visit():
        explorer = Explorer(server, "?preset=transformer-mini")
        monkeypatch.setattr(explorer.settings, "edit", lambda *change: None)
        with watched() as found:
            upload = TextUpload(explorer, lambda: None)
            upload.fields("corpus")
            upload.keep("corpus", ["poem.txt", base64.b64encode(POEM).decode()])
            await explorer.page.at_rest()
        explorer.stop()
        assert "different" in upload.fields("corpus")[0]["value"]
        return found

    assert asyncio.run(visit()) == {}


@pytest.mark.parametrize(
    "work",
    [
        lambda server: corpus.counts(corpus.SYNTHETIC),
        lambda server: bookmarks.load(many_bookmarks()),
        lambda server: compute_field(
            preset("quadratic").spec.replace({"steps": 2}), HERE, Size(2, 2)
        ),
        lambda server: server.exports.remove("nothing"),
        lambda server: open(__file__).close(),
    ],
)
def test_what_may_take_long_is_noticed(making, work):
    corpus.counts.cache_clear()
    with watched() as found:
        work(making)
    assert found
    with watched() as found:
        io.StringIO().write("at once")
    assert found == {}

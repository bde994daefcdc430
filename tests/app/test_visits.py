"""No visit leaves anything: after it ends, its explorer, document, figures and tasks go."""

import asyncio
import gc
import time
import weakref
from types import SimpleNamespace

import pytest
from bokeh.document import Document
from bokeh.events import ConnectionLost
from panel.io.state import set_curdoc

from app.dashboard import dashboard
from app.picture.picture import Picture
from app.shared import collector
from app.visitor.actions import ACTIONS
from app.visitor.explorer import Explorer
from engine.machine import memory
from tests.app.browsing import PATIENCE, acknowledge
from tests.app.conftest import HERE, SIZE


@pytest.fixture
def made(monkeypatch):
    """The explorers and pictures that are made, by weak references."""
    found = []
    for kind in (Explorer, Picture):
        begin = kind.__init__

        def note(self, *args, begin=begin, **options):
            found.append(weakref.ref(self))
            begin(self, *args, **options)

        monkeypatch.setattr(kind, "__init__", note)
    return found


class Session:
    """What Bokeh tells a document of its session, as far as the page asks."""

    def __init__(self, query, document):
        self.id, self._document = "visit", document
        self.request = SimpleNamespace(query=query, arguments={}, cookies={}, headers={})
        self.ends = False
        self.session = SimpleNamespace(connection_count=1, request_expiration=self._end)

    def with_locked_document(self, work):
        raise AssertionError("nobody asks for that")

    def _end(self):
        self.ends = True


async def visit(server, query, made, act):
    """Open a page, act on it, and leave."""
    document = Document()
    session = Session(query, document)
    document._session_context = lambda: session
    with set_curdoc(document):
        dashboard(server)
        explorer, picture = (reference() for reference in made[-2:])
        acknowledge(picture.landscape)
        explorer.page.soon = lambda change: change()  # there is no loop of a server to do it
        act(explorer, picture)
        tasks = [weakref.ref(task) for task in picture.painter.tasks.values()]
        await asyncio.sleep(0)
        document.callbacks.trigger_event(ConnectionLost())
        assert session.ends
    asked = []
    server.collector.soon = lambda: asked.append("soon")
    for callback in document.session_destroyed_callbacks:
        callback(session)
    assert asked == ["soon"]
    return [weakref.ref(document), *tasks]


def look(explorer, picture):
    """Look at a view."""
    picture.moved(HERE, SIZE)


def use(explorer, picture):
    """Look at a view, pin runs, compare, and open every dialog."""
    picture.moved(HERE, SIZE)
    for action in ACTIONS:
        action.do(explorer)
    explorer.pins.pin(HERE.x, HERE.y)
    explorer.settings.compare(["steps=3"])


@pytest.mark.parametrize("act", [lambda *page: None, look, use], ids=["nothing", "look", "use"])
def test_a_visit_leaves_nothing(server, made, act):
    async def visits():
        left = await visit(server, "preset=quadratic&set=steps=20", made, act)
        async with asyncio.timeout(PATIENCE):
            while others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others)
                await asyncio.sleep(0)  # the loop lets go of them
        return left

    left = [*asyncio.run(visits()), *made]
    gc.unfreeze()
    until = time.monotonic() + PATIENCE  # by when threads have ended what they had begun
    while time.monotonic() < until and any(reference() is not None for reference in left):
        time.sleep(0.05)
        gc.collect()
    assert [reference() for reference in left] == [None] * len(left)


def test_what_visits_have_left_is_collected_while_others_go_on_ending(monkeypatch):
    now, due, collected, given_back = 0, [], [], []

    def call_at(when, work):
        due.append((when, work))
        return due[-1]

    loop = SimpleNamespace(time=lambda: now, call_at=call_at)
    monkeypatch.setattr(collector.asyncio, "get_running_loop", lambda: loop)
    monkeypatch.setattr(collector.gc, "collect", lambda: collected.append(now))
    ended = collector.Collector(SimpleNamespace(submit=given_back.append))
    for now in range(60):
        while due and due[0][0] <= now:
            due.pop(0)[1]()
        ended.soon()
    assert collected == [4, 16, 28, 40, 52]
    assert given_back == [memory.trim] * 5

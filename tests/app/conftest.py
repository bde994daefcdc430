"""What the tests of the page share: a server of their own, and a visit to it."""

import asyncio

import pytest

from app.dashboard import set_up
from app.shared.server import Server
from engine.plane import Size, Window
from engine.tiles.pyramid import TileCache
from tests.app.browsing import closed, opened

SIZE = Size(40, 30)
HERE = Window.parse("0", "0", "4")


@pytest.fixture(scope="session", autouse=True)
def panel():
    """Panel as `serve` has it, which looks for its parts when it is first asked."""
    set_up()


@pytest.fixture
def server(tmp_path):
    """A server that ends with the test, so that nothing it trains keeps the next one waiting."""
    server = Server(TileCache(), tmp_path / "exports", "quadratic")
    yield server
    server.close()


@pytest.fixture
def visiting(server):
    """Run a visit to a page, and end its work."""

    def run(query, visit):
        async def visited():
            explorer, picture = opened(server, query)
            picture.moved(HERE, SIZE)
            try:
                await visit(explorer, picture)
            finally:
                closed(explorer, picture)

        asyncio.run(visited())

    return run


@pytest.fixture
def quickly(monkeypatch):
    """Let edits follow one another without waiting."""
    monkeypatch.setattr("app.visitor.edits.EDIT", 0.0)

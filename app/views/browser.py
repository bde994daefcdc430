"""What a page keeps in the browser, and what is dropped or pasted there: pictures and links."""

import asyncio
import base64
import json
from collections.abc import Callable

from bokeh.models import ColumnDataSource, CustomJS

from app.picture.landscape import Landscape
from app.visitor.explorer import Explorer
from engine.errors import InputError, read_json
from engine.pictures.scripts import callback
from engine.places import bookmarks, provenance
from engine.places.bookmarks import BookmarkFile
from engine.places.links import Place

STORED = "trainscape bookmarks"  # keys in the browser's storage
EXPORTS = "trainscape exports"
LONGEST = 10_000  # characters of the names of exports, which are some two hundred


def keep_in_browser(explorer: Explorer, landscape: Landscape) -> None:
    """Keep the link of the view in the address bar, and bookmarks and exports in storage.

    The link changes without a step in the browser's history. A picture that is dropped on the page
    is opened, and so is a link that is pasted.
    """
    show_link = _sender(explorer, landscape, "address", lambda: explorer.link)
    explorer.param.watch(lambda event: show_link(), "link")
    _keep_bookmarks(explorer, landscape)
    _keep_exports(explorer, landscape)
    _hear(landscape, "drop", lambda text: _open(explorer, text))
    _hear(landscape, "paste", explorer.follow)


def _keep_bookmarks(explorer: Explorer, landscape: Landscape) -> None:
    store = _sender(
        explorer, landscape, "store", lambda: bookmarks.dump(explorer.bookmarks), key=STORED
    )
    stored_here = False  # whether changes on this page are stored
    notice: asyncio.Task[None] | None = None

    def say(why: str) -> None:
        nonlocal notice
        notice = asyncio.ensure_future(_notice(explorer, why))  # or it would be collected

    def read(text: str) -> None:
        explorer.page.beside(
            explorer.server.threads.files,
            lambda: bookmarks.load(text) if text else BookmarkFile([]),
            restore,
            refuse,
        )

    def refuse(error: InputError) -> None:  # of a version to come, perhaps, and so not to be lost
        say(str(error))

    def restore(stored: BookmarkFile) -> None:
        nonlocal stored_here
        if stored_here:  # another tab has changed them, which knew of all that this one has
            explorer.bookmarks = stored.bookmarks
            return
        explorer.bookmarks = bookmarks.merged(stored.bookmarks, explorer.bookmarks)
        if stored.notes:  # what is ignored here is not to be lost
            say(stored.notes[0])
            return
        stored_here = True
        explorer.param.watch(lambda event: store(), "bookmarks")

    _hear(landscape, "restore", read, key=STORED)


async def _notice(explorer: Explorer, why: str) -> None:
    """Say why bookmarks are not stored, once the page can show that."""
    await explorer.page.until_rendered()
    words = f"the bookmarks in this browser stay as they are: {why}"
    await explorer.page.commit(lambda: setattr(explorer, "notice", words))


def _keep_exports(explorer: Explorer, landscape: Landscape) -> None:
    exporter, stored_here = explorer.exporter, False
    store = _sender(explorer, landscape, "store", lambda: json.dumps(exporter.names), key=EXPORTS)

    def restore(text: str) -> None:
        nonlocal stored_here
        try:
            names = read_json(text, "names of exports") if 0 < len(text) <= LONGEST else []
        except InputError:
            names = []
        if isinstance(names, list):
            exporter.restore([name for name in names if isinstance(name, str)])
        if not stored_here:
            stored_here = True
            exporter.param.watch(lambda event: store(), "names")

    _hear(landscape, "restore", restore, key=EXPORTS)


def _open(explorer: Explorer, text: str) -> None:
    """Go to the place that a picture names.

    Args:
        explorer: what goes there.
        text: the bytes of the picture but its pixels, in base64.
    """

    def read() -> Place:
        try:
            return provenance.place_of_picture(base64.b64decode(text))
        except InputError:
            raise
        except ValueError as error:
            raise InputError(f"that is no picture: {error}") from None

    def refuse(error: InputError) -> None:
        explorer.notice = str(error)

    explorer.page.beside(explorer.server.threads.files, read, explorer.open, refuse)


def _hear(landscape: Landscape, script: str, heard: Callable[[str], None], **args: str) -> None:
    """Run a script in the browser once the figure is there, and hear the texts that it sends."""
    source = ColumnDataSource({"text": [""], "count": [0]})
    source.on_change("data", lambda attr, old, new: heard(str(source.data["text"][0])))
    models = {"source": source, "figure": landscape.figure}
    code = callback(__package__, script)
    landscape.begin_with(CustomJS(args={**models, **args}, code=code))


def _sender(
    explorer: Explorer, landscape: Landscape, script: str, text: Callable[[], str], **args: str
) -> Callable[[], None]:
    """Return a function that sends a text to the browser, where a script makes use of it."""
    source = ColumnDataSource({"text": [""]})
    code = callback(__package__, script)
    source.js_on_change("data", CustomJS(args={"source": source, **args}, code=code))
    # The page holds what a callback of it names.
    anchor = CustomJS(args={"source": source}, code="void source")
    landscape.figure.js_on_change("subscribed_events", anchor)

    def send() -> None:
        source.data = {"text": [text()]}

    return lambda: explorer.page.soon(send)

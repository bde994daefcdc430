"""This module is the browser: what the explorer keeps there, in the address bar and in storage."""

from collections.abc import Callable

from bokeh.models import ColumnDataSource, CustomJS
from bokeh.plotting import figure

from app.explorer import Explorer
from engine import bookmarks
from engine.errors import InputError

STORED = "trainscape bookmarks"  # the key in the browser's storage

_ADDRESS = "history.replaceState(null, '', source.data.text[0] || location.pathname)"
_READ = """
if (figure.restored) return
figure.restored = true
let text = ''
try { text = localStorage.getItem(KEY) ?? '' } catch {}  // forbidden in some private windows
const tell = (text) => source.data = {text: [text], count: [source.data.count[0] + 1]}
tell(text)
window.addEventListener('storage', ({key, newValue}) => {  // another tab has written
  if (key === KEY) tell(newValue ?? '')
})
""".replace("KEY", repr(STORED))
_WRITE = "try { localStorage.setItem(KEY, source.data.text[0]) } catch {}".replace(
    "KEY", repr(STORED)
)


def keep_in_browser(explorer: Explorer) -> None:
    """Keep the address bar at the link of the view, without a step in the browser's history, and
    the bookmarks in the browser's storage.
    """
    drawn = explorer.landscape.figure
    to_address = _sender(explorer, _ADDRESS, lambda: explorer.link)
    explorer.param.watch(lambda event: to_address(), "link")
    to_storage = _sender(explorer, _WRITE, lambda: bookmarks.dump(explorer.bookmarks))
    stored = ColumnDataSource({"text": [""], "count": [0]})
    kept = False  # whether what is changed here is written there

    def restore(attr: str, old: object, new: object) -> None:
        nonlocal kept
        text = str(stored.data["text"][0])
        try:
            found = bookmarks.load(text) if text else []
        except InputError as error:  # of a version to come, perhaps, and so not to be lost
            explorer.notice = f"the bookmarks in this browser stay as they are: {error}"
            return
        if kept:  # another tab has changed them, which knew of all that this one has
            explorer.bookmarks = found
            return
        kept = True
        explorer.bookmarks = bookmarks.merged(found, explorer.bookmarks)
        explorer.param.watch(lambda event: to_storage(), "bookmarks")

    stored.on_change("data", restore)
    read = CustomJS(args={"source": stored, "figure": drawn}, code=_READ)
    explorer.landscape.begin_with(read)


def _sender(explorer: Explorer, code: str, text: Callable[[], str]) -> Callable[[], None]:
    """Return what sends a text to the browser, where the code makes use of it."""
    drawn: figure = explorer.landscape.figure
    source = ColumnDataSource({"text": [""]})
    source.js_on_change("data", CustomJS(args={"source": source}, code=code))
    # The page holds what a callback of it names.
    drawn.js_on_change("subscribed_events", CustomJS(args={"source": source}, code="void source"))

    def send() -> None:
        source.data = {"text": [text()]}

    return lambda: explorer.page.soon(send)

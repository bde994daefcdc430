"""The browser: what the explorer keeps there, in the address bar and in storage, and the pictures
that are dropped on it.
"""

import asyncio
import base64
import json
from collections.abc import Callable

from bokeh.models import ColumnDataSource, CustomJS
from bokeh.plotting import figure

from app.picture.landscape import Landscape
from app.visitor.explorer import Explorer
from engine.errors import InputError, read_json
from engine.places import bookmarks, provenance
from engine.places.bookmarks import Kept
from engine.places.links import Place

STORED = "trainscape bookmarks"  # keys in the browser's storage
EXPORTS = "trainscape exports"
LONGEST = 10_000  # characters of the names of exports, which are some two hundred
ENOUGH = 2**18  # bytes of a picture beside its pixels, which hold what it carries
START = 64  # bytes of any other file, which tell what it is

_ADDRESS = "history.replaceState(null, '', source.data.text[0] || location.pathname)"
_READ = """
figure.restored ??= {}
if (figure.restored[KEY]) return
figure.restored[KEY] = true
let text = ''
try { text = localStorage.getItem(KEY) ?? '' } catch {}  // forbidden in some private windows
const tell = (text) => source.data = {text: [text], count: [source.data.count[0] + 1]}
tell(text)
window.addEventListener('storage', ({key, newValue}) => {  // another tab has written
  if (key === KEY) tell(newValue ?? '')
})
"""
_WRITE = "try { localStorage.setItem(KEY, source.data.text[0]) } catch {}"
_DROP = """
if (figure.takes_pictures) return
figure.takes_pictures = true
// Of a PNG all but its pixels, which may be many: its texts stand before or behind them.
const carried = async (file) => {
  const read = async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer())
  const parts = [await read(0, 8)]
  if (parts[0].join() !== '137,80,78,71,13,10,26,10') return read(0, START)
  let room = ENOUGH
  for (let at = 8; at + 12 <= file.size; ) {
    const head = await read(at, at + 8)
    const length = new DataView(head.buffer).getUint32(0)
    const end = at + 12 + length
    const kind = String.fromCharCode(...head.slice(4))
    if (['IHDR', 'tEXt', 'zTXt', 'iTXt', 'IEND'].includes(kind) && length <= room) {
      parts.push(await read(at, end))
      room -= length
    }
    at = end
  }
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)))
}
const files = (event) => Array.from(event.dataTransfer?.items ?? []).some(i => i.kind === 'file')
document.addEventListener('dragover', (event) => { if (files(event)) event.preventDefault() })
document.addEventListener('drop', async (event) => {
  const file = event.dataTransfer?.files?.[0]
  if (!file) return
  event.preventDefault()
  const bytes = await carried(file)
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  source.data = {text: [text], count: [source.data.count[0] + 1]}
})
""".replace("ENOUGH", str(ENOUGH)).replace("START", str(START))


def keep_in_browser(explorer: Explorer, landscape: Landscape) -> None:
    """Keep the address bar at the link of the view, without a step in the browser's history, and
    the bookmarks and the names of exports in the browser's storage; open pictures dropped there.
    """
    to_address = _sender(explorer, landscape, _ADDRESS, lambda: explorer.link)
    explorer.param.watch(lambda event: to_address(), "link")
    _keep_bookmarks(explorer, landscape)
    _keep_exports(explorer, landscape)
    _hear(landscape, _DROP, lambda text: _open(explorer, text))


def _keep_bookmarks(explorer: Explorer, landscape: Landscape) -> None:
    write = _sender(
        explorer, landscape, _with_key(_WRITE, STORED), lambda: bookmarks.dump(explorer.bookmarks)
    )
    kept = False  # whether what is changed here is written there
    telling: asyncio.Task[None] | None = None

    def tell(why: str) -> None:
        nonlocal telling
        telling = asyncio.ensure_future(_notice(explorer, why))  # or it would be collected

    def restore(text: str) -> None:
        explorer.page.beside(
            explorer.server.threads.files,
            lambda: bookmarks.load(text) if text else Kept([]),
            restored,
            refused,
        )

    def refused(error: InputError) -> None:  # of a version to come, perhaps, and so not to be lost
        tell(str(error))

    def restored(stored: Kept) -> None:
        nonlocal kept
        if kept:  # another tab has changed them, which knew of all that this one has
            explorer.bookmarks = stored.bookmarks
            return
        explorer.bookmarks = bookmarks.merged(stored.bookmarks, explorer.bookmarks)
        if stored.notes:  # what is ignored here is not to be lost
            tell(stored.notes[0])
            return
        kept = True
        explorer.param.watch(lambda event: write(), "bookmarks")

    _hear(landscape, _with_key(_READ, STORED), restore)


async def _notice(explorer: Explorer, why: str) -> None:
    """Say why bookmarks are not kept, once the page can show that."""
    await explorer.page.until_rendered()
    words = f"the bookmarks in this browser stay as they are: {why}"
    await explorer.page.commit(lambda: setattr(explorer, "notice", words))


def _keep_exports(explorer: Explorer, landscape: Landscape) -> None:
    exporter, kept = explorer.exporter, False
    write = _sender(
        explorer, landscape, _with_key(_WRITE, EXPORTS), lambda: json.dumps(exporter.names)
    )

    def restore(text: str) -> None:
        nonlocal kept
        try:
            names = read_json(text, "names of exports") if 0 < len(text) <= LONGEST else []
        except InputError:
            names = []
        if isinstance(names, list):
            exporter.restore([name for name in names if isinstance(name, str)])
        if not kept:
            kept = True
            exporter.param.watch(lambda event: write(), "names")

    _hear(landscape, _with_key(_READ, EXPORTS), restore)


def _open(explorer: Explorer, text: str) -> None:
    """Go to the place that a picture carries, whose bytes but its pixels are given in base64."""

    def read() -> Place:
        try:
            return provenance.place_of_picture(base64.b64decode(text))
        except InputError:
            raise
        except ValueError as error:
            raise InputError(f"that is no picture: {error}") from None

    def refused(error: InputError) -> None:
        explorer.notice = str(error)

    explorer.page.beside(explorer.server.threads.files, read, explorer.open, refused)


def _with_key(code: str, key: str) -> str:
    return code.replace("KEY", repr(key))


def _hear(landscape: Landscape, code: str, heard: Callable[[str], None]) -> None:
    """Run code in the browser once the figure is there, and hear the texts that it sends."""
    source = ColumnDataSource({"text": [""], "count": [0]})
    source.on_change("data", lambda attr, old, new: heard(str(source.data["text"][0])))
    drawn = landscape.figure
    landscape.begin_with(CustomJS(args={"source": source, "figure": drawn}, code=code))


def _sender(
    explorer: Explorer, landscape: Landscape, code: str, text: Callable[[], str]
) -> Callable[[], None]:
    """Return what sends a text to the browser, where the code makes use of it."""
    drawn: figure = landscape.figure
    source = ColumnDataSource({"text": [""]})
    source.js_on_change("data", CustomJS(args={"source": source}, code=code))
    # The page holds what a callback of it names.
    drawn.js_on_change("subscribed_events", CustomJS(args={"source": source}, code="void source"))

    def send() -> None:
        source.data = {"text": [text()]}

    return lambda: explorer.page.soon(send)

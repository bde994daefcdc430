"""What stands in for a browser: it opens pages, tells views, and draws what it is sent."""

import asyncio

from bokeh.models import ColumnDataSource

from app.picture.picture import Picture
from app.visitor.explorer import Explorer

EVERYTHING = 10**9  # more pictures than any test sends
PATIENCE = 60.0  # seconds
QUICK = "?preset=quadratic&set=steps=20"  # what is trained in no time


def opened(server, query=""):
    """Open a page of which the browser has drawn everything that it is sent.

    Returns the explorer, and the picture that follows it.
    """
    explorer = Explorer(server, query)
    picture = Picture(explorer)
    acknowledge(picture.landscape)
    return explorer, picture


def closed(explorer, picture):
    """Close a page."""
    picture.stop()
    explorer.stop()


async def until(explorer, condition):
    """Wait for changes of an explorer until a condition holds."""
    changed = asyncio.Event()
    parts = explorer, explorer.settings, explorer.navigation, explorer.pins, explorer.findings
    watchers = [part.param.watch(lambda *events: changed.set(), list(part.param)) for part in parts]
    while not condition():
        changed.clear()
        await asyncio.wait_for(changed.wait(), PATIENCE)
    for part, watcher in zip(parts, watchers, strict=True):
        part.param.unwatch(watcher)


async def edited(explorer, **edits):
    """Edit settings, and wait until that has been applied or refused."""
    for name, text in edits.items():
        explorer.settings.edit(name, text)
    await asyncio.wait([explorer.settings.edits.task])


def noted(picture):
    """Note what is shown from now on."""
    shown = []
    show = picture.landscape.show
    picture.landscape.show = lambda changes: (shown.append(changes), show(changes))
    return shown


def sources(landscape, *columns):
    """Return the data sources through which server and browser talk that have these columns."""
    return [
        model
        for model in landscape.figure.references()
        if isinstance(model, ColumnDataSource) and set(columns) <= set(model.data)
    ]


def source(landscape, *columns):
    """Return the one that has these columns."""
    (one,) = sources(landscape, *columns)
    return one


def acknowledge(landscape):
    """Say that everything that will be sent is drawn."""
    for acknowledged in sources(landscape, "sent"):
        if set(acknowledged.data) == {"sent"}:
            acknowledged.data = {"sent": [EVERYTHING]}


def told(landscape, epoch, x0, x1, y0, y1, *, ratio=1, sharpness="cost", predictions="", hidden=0):
    """Tell what a browser of 200 x 100 points says after a gesture, or once nobody looks at it."""
    named = {"epoch": epoch, "x0": x0, "x1": x1, "y0": y0, "y1": y1, "width": 200, "height": 100}
    named |= {"ratio": ratio, "sharpness": sharpness, "predictions": predictions}
    named |= {"screen": 1000, "gesture": 1, "hidden": hidden}
    source(landscape, "ratio", "screen").data = {key: [value] for key, value in named.items()}


def layout(landscape):
    """Return which tiles are shown, and where, as the browser is told."""
    return source(landscape, "id", "x").data


def content(landscape):
    """Return the pictures that the browser was sent last."""
    return source(landscape, "image_of", "value_of").data


def frame(landscape):
    """Return what the browser's numbers mean."""
    return source(landscape, "epoch", "shape").data


def field(form, name):
    """Return a field of a form."""
    (one,) = (field for field in form.fields if field["name"] == name)
    return one


def enter(form, name, value):
    """Enter something in a field of a form, as a browser tells of it."""
    assert not field(form, name).get("disabled")
    form._handle_msg([name, value])

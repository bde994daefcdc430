"""`serve`: answers every visitor with a page of their own, and warms the engine meanwhile."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import panel as pn
from tornado.websocket import WebSocketClosedError

from app.dashboard import dashboard, set_up
from app.shared.server import Server
from app.web.front import answer
from engine.pictures.colour import picture
from engine.places.overviews import FOLDER
from engine.places.presets import preset
from engine.tiles.pyramid import TileCache

LOOPBACK = ("127.0.0.1", "localhost", "::1")  # elsewhere a page may be reached by any name
LOCAL = {  # this machine, and one that there is in documents only
    socket.AF_INET: ("127.0.0.1", "192.0.2.1"),
    socket.AF_INET6: ("::1", "2001:db8::1"),
}
UNUSED = 30_000  # milliseconds that a session is kept without a page: others may open theirs
SWITCH = 0.001  # seconds after which a thread lets the one that answers browsers have its turn

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Endpoint:
    """Where browsers find the server.

    Attributes:
        address, port: to listen on; port 0 takes a free one.
        prefix: of all paths, as a proxy hands them on; empty or with a slash before it only.
        origins: names, with ports, by which browsers know the page, if others than its address;
            `*` stands for any port, any part of a name, or all.
    """

    address: str
    port: int
    prefix: str = ""
    origins: tuple[str, ...] = ()


def serve(
    start: str | None, endpoint: Endpoint, cache: TileCache, folder: Path, *, show: bool
) -> None:
    """Serve the explorer until interrupted; print its URL once it answers.

    Args:
        start: the preset to open with; the default for the backend if None.
        endpoint: where browsers find it.
        cache: where runs are kept.
        folder: where exports are kept.
        show: whether to open a browser.
    """
    set_up()
    with contextlib.closing(Server(cache, folder, start)) as server:
        _answer(server, endpoint, show=show)


def _answer(server: Server, endpoint: Endpoint, *, show: bool) -> None:
    """Answer browsers until interrupted."""
    web = _listen(server, endpoint)
    server.exports.start()
    server.threads.shade.submit(warm, server).add_done_callback(_report)
    web.start()
    near, *far = (
        f"{url}{endpoint.prefix[1:]}/" if endpoint.prefix else url
        for url in addresses(endpoint.address, web.port)
    )
    print(f"trainscape is at {near}", *(f"(from other machines: {url})" for url in far), flush=True)
    if show:
        web.io_loop.add_callback(_show, near)  # once it answers
    interrupted = _end_with(web.io_loop)
    web.io_loop.asyncio_loop.set_exception_handler(_report_unless_gone)
    sys.setswitchinterval(SWITCH)
    try:
        web.io_loop.start()
    except KeyboardInterrupt:
        interrupted.set()
    finally:
        web.stop()
    if interrupted.is_set():
        raise KeyboardInterrupt("all that is known is kept")


def _listen(server: Server, endpoint: Endpoint) -> Any:
    """Return the web server of Bokeh, which listens; OSError in one line if it cannot."""
    address, port = endpoint.address, endpoint.port
    everybody = "*" if address not in LOOPBACK else None
    try:
        web = pn.serve(
            {"/": lambda: dashboard(server)},
            address=address,
            port=port,
            prefix=endpoint.prefix,
            start=False,
            show=False,
            verbose=False,
            websocket_origin=None if endpoint.origins else everybody,
            title="trainscape",
            static_dirs={
                "exports": str(server.exports.files),
                **{name: str(FOLDER / name) for name in ("overviews", "thumbnails")},
            },
            unused_session_lifetime_milliseconds=UNUSED,
            check_unused_sessions_milliseconds=2000,
        )
    except (OSError, UnicodeError) as error:  # the latter of what can be the name of no machine
        why = getattr(error, "strerror", None) or error
        raise OSError(f"cannot listen on {at(address, port)}: {why}") from None
    # It warns of every visitor who leaves while something is sent, as in a hall each one may.
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)
    tornado = web._tornado
    tornado.websocket_origins.update(endpoint.origins)
    if address in LOOPBACK:
        tornado.websocket_origins.update(at(name, web.port) for name in LOOPBACK)
    answer(tornado, server.start)
    return web


def addresses(address: str, port: int) -> list[str]:
    """Return the URLs of a server in a browser on this machine and, if others see it, on those.

    Args:
        address, port: what it listens on; the addresses that stand for all are none of a machine.
    """
    everywhere = {"": socket.AF_INET, "0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}
    if address not in everywhere:
        return [f"http://{at(address, port)}/"]
    family = everywhere[address]
    near, elsewhere = LOCAL[family]
    hosts = [near]
    # No packet is sent: the system only says from which of its addresses one would be.
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
        asked.connect((elsewhere, 9))
        hosts.append(asked.getsockname()[0])
    return [f"http://{at(host, port)}/" for host in dict.fromkeys(hosts)]


def at(host: str, port: int) -> str:
    """Return host and port as they stand in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _show(url: str) -> None:
    """Open a browser, in a process that nobody waits for; on a terminal alone there is none that
    could show the page.
    """
    unix = sys.platform.startswith(("linux", "freebsd", "openbsd", "netbsd"))
    if unix and not any(map(os.environ.get, ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))):
        return
    nowhere = subprocess.DEVNULL
    with contextlib.suppress(OSError):
        opened = subprocess.Popen(
            [sys.executable, "-I", "-m", "webbrowser", url],
            stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True,
        )  # fmt: skip
        threading.Thread(target=opened.wait, name="browser", daemon=True).start()


def _report_unless_gone(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what nobody has handled, unless it is that a browser was closed meanwhile."""
    if not isinstance(context.get("exception"), WebSocketClosedError):
        loop.default_exception_handler(context)


def _end_with(loop: Any) -> threading.Event:
    """Have the loop stop at Ctrl-C or SIGTERM: an exception raised there and then would be lost if
    it came within a callback of a library. Return what is set if it was Ctrl-C.
    """
    interrupted = threading.Event()

    def interrupt() -> None:
        interrupted.set()
        loop.stop()

    for number, end in ((signal.SIGINT, interrupt), (signal.SIGTERM, loop.stop)):
        try:
            loop.asyncio_loop.add_signal_handler(number, end)
        except NotImplementedError:  # on Windows, which has no SIGTERM either
            break
    return interrupted


def warm(server: Server) -> None:
    """Compile what the first picture of a page needs: its training step and the shading."""
    server.scheduler.prepare(preset(server.start).spec)
    picture(np.zeros((2, 2)), np.zeros((2, 2), int))
    gc.collect()
    gc.freeze()  # the libraries stay; to look through them again takes a third of a second


def _report(done: object) -> None:
    error = done.exception()  # type: ignore[attr-defined]
    if error is not None:
        log.error("could not warm the engine", exc_info=error)

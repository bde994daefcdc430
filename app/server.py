"""This module is the server: it answers with a page, and warms the engine meanwhile."""

import asyncio
import gc
import logging
import signal
import sys
import webbrowser
from pathlib import Path
from typing import Any

import numpy as np
import panel as pn
from tornado.websocket import WebSocketClosedError

from app.dashboard import dashboard
from app.workers import SHADE, default_preset, exports, jobs, keep_exports_in, keep_runs_in
from engine.colour import picture
from engine.presets import preset
from engine.pyramid import Archive

LOOPBACK = ("127.0.0.1", "localhost", "::1")  # elsewhere a page may be reached by any name
SWITCH = 0.001  # seconds after which a thread lets the one that answers browsers have its turn

log = logging.getLogger(__name__)


def serve(
    start: str | None, address: str, port: int, archive: Archive, folder: Path, *, show: bool
) -> None:
    """Serve the explorer until interrupted; print its URL once it answers.

    Args:
        start: the preset to open with; the default for the backend if None.
        address, port: to listen on; port 0 takes a free one.
        archive: where runs are kept.
        folder: where exports are kept.
        show: whether to open a browser.
    """
    keep_runs_in(archive)
    keep_exports_in(folder, archive.store)
    try:
        server = pn.serve(
            {"/": lambda: dashboard(start)},
            address=address,
            port=port,
            start=False,
            show=False,
            verbose=False,
            websocket_origin=None if address in LOOPBACK else "*",
            title="trainscape",
            static_dirs={"exports": str(exports().files)},
            unused_session_lifetime_milliseconds=5000,
            check_unused_sessions_milliseconds=2000,
        )
    except OSError as error:
        raise OSError(f"cannot listen on {address}:{port}: {error.strerror or error}") from None
    exports().start()
    SHADE.submit(warm, start or default_preset()).add_done_callback(_report)
    server.start()
    url = f"http://{address}:{server.port}/"
    print(f"trainscape is at {url}", flush=True)
    if show:
        webbrowser.open(url)
    _end_with(server.io_loop)
    server.io_loop.asyncio_loop.set_exception_handler(_report_unless_gone)
    sys.setswitchinterval(SWITCH)
    try:
        server.io_loop.start()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()
        exports().close()
        jobs().close()  # what is known is written


def _report_unless_gone(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what nobody has handled, unless it is that a browser was closed meanwhile."""
    if not isinstance(context.get("exception"), WebSocketClosedError):
        loop.default_exception_handler(context)


def _end_with(loop: Any) -> None:
    """Have the loop stop at Ctrl-C or SIGTERM: an exception raised there and then would be lost if
    it came within a callback of a library.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.asyncio_loop.add_signal_handler(number, loop.stop)
        except NotImplementedError:  # on Windows, which has no SIGTERM either
            return


def warm(name: str) -> None:
    """Compile what the first picture of a preset needs: its training step and the shading."""
    jobs().prepare(preset(name).spec)
    picture(np.zeros((2, 2)), np.zeros((2, 2), int))
    gc.collect()
    gc.freeze()  # the libraries stay; to look through them again takes a third of a second


def _report(done: object) -> None:
    error = done.exception()  # type: ignore[attr-defined]
    if error is not None:
        log.error("could not warm the engine", exc_info=error)

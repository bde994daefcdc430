"""This module is the server: it answers with a page, and warms the engine meanwhile."""

import logging
import webbrowser

import numpy as np
import panel as pn

from app.dashboard import dashboard
from app.explorer import ENGINE, default_preset
from engine.colour import shade
from engine.plane import Size
from engine.presets import preset
from engine.refine import Refinement

LOOPBACK = ("127.0.0.1", "localhost", "::1")  # elsewhere a page may be reached by any name

log = logging.getLogger(__name__)


def serve(start: str | None, address: str, port: int, *, show: bool) -> None:
    """Serve the explorer until interrupted; print its URL once it answers.

    Args:
        start: the preset to open with; the default for the backend if None.
        address, port: to listen on; port 0 takes a free one.
        show: whether to open a browser.
    """
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
            unused_session_lifetime_milliseconds=5000,
            check_unused_sessions_milliseconds=2000,
        )
    except OSError as error:
        raise OSError(f"cannot listen on {address}:{port}: {error.strerror or error}") from None
    ENGINE.submit(warm, start or default_preset()).add_done_callback(_report)
    server.start()
    url = f"http://{address}:{server.port}/"
    print(f"trainscape is at {url}", flush=True)
    if show:
        webbrowser.open(url)
    try:
        server.io_loop.start()
    except KeyboardInterrupt:
        server.stop()


def warm(name: str) -> None:
    """Compile what the first picture of a preset needs: its training step and the shading."""
    chosen = preset(name)
    refinement = Refinement(chosen.spec, chosen.window("home"), Size(32, 32))
    refinement.advance(1e-3)
    refinement.close()
    shade(np.zeros((2, 2)))


def _report(done: object) -> None:
    error = done.exception()  # type: ignore[attr-defined]
    if error is not None:
        log.error("could not warm the engine", exc_info=error)

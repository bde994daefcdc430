"""What all visitors share, which begins and ends as one."""

import contextlib
import threading

from app.shared.server import Server, default_preset
from engine.tiles.pyramid import TileCache

PATIENCE = 60.0  # seconds


def test_a_server_that_is_closed_leaves_no_thread_and_its_folder_to_the_next(tmp_path):
    before = set(threading.enumerate())
    for _ in range(2):
        with contextlib.closing(Server(TileCache(), tmp_path)) as server:
            server.exports.start()
            for thread in vars(server.threads).values():
                thread.submit(int).result(PATIENCE)
            assert server.exports.files == tmp_path / "files"  # and not that of a second server
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
    assert set(threading.enumerate()) == before


def test_two_servers_share_nothing(tmp_path):
    with (
        contextlib.closing(Server(TileCache(), tmp_path)) as one,
        contextlib.closing(Server(TileCache(), tmp_path, "mandelbrot")) as other,
    ):
        parts = [vars(server).values() for server in (one, other)]
        shared = [part for part in parts[0] if any(part is own for own in parts[1])]
    assert shared == []
    assert (one.start, other.start) == (default_preset(), "mandelbrot")

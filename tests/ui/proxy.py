"""A proxy between a browser and a server, which can do all that goes wrong with one."""

import asyncio
import contextlib
import re
import threading


class Proxy:
    """Hands connections on as they are, to whatever path.

    Args:
        told: the host that the server is told of in place of the browser's, as nginx does it, and
            as of a page without encryption, whose browser does not say where a request comes from;
            None to leave the request as it is.

    Attributes:
        port: where browsers find it.
        target: the port of the server.
        answer: what every new connection is answered instead, as the bytes of HTTP; empty bytes
            close it without an answer, None hands it on.
        upgrade: likewise, for those alone that ask for a web socket.
    """

    def __init__(self, told: str | None = None) -> None:
        self._told = told
        self.target = 0
        self.answer: bytes | None = None
        self.upgrade: bytes | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        self._ready.wait()

    def cut(self, answer: bytes | None = b"") -> None:
        """End all connections, and have new ones answered so from now on."""
        self.answer = answer
        asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result()

    def close(self) -> None:
        """End everything."""
        self.cut()
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._begin, "127.0.0.1", 0) as listening:
            self.port = listening.sockets[0].getsockname()[1]
            self._ready.set()
            await self._over.wait()

    async def _end_all(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        with contextlib.suppress(OSError, EOFError, asyncio.IncompleteReadError):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                asks_for_socket = b"\nupgrade: websocket" in head.lower()
                instead = self.upgrade if asks_for_socket and self.answer is None else self.answer
                if instead is not None:
                    writer.write(instead)
                    await writer.drain()
                    return
                there, other = await asyncio.open_connection("127.0.0.1", self.target)
                writers.append(other)
                other.write(self._as_told(head))
                ways = [
                    asyncio.ensure_future(_pour(*way)) for way in ((reader, other), (there, writer))
                ]
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()
                    await asyncio.gather(*ways, return_exceptions=True)
            finally:
                for each in writers:
                    each.close()

    def _as_told(self, head: bytes) -> bytes:
        if self._told is None:
            return head
        # Each request by a connection of its own: no more than the first one is looked at.
        head = re.sub(rb"(?im)^connection: keep-alive", b"Connection: close", head)
        head = re.sub(rb"(?im)^sec-fetch-.*\n", b"", head)
        return re.sub(rb"(?im)^host:.*$", f"Host: {self._told}\r".encode(), head)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(1 << 16):
        writer.write(some)
        await writer.drain()


def http(status: int, text: str = "", kind: str = "text/html") -> bytes:
    """Return an answer of HTTP, after which the connection ends."""
    return (
        f"HTTP/1.1 {status} So\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n"
        f"Connection: close\r\n\r\n{text}"
    ).encode()

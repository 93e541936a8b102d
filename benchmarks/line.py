"""A line between a browser and a server on this machine that can be made slow."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

CHUNK = 4_096  # bytes that are passed on at a time


@dataclass
class _Way:
    """One direction: what all its connections share."""

    free_at: float = 0.0  # when the last byte that was taken in has left


class SlowLine:
    """Passes everything on to a server; fast until `limit` is called.

    Parameters
    ----------
    url : str
        Of the server.

    Attributes
    ----------
    url : str
        Where a browser finds it.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        self._bytes_a_second: float | None = None
        self._delay = 0.0
        self._ways = (_Way(), _Way())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        port = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        self.url = parts._replace(netloc=f"127.0.0.1:{port}").geturl()

    def limit(self, megabits: float, round_trip_ms: float) -> None:
        """Carry so many megabits a second each way, all connections together, and so late."""
        self._bytes_a_second = megabits * 1e6 / 8
        self._delay = round_trip_ms / 2_000

    def close(self) -> None:
        """Cut every connection."""

        async def end() -> None:
            self._server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _start(self) -> int:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._host, self._port)
        await asyncio.gather(
            self._carry(reader, back, self._ways[0]), self._carry(there, writer, self._ways[1])
        )

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: _Way
    ) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(under_way, writer))
        data = b"-"
        while data:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                data = b""
            now = self._loop.time()
            if self._bytes_a_second:
                way.free_at = max(way.free_at, now) + len(data) / self._bytes_a_second
                await asyncio.sleep(way.free_at - now)
            under_way.put_nowait((self._loop.time() + self._delay, data))
        await arriving

    async def _arrive(
        self, under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        data = b"-"
        while data:
            due, data = await under_way.get()
            await asyncio.sleep(max(0, due - self._loop.time()))
            try:
                writer.write(data)
                await writer.drain()
            except OSError:
                break
        writer.close()

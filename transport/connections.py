"""uvicorn's HTTP connection, with bounds for clients that send no end, or do not read.

uvicorn takes a request's line and headers however long they are, and however long they take; and it
keeps an answer in memory for as long as its client does not read it, closed or not.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MAX_HEAD = 256 << 10
"""Bytes of a request's line and headers together; the last read may exceed it."""
MIN_TAKEN = 16 << 10
"""Bytes of an answer that its client has to take in the time that a body may take."""
_TOO_LARGE = b"The headers are too large."


class BoundedConnection(HttpToolsProtocol):
    """A connection that leaves a client that is too slow, and answers 431 to large headers."""

    seconds = 15.0
    "In which headers have to be there, and some of an answer has to be taken."

    _in_head = False
    _head_size = 0
    _head_timer: asyncio.TimerHandle | None = None
    _unsent = 0
    _reader_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request, as for any later one."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._unset_keepalive_if_required()
        for timer in (self._head_timer, self._reader_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; where headers are not complete with it, the rest has its time."""
        if self._in_head:
            self._head_size += len(data)
        super().data_received(data)
        if (
            (self._in_head or self._is_idle)
            and self._head_timer is None
            and not self.transport.is_closing()
        ):
            self._head_timer = self.loop.call_later(self.seconds, self._end_head)
        if self._in_head and self._head_size > MAX_HEAD:
            self._refuse()

    def on_message_begin(self) -> None:
        """Begin with a request."""
        super().on_message_begin()
        self._in_head, self._head_size = True, 0

    def on_headers_complete(self) -> None:
        """Serve the request; its body has a time of its own."""
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Watch whether the client reads."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """Watch no longer."""
        super().resume_writing()
        if self._reader_timer is not None:
            self._reader_timer.cancel()

    @property
    def _is_idle(self) -> bool:
        # uvicorn has none before the first request, whatever it declares.
        cycle: Any = self.cycle
        return cycle is None or cycle.response_complete

    def _end_head(self) -> None:
        if self._is_idle:
            self.transport.close()
        else:  # it may stand behind earlier requests, where it is not read
            self._head_timer = self.loop.call_later(self.seconds, self._end_head)

    def _watch_reader(self) -> None:
        self._unsent = self.transport.get_write_buffer_size()
        self._reader_timer = self.loop.call_later(self.seconds, self._check_reader)

    def _check_reader(self) -> None:
        if self.transport.get_write_buffer_size() > self._unsent - MIN_TAKEN:
            self.transport.abort()
        else:
            self._watch_reader()

    def _refuse(self) -> None:
        """Answer 431, unless another answer of this connection is under way, and close it."""
        if self._is_idle and not self.transport.is_closing():
            headers = b"content-type: text/plain\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
            self.transport.write(STATUS_LINE[431] + headers % len(_TOO_LARGE) + _TOO_LARGE)
        self.transport.close()


def bounded_connection(seconds: float) -> type[Any]:
    """Return the class of connections whose clients have so many seconds."""
    return type("BoundedConnection", (BoundedConnection,), {"seconds": seconds})

"""uvicorn's connections, with limits for clients that send without end, or do not read.

uvicorn does not limit the size and the time of a request's line and headers. It keeps an answer in
memory until the client reads it, even after the connection was closed. And it logs the URL of a
WebSocket with its query string.
"""

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode
from websockets.http11 import Request

MAX_HEAD = 256 << 10
"""Bytes of a request's line and headers together; the last read may exceed it."""
MIN_TAKEN = 16 << 10
"""Bytes of an answer that its client has to take in the time that a body may take."""
MAX_FIRST_MESSAGE = 32 << 10
"""Bytes of a WebSocket message before the caller is known: enough for a token."""
CLOSING_SECONDS = 1.0
"""Seconds that a WebSocket may take to receive the last messages when the server ends."""
_TOO_LARGE = b"The headers are too large."
_NO_HANDSHAKE = STATUS_LINE[400] + b"connection: close\r\ncontent-length: 0\r\n\r\n"
_QUIET = logging.getLogger("uvicorn.websocket")
"""The logger of WebSockets. Its debug and info lines hold frames and URLs, and so tokens."""
_QUIET.setLevel(logging.WARNING)


class _WatchedReader:
    """A connection that is aborted if its client does not read."""

    transport: Any
    loop: asyncio.AbstractEventLoop

    seconds = 15.0
    "Seconds within which the client must read `MIN_TAKEN` bytes."

    _unsent = 0
    _reader_timer: asyncio.TimerHandle | None = None

    def abort(self) -> None:
        """Drop the connection, and the data that was not sent yet."""
        self.transport.abort()

    def watch_reader(self) -> None:
        """Begin to watch whether the client reads the data that was sent."""
        self._unsent = self.transport.get_write_buffer_size()
        self._reader_timer = self.loop.call_later(self.seconds, self._check_reader)

    def unwatch_reader(self) -> None:
        """Stop watching the client."""
        if self._reader_timer is not None:
            self._reader_timer.cancel()
            self._reader_timer = None

    def _check_reader(self) -> None:
        if self.transport.get_write_buffer_size() > self._unsent - MIN_TAKEN:
            self.transport.abort()
        else:
            self.watch_reader()


class BoundedConnection(_WatchedReader, HttpToolsProtocol):
    """A connection that drops a client that is too slow, and answers 431 to large headers.

    It is `scope["extensions"]["joinery.connection"]`, so that the application can call `abort`.
    """

    _in_head = False
    _is_handed_over = False
    "Whether it has become a WebSocket."
    _head_size = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request, as for any later one."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._unset_keepalive_if_required()
        if self._head_timer is not None:
            self._head_timer.cancel()
        self.unwatch_reader()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; where headers are not complete with it, the rest has its time."""
        if self._in_head:
            self._head_size += len(data)
        super().data_received(data)
        if self._is_handed_over:
            return
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
        self.scope["extensions"] = {"joinery.connection": self}  # type: ignore[typeddict-item]
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
        self.watch_reader()

    def resume_writing(self) -> None:
        """Watch no longer."""
        super().resume_writing()
        self.unwatch_reader()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to `BoundedWebSocket`, and cancel the timer of the headers."""
        self._is_handed_over = True
        if self._head_timer is not None:
            self._head_timer.cancel()
        super().handle_websocket_upgrade()

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

    def _refuse(self) -> None:
        """Answer 431, unless another answer of this connection is under way, and close it."""
        if self._is_idle and not self.transport.is_closing():
            headers = b"content-type: text/plain\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
            self.transport.write(STATUS_LINE[431] + headers % len(_TOO_LARGE) + _TOO_LARGE)
        self.transport.close()


class BoundedWebSocket(_WatchedReader, WebSocketsSansIOProtocol):
    """A WebSocket that drops a client that is too slow, and accepts only small messages at first.

    It is `scope["extensions"]["joinery.connection"]`, so that the application can call
    `allow_messages`, `send_now` and `abort`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = _QUIET
        # A server that ends adds `Connection: close` to its answers. This connection stays open.
        self.default_headers = [each for each in self.default_headers if each[0] != b"connection"]
        self.conn.debug = False
        self.conn.max_message_size = min(self.config.ws_max_size, MAX_FIRST_MESSAGE)

    def data_received(self, data: bytes) -> None:
        """Take what the client sends; answer a handshake that cannot be read, and close."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.transport.write(b"".join(self.conn.data_to_send()) or _NO_HANDSHAKE)
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        """Start the application, which finds this connection in its scope."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"]["joinery.connection"] = self  # type: ignore[typeddict-unknown-key]

    def send_now(self, text: bytes) -> bool:
        """Send a message; return False if earlier data still waits, or the socket is closing."""
        if not self.writable.is_set() or self.disconnected or self.close_sent:
            return False
        try:
            self.conn.send_text(text)
        except InvalidState:  # the client has closed the socket
            return False
        self.transport.write(b"".join(self.conn.data_to_send()))
        return True

    def allow_messages(self) -> None:
        """Accept messages of the full size from now on."""
        self.conn.max_message_size = self.config.ws_max_size

    def send_receive_event_to_app(self) -> None:
        """Pass a message to the application; close the socket if its text is not UTF-8."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.fail(CloseCode.INVALID_DATA, "A message is not UTF-8.")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def pause_writing(self) -> None:
        """Watch whether the client reads."""
        super().pause_writing()
        self.watch_reader()

    def resume_writing(self) -> None:
        """Watch no longer."""
        super().resume_writing()
        self.unwatch_reader()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self.unwatch_reader()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close with 1012, after which clients connect to another server."""
        if not self.handshake_initiated:
            self.transport.abort()
            return
        super().shutdown()
        self.loop.call_later(CLOSING_SECONDS, self.transport.abort)


def bounded_connection(seconds: float) -> type[Any]:
    """Return the class of connections whose clients have so many seconds."""
    return type("BoundedConnection", (BoundedConnection,), {"seconds": seconds})


def bounded_websocket(seconds: float) -> type[Any]:
    """Return the class of WebSockets with this time limit for their clients."""
    return type("BoundedWebSocket", (BoundedWebSocket,), {"seconds": seconds})

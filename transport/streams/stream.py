"""The stream of one operation's results, from its start to its last message."""

import asyncio
from collections.abc import Callable, Sequence
from time import time
from typing import Literal, TypeAlias

from graphql import GraphQLError

from execution.engine import to_json
from execution.errors import code_of, to_client_error
from resolvers.errors import RequestError
from telemetry import metrics
from telemetry.requests import CLIENT_CLOSED, Outcome, Record
from transport.auth.tokens import Grant
from transport.streams.outbox import Entry, Outbox

Protocol: TypeAlias = Literal["websocket", "sse"]
_TOO_SLOW = (
    "More has happened than this client has taken, so this was ended. Subscribe again with the last"
    " cursor as `after`."
)


class Stream:
    """The results of one operation for a client. It is a subscriber of `delivery.live`."""

    def __init__(
        self,
        protocol: Protocol,
        outbox: Outbox,
        grant: Grant,
        record: Record,
    ) -> None:
        self.record = record
        self.waiting = 0
        "The number of its messages in the outbox."
        self._protocol: Protocol = protocol
        self._outbox = outbox
        self._grant = grant
        self._leave: Callable[[], None] | None = None
        self._has_ended = False
        self._drops_results = False
        self._is_cut = False
        self._revision: int | None = None
        "The revision of the callers at the last check of the token."
        self._messages = 0
        record.outcome = "ok"

    # Called by `delivery.live`

    def deliver(self, payload: bytes) -> None:
        """Send a result, which is JSON; end the stream if too many messages wait."""
        if self._has_ended:
            return
        if self._outbox.put(Entry(self, payload)):
            self._messages += 1
            metrics.STREAM_MESSAGES.add(self._protocol)
        else:
            self._drops_results = True
            self.end(RequestError("SLOW_CLIENT", _TOO_SLOW))

    def end(self, error: RequestError | None) -> None:
        """End the stream, completed or with an error."""
        self.end_with([] if error is None else [error])

    async def ready(self) -> None:
        """Wait until there is room for results."""
        await self._outbox.room()

    # Called by the connection

    @property
    def is_checked(self) -> bool:
        """Whether the token is known to be still accepted."""
        grant = self._grant
        return self._revision == grant.callers.revision and time() < grant.expires

    async def wants(self, entry: Entry) -> bool:
        """Return whether a waiting message is still to be sent, and the caller may still see it."""
        if self._is_cut or entry.is_last:
            return not self._is_cut
        if self._leave is not None and not self._drops_results:
            await self._check()
        return not (self._is_cut or self._drops_results)

    async def _check(self) -> None:
        """End the stream if the token is not accepted any more."""
        if self.is_checked:
            return
        revision = self._grant.callers.revision
        try:
            await self._grant.check()
        except Exception as error:  # noqa: BLE001
            self._drops_results = True
            self.end_with([to_client_error(error)])
        else:
            self._revision = revision

    def end_with(self, errors: Sequence[GraphQLError], outcome: Outcome = "failed") -> None:
        """End the stream with these errors, or completed if there are none."""
        if self._has_ended:
            return
        code = code_of(errors[0]) or "INTERNAL" if errors else self.record.code
        self._finish(outcome if errors else self.record.outcome, code)
        content = to_json([error.formatted for error in errors]) if errors else b""
        self._outbox.put_anyway(Entry(self, content, is_last=True))

    def leave_by(self, leave: Callable[[], None]) -> None:
        """Call `leave` when the stream ends; at once if it has ended."""
        if self._has_ended:
            leave()
        else:
            self._leave = leave
            self.record.event = "stream"
            metrics.SUBSCRIPTIONS.change(1, self._protocol)

    def cut(self) -> None:
        """Send nothing more, because the client has unsubscribed or disconnected."""
        self._is_cut = True
        if not self._has_ended:
            is_over = self.record.type == "subscription"
            self._finish("ok" if is_over else "abandoned", None if is_over else CLIENT_CLOSED)

    def _finish(self, outcome: Outcome, code: str | None) -> None:
        self._has_ended = True
        self.record.outcome, self.record.code = outcome, code
        if self._leave is not None:
            self.record.messages = self._messages
            # Not at once: this may be called while results are delivered to all subscribers.
            asyncio.get_running_loop().call_soon(self._leave)
            metrics.SUBSCRIPTIONS.change(-1, self._protocol)
            metrics.STREAMS_ENDED.add(self._protocol, code or "")

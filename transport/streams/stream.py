"""One operation whose answer stays open, from its start to its last message."""

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
    """What a client is sent for one operation. `delivery.live` knows it as a subscriber."""

    def __init__(
        self,
        protocol: Protocol,
        outbox: Outbox,
        grant: Grant,
        record: Record,
    ) -> None:
        self.record = record
        self.waiting = 0
        "Messages that wait in the outbox."
        self._protocol: Protocol = protocol
        self._outbox = outbox
        self._grant = grant
        self._leave: Callable[[], None] | None = None
        self._has_ended = False
        self._drops_results = False
        self._is_cut = False
        self._revision: int | None = None
        "Of the callers, when the token was looked at last."
        self._messages = 0
        record.outcome = "ok"

    # What delivers calls these

    def deliver(self, payload: bytes) -> None:
        """Send a result, which is JSON; a client for whom too much waits is left."""
        if self._has_ended:
            return
        if self._outbox.put(Entry(self, payload)):
            self._messages += 1
            metrics.STREAM_MESSAGES.add(self._protocol)
        else:
            self._drops_results = True
            self.end(RequestError("SLOW_CLIENT", _TOO_SLOW))

    def end(self, error: RequestError | None) -> None:
        """End it, completed or with an error."""
        self.end_with([] if error is None else [error])

    async def ready(self) -> None:
        """Wait until there is room for results."""
        await self._outbox.room()

    # What serves the connection calls these

    @property
    def is_checked(self) -> bool:
        """Whether the token is known to be accepted still."""
        grant = self._grant
        return self._revision == grant.callers.revision and time() < grant.expires

    async def wants(self, entry: Entry) -> bool:
        """Return whether a message that waited is still to be sent, and the caller may have it."""
        if self._is_cut or entry.is_last:
            return not self._is_cut
        if self._leave is not None and not self._drops_results:
            await self._check()
        return not (self._is_cut or self._drops_results)

    async def _check(self) -> None:
        """End it where the caller may not be told any more."""
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
        """End it with these errors, completed where there are none."""
        if self._has_ended:
            return
        code = code_of(errors[0]) or "INTERNAL" if errors else self.record.code
        self._finish(outcome if errors else self.record.outcome, code)
        content = to_json([error.formatted for error in errors]) if errors else b""
        self._outbox.put_anyway(Entry(self, content, is_last=True))

    def leave_by(self, leave: Callable[[], None]) -> None:
        """Have `leave` called when it ends, and now if it has."""
        if self._has_ended:
            leave()
        else:
            self._leave = leave
            self.record.event = "stream"
            metrics.SUBSCRIPTIONS.change(1, self._protocol)

    def cut(self) -> None:
        """Send nothing more: the client has left it, or has gone."""
        self._is_cut = True
        if not self._has_ended:
            is_over = self.record.type == "subscription"
            self._finish("ok" if is_over else "abandoned", None if is_over else CLIENT_CLOSED)

    def _finish(self, outcome: Outcome, code: str | None) -> None:
        self._has_ended = True
        self.record.outcome, self.record.code = outcome, code
        if self._leave is not None:
            self.record.messages = self._messages
            # Not now: this may be one of many who are being delivered to.
            asyncio.get_running_loop().call_soon(self._leave)
            metrics.SUBSCRIPTIONS.change(-1, self._protocol)
            metrics.STREAMS_ENDED.add(self._protocol, code or "")

"""The service behind all protocols: the engine, the callers and the limits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from delivery.live import Live
from delivery.progress import Progress
from execution.documents import Operation
from execution.engine import Engine, Params
from resolvers.context import Context
from resolvers.errors import RequestError
from transport.auth.tickets import Tickets
from transport.auth.tokens import Callers
from transport.deadline import Deadline
from transport.errors import HttpError
from transport.streams.registry import Registry
from transport.streams.stream import Stream

_TOO_MANY = "The server has too many requests under way: send it again in a second."


@dataclass(eq=False)
class Service:
    """One engine with its callers, limits and streams, in one process.

    An operation may take `request_timeout` seconds. At most `max_concurrency` operations of all
    protocols are under way at once; open subscriptions do not count.
    """

    engine: Engine
    callers: Callers
    new_context: Callable[..., Context] = Context
    request_timeout: float = 10.0
    max_concurrency: int = 500
    streams: Registry = field(default_factory=Registry)
    live: Live = field(default_factory=Live)
    progress: Progress = field(default_factory=Progress)
    under_way: int = field(default=0, init=False)
    deadline: Deadline = field(init=False)
    tickets: Tickets = field(init=False)

    def __post_init__(self) -> None:
        """Set the fields that are derived from others."""
        error = partial(_took_too_long, self.request_timeout)
        self.deadline = Deadline(self.request_timeout, error)
        self.tickets = Tickets(self.callers)

    def check_concurrency(self) -> None:
        """Raise HttpError 503 if more operations are under way than the limit."""
        if self.under_way > self.max_concurrency:
            raise HttpError(503, _TOO_MANY, {"Retry-After": "1"}, "UNAVAILABLE")

    def subscribe(
        self, operation: Operation, params: Params, context: Context, stream: Stream
    ) -> None:
        """Begin a subscription, whose results go to the stream.

        Raises RefusedError and RateLimitedError, as the engine does.
        """
        subscription = self.engine.subscription(operation, params, context)
        source = self.progress if subscription.is_of_plan else self.live
        stream.leave_by(source.subscribe(subscription, stream))


def _took_too_long(seconds: float) -> RequestError:
    message = (
        f"This took longer than {seconds:g} seconds and was given up. Try again later;"
        " a mutation may have been done, so repeat it with its Idempotency-Key."
    )
    return RequestError("UNAVAILABLE", message)
